import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { claudeSession } from '../../test/support/claude-sessions';
import { agentActivity } from '../contract/claude-schemas';
import { formatInstant } from '../contract/instant';
import { type ActivityEvidence, type InProcessEvidence, judgeActivity } from './agent-activity';

const AT = 1_700_000_000_000;
const BLOCK = { since: formatInstant(AT - 1000), reason: 'a is blocked and waits for b.', waits_for: ['b'] };

function judge(fields: Partial<ActivityEvidence>) {
  return judgeActivity({
    session: null,
    keptFrom: null,
    blocked: null,
    suspended: false,
    active: false,
    promptTool: null,
    teammate: null,
    unread: null,
    ...fields,
  });
}

const session = (status: string | null, waitingFor: string | null = null, at: number | null = AT) =>
  claudeSession({ pid: 7, status, waitingFor, statusUpdatedAt: at });

test('judgeActivity(): the statuses of a session as a permission prompt goes by, each since its own time', () => {
  // As captured in `permission-allow`: start, turn, prompt, answer, end of the turn, background command.
  const steps = [null, 'idle', 'busy', 'waiting', 'busy', 'shell', 'idle'];
  const seen = steps.map((status, index) =>
    judge({ session: session(status, status === 'waiting' ? 'permission prompt' : null, AT + index) }),
  );
  assert.deepEqual(
    seen.map(({ state }) => state),
    ['unknown', 'idle', 'working', 'waiting', 'working', 'shell', 'idle'],
  );
  assert.deepEqual(
    seen.slice(1).map(({ since }) => since),
    steps.slice(1).map((_, index) => formatInstant(AT + index + 1)),
  );
});

test('judgeActivity(): the reason says what it waits for, and the tool where that is known', () => {
  const reason = (waitingFor: string | null, promptTool: string | null = null) =>
    judge({ session: session('waiting', waitingFor), promptTool }).reason;
  assert.equal(reason('permission prompt', 'Bash'), 'Its session waits for a person: permission prompt for Bash.');
  assert.equal(reason('input needed'), 'Its session waits for a person: input needed.');
  assert.equal(reason('dialog open', 'Bash'), 'A dialog is open in its terminal, as its session says.');
  assert.equal(reason(null), 'Its session waits for a person: something that it does not name.');
});

test('judgeActivity(): an open BLOCKED counts unless the session waits for a person', () => {
  const blocked = { state: 'blocked', since: BLOCK.since, reason: BLOCK.reason, source: 'swarm' };
  for (const status of ['busy', 'idle', 'shell', 'new word', null])
    assert.deepEqual(judge({ session: session(status), blocked: BLOCK }), blocked);
  assert.deepEqual(judge({ blocked: BLOCK }), blocked);
  assert.equal(judge({ session: session('waiting'), blocked: BLOCK }).state, 'waiting');
});

test('judgeActivity(): an unknown status is said, and nothing is concluded from it', () => {
  const { state, reason } = judge({ session: session('dreaming\nof sheep') });
  assert.equal(state, 'unknown');
  assert.equal(reason, 'Its session says "dreaming of sheep", a status that this dashboard does not know.');
  for (const word of ['__proto__', 'constructor', 'toString'])
    assert.equal(judge({ session: session(word) }).state, 'unknown');
});

test('judgeActivity(): the file of a process that cannot be seen may be old, so that its status is no evidence', () => {
  const unseen = { ...session('busy'), alive: null };
  const { state, reason } = judge({ session: unseen });
  assert.deepEqual([state, reason.includes('"busy"')], ['unknown', true]);
  const alive = judge({ session: unseen, active: true });
  assert.equal(alive.state, 'working', 'unless the agent gives signs of life');
  assert.equal(alive.reason, "Its session says that it is busy. Its process can't be seen from here.");
});

test('judgeActivity(): a suspended process is in no other state', () => {
  assert.equal(judge({ session: session('busy'), suspended: true }).state, 'unknown');
});

test('judgeActivity(): without a session the activity is unknown, and the reason says why', () => {
  assert.equal(judge({}).reason, 'No session of Claude Code is known for it.');
  assert.equal(judge({ unread: 'The folder is missing.' }).reason, 'The folder is missing.');
  assert.equal(judge({}).source, 'none');
});

