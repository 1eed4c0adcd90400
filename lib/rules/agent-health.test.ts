import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hostileJson } from '../../test/support/hostile-json';
import { samples } from '../../test/support/samples';
import { UNKNOWN_AGENT_FACTS } from '../contract/defaults';
import { formatInstant } from '../contract/instant';
import { agent as agentSchema } from '../contract/schemas';
import { type Registry, type RegistryEntry, RegistryReader } from '../sources/claudeswarm/registry';
import type { SeenProcess } from '../sources/processes/process-observer';
import type { Sight } from '../sources/processes/processes';
import { type ClaudeEvidence, describeAgents, type Evidence, type Speech } from './agent-health';
import { AgentLives } from './agent-lives';

const NOW = Date.UTC(2026, 1, 3, 8);
const ago = (seconds: number) => NOW - seconds * 1000;

type Sights = Record<number, Sight>;
interface Known extends Evidence {
  sights: Sights;
}

const { source, lead, session, activity, work } = UNKNOWN_AGENT_FACTS;
const NO_CLAUDE: ClaudeEvidence = {
  runningSession: () => null,
  fields: () => ({ source, lead, session, activity, work }),
};

function evidence(sights: Sights = {}, more: Partial<Evidence> = {}): Known {
  return {
    newestMessageBySender: new Map(),
    newestLockByHolder: new Map(),
    cards: new Map(),
    blocked: new Map(),
    claude: NO_CLAUDE,
    staleThresholdSeconds: 60,
    now: NOW,
    sights,
    ...more,
  };
}

const SHELL: SeenProcess = { startedAt: ago(9000), startId: 1, isShell: true, claude: null, mayRunClaude: false };
const CLAUDE: SeenProcess = { ...SHELL, claude: { pid: 4300, suspended: false } };
const EDITOR: SeenProcess = { ...SHELL, isShell: false };
const gone = (since: number | null = NOW): Sight => ({ gone: true, since });

const registryOf = (entries: RegistryEntry[]): Registry => ({
  ...{ session_name: null, session_names: null, updated_at: null },
  entries,
});

/** The lives of agents after reading several registries, one a second, the last one now. */
function livesAfter(...seen: [entries: RegistryEntry[], sights: Sights][]): AgentLives {
  const lives = new AgentLives();
  for (const [index, [entries, sights]] of seen.entries()) {
    const at = ago(seen.length - 1 - index);
    lives.update(registryOf(entries), { sight: (pid) => sights[pid] ?? 'unseen' }, at);
  }
  return lives;
}

const describe = (entries: RegistryEntry[], known: Known) =>
  describeAgents(livesAfter([entries, known.sights]), known).agents;

/** The health and reason of the first entry. */
function judge(entry: Record<string, unknown>, known = evidence(), others: RegistryEntry[] = []): [string, string] {
  return verdictOf(livesAfter([[{ id: 'a', ...entry }, ...others], known.sights]), known);
}

/** The same where the processes were observed differently before. */
function judgeAfter(entry: Record<string, unknown>, before: Sights, known: Known): [string, string] {
  const entries = [{ id: 'a', ...entry }];
  return verdictOf(livesAfter([entries, before], [entries, known.sights]), known);
}

function verdictOf(lives: AgentLives, known: Known): [string, string] {
  const [agent] = describeAgents(lives, known).agents;
  assert.ok(agent);
  return [agent.health, agent.health_reason];
}

const spoke = (at: number): Speech => ({ at, message: { seq: 1, excerpt: 'Hi', sent_at: formatInstant(at) } });

const seen = (seconds: number, more: Record<string, unknown> = {}) => ({
  last_seen: formatInstant(ago(seconds)),
  ...more,
});

test('describeAgents(): by the age of its entry', () => {
  assert.deepEqual(judge(seen(60)), ['active', 'It was last seen at 2026-02-03T07:59:00+00:00.']);
  assert.deepEqual(judge(seen(60.001)), ['stale', 'No sign of life since 2026-02-03T07:58:59.999+00:00.']);
  assert.equal(judge(seen(300))[0], 'stale');
  assert.deepEqual(judge(seen(301)), [
    'unknown',
    "No sign of life since 2026-02-03T07:54:59+00:00, and its process can't be seen.",
  ]);
  assert.equal(judge(seen(86_400))[0], 'unknown', 'age alone never makes an agent dead');
  assert.equal(judge(seen(86_400), evidence({}, { staleThresholdSeconds: 20_000 }))[0], 'stale');
});

test('describeAgents(): without a time, with an invalid one, and with one ahead of the clock', () => {
  const nothing = ['unknown', "No sign of life is known, and its process can't be seen."];
  assert.deepEqual(judge({}), nothing);
  assert.deepEqual(judge({ last_seen: 'today' }), nothing);
  assert.deepEqual(judge(seen(-3600)), nothing);
  assert.equal(judge(seen(-5))[0], 'active', 'clocks differ a little');
});

