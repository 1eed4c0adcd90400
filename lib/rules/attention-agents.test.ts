import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  agentWith,
  ago,
  departedWith,
  entriesFor,
  HOUR,
  kindsFor,
  lockOn,
  MINUTE,
  onlyEntryFor,
  SOURCES,
} from '../../test/support/attention-fixtures';

test('agentItems(): a dead agent with a lock is critical, since its last sign of life, with the reason', () => {
  assert.deepEqual(
    onlyEntryFor({ agents: [agentWith('agent-1', 'dead')], locks: [lockOn('a.ts', { orphaned: true })] }),
    {
      id: 'agent_dead:agent-1',
      kind: 'agent_dead',
      severity: 'critical',
      since: ago(2 * MINUTE),
      subject: 'agent-1',
      reason: 'agent-1 is dead and holds a lock on a.ts. Why dead.',
      evidence: { agents: ['agent-1'], locks: ['a.ts.lock'], messages: [], sources: [] },
      why: {
        rule: 'A dead agent that holds a lock is listed: it will not release the lock.',
        facts: ['Why dead.', 'agent-1 holds a.ts.'],
        threshold: null,
        setting: null,
      },
      group: 'agent_dead:agent-1',
      acknowledged: null,
      snoozed: null,
    },
  );
});

test('agentItems(): a silent holder is one warning that lists its locks past the timeout too', () => {
  const agents = [agentWith('agent-1', 'stale', { last_evidence_at: ago(HOUR) }), agentWith('agent-2', 'active')];
  const locks = [lockOn('a.ts'), lockOn('b.ts', { stale: true }), lockOn('c.ts', { agent_id: 'agent-2' })];
  const entry = onlyEntryFor({ agents, locks });
  assert.deepEqual([entry.id, entry.severity], ['agent_stale:agent-1', 'warning']);
  assert.equal(
    entry.reason,
    "agent-1 is stale and holds 2 locks. Why stale. 1 of them is past the timeout of 300 s: any agent's next acquire-file-lock or list-all-locks removes it.",
  );
  assert.deepEqual(entry.evidence.locks, ['a.ts.lock', 'b.ts.lock']);
  assert.equal(entry.why.setting, 'discovery.stale_threshold in .claudeswarm.yaml');
});

test('agentItems(): no item for an agent without a lock or of unknown health', () => {
  assert.deepEqual(kindsFor({ agents: [agentWith('agent-1', 'dead'), agentWith('agent-2', 'stale')] }), []);
  assert.deepEqual(kindsFor({ agents: [agentWith('agent-1', 'moved')], departed: [departedWith('agent-2')] }), []);
  for (const health of ['active', 'unknown'] as const) {
    assert.deepEqual(kindsFor({ agents: [agentWith('agent-1', health)], locks: [lockOn('a.ts')] }), []);
  }
});

test('agentItems(): while signs of life cannot be read, silence is not evidence; an ended process is', () => {
  for (const name of ['registry', 'log'] as const) {
    const sources = { ...SOURCES, [name]: { ...SOURCES[name], state: 'unreadable' as const, since: ago(0) } };
    const locks = [lockOn('a.ts')];
    assert.deepEqual(kindsFor({ sources, locks, agents: [agentWith('agent-1', 'stale')] }), []);
    assert.deepEqual(kindsFor({ sources, locks, agents: [agentWith('agent-1', 'dead')] }), ['agent_dead']);
  }
});

test('agentItems(): without a sign of life it is as old as its oldest lock, or this server', () => {
  const agents = [agentWith('agent-1', 'dead', { last_evidence_at: null })];
  const locks = [lockOn('a.ts', { acquired_at: null }), lockOn('b.ts', { acquired_at: ago(HOUR) })];
  assert.equal(onlyEntryFor({ agents, locks }).since, ago(HOUR));
  assert.equal(onlyEntryFor({ agents, locks: locks.slice(0, 1) }).since, ago(2 * HOUR));
});

test('agentItems(): locks of a moved agent are listed once, under the former id, with the present id', () => {
  const agents = [agentWith('agent-1', 'moved', { moved_to: 'agent-7' }), agentWith('agent-7', 'active')];
  const former_holder = { reason: 'moved', since: ago(MINUTE), now: 'agent-7' } as const;
  for (const more of [{}, { former_holder }, { former_holder, orphaned: true, stale: true }]) {
    const entry = onlyEntryFor({ agents, locks: [lockOn('a.ts', more)] });
    assert.deepEqual([entry.id, entry.severity], ['lock_orphaned:agent-1:moved', 'warning']);
    assert.match(
      entry.reason,
      /^agent-1 is agent-7 now; a lock on a\.ts is held under the former id agent-1\. Why moved\./,
    );
  }
  const two = onlyEntryFor({ agents, locks: [lockOn('a.ts'), lockOn('b.ts')] });
  assert.match(two.reason, /; 2 locks are held under the former id agent-1\./);
});

test('agentItems(): a departed agent that still holds locks stays an item, critical where its process is gone', () => {
  const locks = [lockOn('a.ts', { orphaned: true }), lockOn('b.ts', { orphaned: true, stale: true })];
  const entry = onlyEntryFor({ departed: [departedWith('agent-1')], locks });
  assert.deepEqual([entry.id, entry.severity, entry.since], ['lock_orphaned:agent-1', 'warning', ago(MINUTE)]);
  assert.match(
    entry.reason,
    /^agent-1 left the registry at 2026-02-03T07:59:00\.000\+00:00 and still holds 2 locks\. Nobody knows why\./,
  );
  assert.deepEqual(entry.evidence.locks, ['a.ts.lock', 'b.ts.lock']);
  const { process } = departedWith('agent-1');
  for (const more of [
    { health: 'dead' },
    { process: { ...process, state: 'gone' } },
    { process: { ...process, state: 'exited' } },
  ] as const) {
    const gone = onlyEntryFor({ departed: [departedWith('agent-1', more)], locks });
    assert.deepEqual([gone.id, gone.severity], ['agent_dead:agent-1', 'critical']);
  }
});

test("agentItems(): locks of a former life are not locks of the id's present agent", () => {
  const agents = [agentWith('agent-1', 'dead')];
  const former = lockOn('old.ts', { orphaned: true, former_holder: { reason: 'replaced', since: null, now: null } });
  const found = entriesFor({ agents, locks: [former, lockOn('new.ts')], departed: [departedWith('agent-1')] });
  assert.deepEqual(
    found.map(({ id, evidence }) => [id, evidence.locks]),
    [
      ['agent_dead:agent-1', ['new.ts.lock']],
      ['lock_orphaned:agent-1:replaced', ['old.ts.lock']],
    ],
  );
});

test('agentItems(): of two entries with one id the living one is not dead', () => {
  const agents = [agentWith('agent-1', 'dead'), agentWith('agent-1', 'active')];
  assert.deepEqual(kindsFor({ agents, locks: [lockOn('a.ts')] }), []);
});