test('judgeActivity(): a teammate does what its team says; of one inside its lead nothing is known', () => {
  const teammate = (active: boolean | null) => judge({ teammate: { lead: 'lead', active, inProcess: null } });
  assert.deepEqual(
    [teammate(true), teammate(false), teammate(null)].map(({ state }) => state),
    ['working', 'idle', 'unknown'],
  );
  assert.ok([true, false, null].every((active) => teammate(active).source === 'team'));
});

const RUNS: InProcessEvidence = {
  ...{ tool: { name: 'Bash', since: AT }, turnEnded: false, newestAt: AT, leadRuns: true, leadIsBusy: true },
};

test('judgeActivity(): a teammate inside its lead works while a call runs, and is idle once its turn has ended', () => {
  const inside = (fields: Partial<InProcessEvidence>) =>
    judge({ teammate: { lead: 'api', active: null, inProcess: { ...RUNS, ...fields } } });
  assert.deepEqual(inside({}), {
    ...{ state: 'working', since: formatInstant(AT), source: 'transcript' },
    reason: 'Its transcript has a call of Bash without a result, and the session of api is busy.',
  });
  const ended = inside({ tool: null, turnEnded: true, leadIsBusy: false });
  assert.deepEqual([ended.state, ended.since, ended.source], ['idle', formatInstant(AT), 'transcript']);
});

test('judgeActivity(): of a teammate inside its lead nothing is concluded from a call that may wait for a person', () => {
  const inside = (fields: Partial<InProcessEvidence>) =>
    judge({ teammate: { lead: 'api', active: null, inProcess: { ...RUNS, ...fields } } }).state;
  assert.equal(inside({ leadIsBusy: false }), 'unknown', 'a prompt of the lead may be its own');
  assert.equal(inside({ leadRuns: false }), 'unknown');
  assert.equal(inside({ leadRuns: false, tool: null, turnEnded: true }), 'unknown');
  assert.equal(inside({ tool: null }), 'unknown', 'it may wait for an answer of the model');
});

test('judgeActivity(): a session file that stays unreadable says nothing about now', () => {
  for (const status of ['busy', 'waiting', 'idle', 'shell']) {
    const { state, since, reason, source } = judge({ session: session(status), keptFrom: AT });
    assert.deepEqual([state, since, source], ['unknown', formatInstant(AT), 'session']);
    assert.equal(reason, "Its session file can't be read, so that its status is no longer known.");
  }
  const unread = judge({ session: session('busy'), keptFrom: AT, unread: 'The folder can’t be read.' });
  assert.deepEqual([unread.state, unread.reason], ['unknown', 'The folder can’t be read.']);
  assert.equal(judge({ session: session('waiting'), keptFrom: AT, blocked: BLOCK }).state, 'blocked');
});

test('judgeActivity(): whatever a file says, the answer fits the contract and its reason is one short sentence', () => {
  const anyText = fc.option(fc.oneof(fc.constantFrom('busy', 'waiting', 'idle', 'shell'), fc.string()));
  const anySession = fc
    .record({ status: anyText, waitingFor: anyText, at: fc.option(fc.double()), alive: fc.constantFrom(true, null) })
    .map(({ status, waitingFor, at, alive }) => ({ ...session(status, waitingFor, at), alive }));
  const evidence = fc.record({
    session: fc.option(anySession),
    keptFrom: fc.option(fc.integer()),
    blocked: fc.constantFrom(null, BLOCK),
    suspended: fc.boolean(),
    active: fc.boolean(),
    promptTool: anyText,
    teammate: fc.constantFrom(
      null,
      { lead: 'lead', active: true, inProcess: null },
      { lead: 'lead', active: null, inProcess: RUNS },
    ),
    unread: fc.constant(null),
  });
  fc.assert(
    fc.property(evidence, (facts) => {
      const answer = judgeActivity(facts);
      assert.deepEqual(agentActivity.parse(answer), answer);
      assert.ok(answer.reason.length < 300);
      if (answer.state === 'working') assert.ok(facts.session?.status === 'busy' || facts.teammate !== null);
      if (facts.session && facts.keptFrom !== null) assert.ok(['blocked', 'unknown'].includes(answer.state));
    }),
  );
});