test('describeAgents(): messages and locks are signs of life too, the newest one counts', () => {
  const newestMessageBySender = new Map([['a', spoke(ago(30))]]);
  const newestLockByHolder = new Map([['a', ago(20)]]);
  assert.deepEqual(judge(seen(900), evidence({}, { newestMessageBySender })), [
    'active',
    'Its newest message was sent at 2026-02-03T07:59:30+00:00.',
  ]);
  assert.deepEqual(judge(seen(900), evidence({}, { newestMessageBySender, newestLockByHolder })), [
    'active',
    'Its newest lock was taken at 2026-02-03T07:59:40+00:00.',
  ]);
  const [agent] = describe([{ id: 'a', ...seen(900) }], evidence({}, { newestMessageBySender }));
  assert.equal(agent?.last_evidence_at, '2026-02-03T07:59:30.000+00:00');
});

test('describeAgents(): a claude process outweighs any age, and is named by its own pid', () => {
  assert.deepEqual(judge(seen(9000, { pid: 42 }), evidence({ 42: CLAUDE })), [
    'active',
    'Its claude process (pid 4300) runs.',
  ]);
  const suspended = { ...CLAUDE, claude: { pid: 4300, suspended: true } };
  const [health, reason] = judge(seen(1, { pid: 42 }), evidence({ 42: suspended }));
  assert.equal(health, 'stale');
  assert.match(reason, /pid 4300\) is suspended \(state T\)/);
});

test('describeAgents(): an agent whose shell runs without claude is dead, whatever its entry says', () => {
  const reason = 'claude exited; its shell (pid 42) still runs.';
  assert.deepEqual(judge(seen(1, { pid: 42 }), evidence({ 42: SHELL })), ['dead', reason]);
  assert.deepEqual(judgeAfter(seen(1, { pid: 42 }), { 42: CLAUDE }, evidence({ 42: SHELL })), ['dead', reason]);
  const said = new Map([['a', spoke(NOW)]]);
  assert.deepEqual(
    judgeAfter(seen(1, { pid: 42 }), { 42: CLAUDE }, evidence({ 42: SHELL }, { newestMessageBySender: said })),
    ['dead', reason],
  );
});

test('describeAgents(): a process that was never seen with claude and is no plain shell proves nothing', () => {
  for (const process of [EDITOR, { ...SHELL, mayRunClaude: true }]) {
    assert.equal(judge(seen(30, { pid: 42 }), evidence({ 42: process }))[0], 'active');
    assert.deepEqual(judge(seen(900, { pid: 42 }), evidence({ 42: process })), [
      'unknown',
      'No sign of life since 2026-02-03T07:45:00+00:00, and its process (pid 42) runs, but no claude in it.',
    ]);
  }
  assert.deepEqual(judgeAfter(seen(30, { pid: 42 }), { 42: CLAUDE }, evidence({ 42: EDITOR })), [
    'dead',
    'claude exited; its process (pid 42) still runs.',
  ]);
});

test('describeAgents(): a process that is gone is dead where this server saw it alive, even as the last one', () => {
  const entry = seen(1, { pid: 42 });
  assert.deepEqual(judgeAfter(entry, { 42: CLAUDE }, evidence({ 42: gone() })), [
    'dead',
    'Its process (pid 42) is gone.',
  ]);
  assert.deepEqual(judgeAfter(seen(900, { pid: 42 }), { 42: SHELL }, evidence({ 42: gone() })), [
    'unknown',
    'No sign of life since 2026-02-03T07:45:00+00:00, and there is no process 42 here, where this server never saw it run.',
  ]);
});

test('describeAgents(): a process that is gone is dead where another listed one is an agent of this host', () => {
  const entry = seen(900, { pid: 42 });
  const other = [{ id: 'b', pid: 43, last_seen: formatInstant(NOW) }];
  assert.deepEqual(judge(entry, evidence({ 42: gone(), 43: CLAUDE }), other), [
    'dead',
    'Its process (pid 42) is gone.',
  ]);
  assert.equal(judge(entry, evidence({ 42: gone(), 43: CLAUDE }))[0], 'unknown', 'the other one is not listed');
  assert.equal(judge(entry, evidence({ 42: gone(), 43: SHELL }), other)[0], 'unknown', 'any shell may have that pid');
  assert.equal(judge(entry, evidence({ 42: gone(), 43: gone() }), other)[0], 'unknown');
});

