import assert from 'node:assert/strict';
import { test } from 'node:test';
import { samples } from '../../test/samples';
import { formatInstant } from '../contract/instant';
import { agent as agentSchema } from '../contract/schemas';
import { describeAgents, type Evidence } from './agent-health';
import type { ProcessSight } from './processes';
import { type RegistryEntry, RegistryReader } from './registry';

const NOW = Date.UTC(2026, 1, 3, 8);
const ago = (seconds: number) => NOW - seconds * 1000;

interface Processes {
  sights?: Record<number, ProcessSight>;
  goneSince?: number;
}

function evidence({ sights = {}, goneSince = NOW }: Processes = {}, more: Partial<Evidence> = {}): Evidence {
  return {
    newestMessageBySender: new Map(),
    newestLockByHolder: new Map(),
    processes: { sight: (pid) => sights[pid] ?? 'unseen', goneSince: () => goneSince },
    staleThresholdSeconds: 60,
    now: NOW,
    ...more,
  };
}

const describe = (entries: RegistryEntry[], known: Evidence) =>
  describeAgents({ session_name: null, session_names: null, updated_at: null, entries }, known);

/** The health and reason of the first entry. */
function judge(entry: Record<string, unknown>, known = evidence(), others: RegistryEntry[] = []): [string, string] {
  const [agent] = describe([{ id: 'a', ...entry }, ...others], known);
  assert.ok(agent);
  return [agent.health, agent.health_reason];
}

const seen = (seconds: number, more: Record<string, unknown> = {}) => ({
  last_seen: formatInstant(ago(seconds)),
  ...more,
});

test('by the age of its entry', () => {
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

test('without a time, and with one that is none or ahead', () => {
  const nothing = ['unknown', "No sign of life is known, and its process can't be seen."];
  assert.deepEqual(judge({}), nothing);
  assert.deepEqual(judge({ last_seen: 'today' }), nothing);
  assert.deepEqual(judge(seen(-3600)), nothing);
  assert.equal(judge(seen(-5))[0], 'active', 'clocks differ a little');
});

test('messages and locks are signs of life too, the newest one counts', () => {
  const newestMessageBySender = new Map([['a', ago(30)]]);
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

test('a claude process outweighs any age', () => {
  assert.deepEqual(judge(seen(9000, { pid: 42 }), evidence({ sights: { 42: 'claude' } })), [
    'active',
    'Its claude process (pid 42) runs.',
  ]);
});

test('a pane without claude proves nothing', () => {
  const running = evidence({ sights: { 42: 'running' } });
  assert.equal(judge(seen(30, { pid: 42 }), running)[0], 'active');
  assert.deepEqual(judge(seen(900, { pid: 42 }), running), [
    'unknown',
    'No sign of life since 2026-02-03T07:45:00+00:00, and its process (pid 42) runs, but no claude in it.',
  ]);
});

test('gone is dead only where another listed process is seen', () => {
  const gone = seen(900, { pid: 42 });
  for (const sight of ['claude', 'running'] as const) {
    const known = evidence({ sights: { 42: 'gone', 43: sight } });
    assert.deepEqual(judge(gone, known, [{ id: 'b', pid: 43 }]), ['dead', 'Its process (pid 42) is gone.']);
    assert.equal(judge(gone, known)[0], 'unknown', 'the other one is not listed');
  }
  const none = evidence({ sights: { 42: 'gone', 43: 'gone' } });
  assert.equal(
    judge(gone, none, [
      { id: 'b', pid: 43 },
      { id: 'c', pid: 44 },
    ])[0],
    'unknown',
  );
});

test('a process that is known to be gone is dead at once, unless it was heard of since', () => {
  const others = [{ id: 'b', pid: 43 }];
  const known = (goneSince: number, message?: number) =>
    evidence(
      { sights: { 42: 'gone', 43: 'running' }, goneSince },
      message === undefined ? {} : { newestMessageBySender: new Map([['a', message]]) },
    );
  const entry = seen(20, { pid: 42 });
  assert.equal(judge(entry, known(ago(10)), others)[0], 'dead');
  assert.equal(judge(entry, known(ago(10), ago(5)), others)[0], 'active');
  assert.equal(judge(seen(500, { pid: 42 }), known(ago(400), ago(100)), others)[0], 'stale');
  assert.equal(judge(seen(900, { pid: 42 }), known(ago(800), ago(700)), others)[0], 'dead');
  assert.equal(judge(entry, known(ago(10)))[0], 'active', 'no other process is seen');
});

test('entries keep every field; those with names of added ones go under original', () => {
  const entry = { id: 'a', status: 'active', custom: { deep: 1 }, health: 'fine', original: 0 };
  const [agent] = describe([entry], evidence());
  assert.deepEqual(agent, {
    id: 'a',
    status: 'active',
    custom: { deep: 1 },
    health: 'unknown',
    health_reason: "No sign of life is known, and its process can't be seen.",
    last_evidence_at: null,
    original: { health: 'fine', original: 0 },
  });
  assert.deepEqual(agentSchema.parse(agent), agent);
});

for (const { name, root, expected } of samples().filter((sample) => sample.expected.agents.length > 0)) {
  test(`sample ${name}: by the ages of its entries`, () => {
    const reader = new RegistryReader(root);
    reader.look();
    assert.ok(reader.registry);
    const now = expected.evaluated_at_epoch * 1000;
    const healths = describeAgents(reader.registry, evidence({}, { now })).map(({ id, health }) => [id, health]);
    const byAge = (seconds: number) => (seconds <= 60 ? 'active' : seconds <= 300 ? 'stale' : 'unknown');
    assert.deepEqual(
      healths,
      expected.agents.map(({ id, age_seconds }) => [id, byAge(age_seconds)]),
    );
  });
}