test('describeAgents(): a process known to be gone is dead at once, unless a later sign of life contradicts', () => {
  const entry = seen(20, { pid: 42 });
  const known = (goneSince: number, message?: number) =>
    evidence(
      { 42: gone(goneSince) },
      message === undefined ? {} : { newestMessageBySender: new Map([['a', spoke(message)]]) },
    );
  const after = (more: Known, from = entry) => judgeAfter(from, { 42: CLAUDE }, more)[0];
  assert.equal(after(known(ago(10))), 'dead');
  assert.equal(after(known(ago(10), ago(5))), 'active');
  assert.equal(after(known(ago(400), ago(100)), seen(500, { pid: 42 })), 'stale');
  assert.equal(after(known(ago(800), ago(700)), seen(900, { pid: 42 })), 'dead');
});

test('describeAgents(): a process that cannot be observed says why', () => {
  const reasonOf = (pid: unknown, sight: Sight = 'unseen') => judge(seen(900, { pid }), evidence({ 42: sight }))[1];
  assert.match(reasonOf('42'), /and its pid is not a number\.$/);
  assert.match(reasonOf(42, 'other_user'), /and its process \(pid 42\) belongs to another user\.$/);
  assert.match(reasonOf(42, 'other_namespace'), /another pid namespace/);
});

test('describeAgents(): of one process or pane listed twice the older entry has moved', () => {
  const older = { id: 'agent-1', status: 'stale', pid: 42, tmux_pane_id: '%5', last_seen: formatInstant(ago(40)) };
  const newer = { id: 'agent-7', status: 'active', pid: 42, tmux_pane_id: '%5', last_seen: formatInstant(ago(5)) };
  for (const order of [
    [older, newer],
    [newer, older],
  ]) {
    const agents = describe(order, evidence({ 42: CLAUDE }));
    const byId = new Map(agents.map((agent) => [agent.id, agent]));
    assert.equal(byId.get('agent-7')?.health, 'active');
    assert.equal(byId.get('agent-1')?.health, 'moved');
    assert.equal(byId.get('agent-1')?.moved_to, 'agent-7');
    assert.equal(byId.get('agent-1')?.health_reason, 'It is agent-7 now: that id lists the same process (pid 42).');
  }
  const [byPane] = describe([{ ...older, pid: 40 }, newer], evidence());
  assert.deepEqual([byPane?.health, byPane?.moved_to], ['moved', 'agent-7']);
});

test('describeAgents(): equal pane ids on two tmux servers are two agents', () => {
  const one = { id: 'a', pid: 41, tmux_pane_id: '%0', last_seen: formatInstant(ago(9)) };
  const other = { id: 'b', pid: 42, tmux_pane_id: '%0', last_seen: formatInstant(ago(1)) };
  const agents = describe([one, other], evidence({ 41: CLAUDE, 42: CLAUDE }));
  assert.deepEqual(
    agents.map(({ health }) => health),
    ['active', 'active'],
  );
});

test('describeAgents(): two entries with one id are both described, with a warning', () => {
  const agents = describe(
    [
      { id: 'a', pid: 1 },
      { id: 'a', pid: 2 },
    ],
    evidence(),
  );
  assert.equal(agents.length, 2);
  for (const agent of agents) assert.match(agent.health_reason, /The registry lists a 2 times\.$/);
});

test("describeAgents(): messages and locks of an id's former agent are no sign of the new one", () => {
  const before = { id: 'a', pid: 42, tmux_pane_id: '%1', last_seen: formatInstant(ago(900)) };
  const now = { id: 'a', pid: 43, tmux_pane_id: '%2', last_seen: formatInstant(ago(900)) };
  const lives = livesAfter([[before], {}], [[now], {}]);
  const known = evidence(
    {},
    {
      newestMessageBySender: new Map([['a', spoke(ago(2))]]),
      newestLockByHolder: new Map([['a', ago(3)]]),
    },
  );
  const [agent] = describeAgents(lives, known).agents;
  assert.equal(agent?.health, 'unknown');
  assert.equal(agent?.life_began_at, formatInstant(NOW));
  assert.equal(agent?.last_message, null);
  assert.equal(agent?.last_spoke_at, null);
});

test('describeAgents(): the card of an agent, unless it is older than the life of its id', () => {
  const before = { id: 'a', pid: 42, tmux_pane_id: '%1', last_seen: formatInstant(ago(900)) };
  const now = { ...before, pid: 43, tmux_pane_id: '%2' };
  const cardAt = (updatedAt: number | null, lives: AgentLives) =>
    describeAgents(lives, evidence({}, { cards: new Map([['a', { name: 'Ada', role: null, updatedAt }]]) })).agents[0]
      ?.card;
  assert.deepEqual(cardAt(null, livesAfter([[before], {}])), { name: 'Ada', role: null });
  const replaced = livesAfter([[before], {}], [[now], {}]);
  assert.deepEqual([cardAt(ago(1), replaced), cardAt(null, replaced)], [null, null]);
  assert.deepEqual(cardAt(NOW, replaced), { name: 'Ada', role: null });
});

test('describeAgents(): listed agents are blocked, departed ones are not', () => {
  const block = { since: formatInstant(ago(5)), reason: 'Because.', waits_for: ['b'] };
  const known = evidence({}, { blocked: new Map([['a', block]]) });
  const entry = { id: 'a', pid: 42 };
  assert.deepEqual(describeAgents(livesAfter([[entry], {}]), known).agents[0]?.blocked, block);
  assert.equal(describeAgents(livesAfter([[entry], {}], [[], {}]), known).departed[0]?.blocked, null);
});

test('describeAgents(): a departed agent is described with when and why it left', () => {
  const entry = { id: 'a', pid: 42, last_seen: formatInstant(ago(5)) };
  const described = (before: Sights, now: Sights) =>
    describeAgents(livesAfter([[entry], before], [[], now]), evidence(now));
  const { agents, departed } = described({ 42: CLAUDE }, { 42: gone() });
  assert.deepEqual(agents, []);
  assert.equal(departed[0]?.left_at, formatInstant(NOW));
  assert.equal(departed[0]?.health, 'dead');
  assert.equal(departed[0]?.left_reason, 'Its process (pid 42) ended; the registry no longer lists it.');
  assert.match(
    described({ 42: CLAUDE }, { 42: CLAUDE }).departed[0]?.left_reason ?? '',
    /though its claude process \(pid 4300\) runs/,
  );
  assert.equal(described({}, {}).departed[0]?.left_reason, 'The registry no longer lists it; why is not known.');
  const moved = describeAgents(livesAfter([[entry], {}], [[{ ...entry, id: 'b' }], {}]), evidence()).departed[0];
  assert.deepEqual([moved?.health, moved?.moved_to, moved?.left_reason], ['moved', 'b', 'It is listed as b now.']);
});

test('describeAgents(): entries keep every field; fields named as added ones move to original', () => {
  const entry = { id: 'a', status: 'active', custom: { deep: 1 }, health: 'fine', original: 0 };
  const [agent] = describe([entry], evidence());
  assert.deepEqual(agent, {
    id: 'a',
    status: 'active',
    custom: { deep: 1 },
    health: 'unknown',
    health_reason: "No sign of life is known, and its process can't be seen.",
    last_evidence_at: null,
    ...UNKNOWN_AGENT_FACTS,
    original: { health: 'fine', original: 0 },
  });
  assert.deepEqual(agentSchema.parse(agent), agent);
});

for (const { name, root, expected } of samples().filter((sample) => sample.expected.agents.length > 0)) {
  test(`describeAgents(): sample ${name} by the ages of its entries`, () => {
    const reader = new RegistryReader(root);
    reader.refresh();
    assert.ok(reader.registry);
    const now = expected.evaluated_at_epoch * 1000;
    const lives = new AgentLives();
    lives.update(reader.registry, { sight: () => 'unseen' }, now);
    const healths = describeAgents(lives, evidence({}, { now })).agents.map(({ id, health }) => [id, health]);
    const byAge = (seconds: number) => (seconds <= 60 ? 'active' : seconds <= 300 ? 'stale' : 'unknown');
    assert.deepEqual(
      healths,
      expected.agents.map(({ id, age_seconds }) => [id, byAge(age_seconds)]),
    );
  });
}

test('describeAgents(): a pid or pane that more than 100 entries list is not evidence of a move', () => {
  const entries = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      ...{ id: `agent-${index}`, pid: 4200, tmux_pane_id: '%1' },
      last_seen: formatInstant(ago(index)),
    }));
  const moved = (count: number) =>
    describe(entries(count), evidence()).filter(({ health }) => health === 'moved').length;
  assert.equal(moved(100), 99);
  assert.equal(moved(101), 0);
});

test('describeAgents(): an entry with any JSON in any field throws nothing', () => {
  const fields = ['pid', 'last_seen', 'status', 'tmux_pane_id', 'pane_index', 'session_name'];
  const entries = fc.array(
    fc
      .dictionary(fc.constantFrom(...fields), hostileJson, { noNullPrototype: true })
      .map((entry): RegistryEntry => ({ id: 'a', ...entry })),
    { maxLength: 3 },
  );
  fc.assert(
    fc.property(entries, entries, (before, after) => {
      const known = evidence();
      describeAgents(livesAfter([before, {}], [after, {}]), known);
    }),
  );
  assert.match(judge({ pid: JSON.parse('{"toString":1,"valueOf":2}') })[1], /its pid is not a number/);
});
