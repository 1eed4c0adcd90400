import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  agentWith,
  ago,
  departedWith,
  entriesFor,
  FACTS,
  HOUR,
  kindsFor,
  lockOn,
  MINUTE,
  NOW,
  onlyEntryFor,
  SECOND,
  SOURCES,
  youngQuestion,
} from '../../test/support/attention-fixtures';
import type { WaitEdge } from '../contract/past-schemas';
import type { Agent, Lock } from '../contract/schemas';
import { DeadlineClock } from './deadline-clock';

const REMOVED = "Any agent's next acquire-file-lock or list-all-locks removes";
const RUNNING: Agent['process'] = { state: 'running', claude_pid: 1, started_at: null, seen_at: null };

const staleLock = (filepath: string, more: Partial<Lock> = {}) =>
  lockOn(filepath, { stale: true, acquired_at: ago(HOUR), ...more });

const waitFor = (from: string, lockFile: string, more: Partial<WaitEdge> = {}): { edges: WaitEdge[]; cycles: [] } => ({
  edges: [
    {
      ...{ id: 'c', from, to: 'agent-1', kind: 'conflict', basis: 'declared', weak: false, since: null },
      ...{ blocks: true, alternatives: 0 },
      reason: 'It waits.',
      evidence: { locks: [lockFile], messages: [], tasks: [], conflicts: ['c'] },
      ...more,
    },
  ],
  cycles: [],
});

const asking = (text: string, more = {}) => ({
  unresolved: { ...FACTS.unresolved, questions: [youngQuestion(text, more)] },
});

describe('lockItems(): past the timeout', () => {
  const active = { agents: [agentWith('agent-1', 'active', { process: RUNNING })] };

  test('lockItems(): a lock of a living holder that no other agent wants is no item', () => {
    assert.deepEqual(kindsFor({ ...active, locks: [staleLock('a.ts'), staleLock('b.ts')] }), []);
    assert.deepEqual(kindsFor({ ...active, locks: [staleLock('a.ts', { orphaned: null })] }), []);
    const others = { ...waitFor('agent-2', 'other.lock'), ...asking('Who has b.ts?') };
    assert.deepEqual(kindsFor({ ...active, waiting: others, locks: [staleLock('a.ts')] }), []);
  });

  test('lockItems(): an agent that waits for a file makes all stale locks of its holder one item', () => {
    const locks = Array.from({ length: 12 }, (_, index) => staleLock(`${index}.ts`));
    const entry = onlyEntryFor({ ...active, waiting: waitFor('agent-2', '7.ts.lock'), locks });
    assert.deepEqual(
      [entry.id, entry.severity, entry.subject, entry.since],
      ['lock_stale:agent-1', 'notice', 'agent-1', ago(HOUR - 300 * SECOND)],
    );
    assert.equal(
      entry.reason,
      `agent-1 holds 12 locks past the timeout of 300 s; agent-2 waits for 7.ts. ${REMOVED} them.`,
    );
    assert.equal(entry.evidence.locks.length, 12);
    assert.equal(entry.evidence.locks[0], '7.ts.lock');
    assert.deepEqual(entry.evidence.agents, ['agent-1', 'agent-2']);
    assert.deepEqual(entry.why, {
      ...entry.why,
      threshold: 'older than 300 s',
      setting: 'locking.stale_timeout in .claudeswarm.yaml',
    });
    assert.equal(entry.why.facts[0], 'agent-2 waits for 7.ts.');
    assert.equal(entry.why.facts.at(-1), '2 more locks of the same holders.');
    assert.equal(entry.group, 'lock_stale:agent-1');
  });

  test('lockItems(): a wait that blocks nobody and one of the holder itself are no reason', () => {
    const locks = [staleLock('a.ts')];
    assert.deepEqual(kindsFor({ ...active, waiting: waitFor('agent-2', 'a.ts.lock', { weak: true }), locks }), []);
    assert.deepEqual(kindsFor({ ...active, waiting: waitFor('agent-1', 'a.ts.lock'), locks }), []);
  });

  for (const text of ['Who has src/a.ts?', 'release `./src/a.ts`, please.', '**src/a.ts**', 'Is it (src/a.ts)…']) {
    test(`lockItems(): a question asks for the file: ${text}`, () => {
      const entry = onlyEntryFor({ ...active, ...asking(text), locks: [staleLock('src/a.ts')] });
      assert.equal(
        entry.reason,
        `agent-1 holds a lock on src/a.ts past the timeout of 300 s; agent-0 asks for src/a.ts. ${REMOVED} it.`,
      );
      assert.deepEqual(entry.evidence.messages, ['e.7']);
    });
  }

  test('lockItems(): other files, parts of names and markup are not asked for; files below a pattern are', () => {
    const locks = [staleLock('src/a.ts')];
    for (const text of ['src/a.tsx?', 'lib/src/a.ts?', 'a.ts?', '* or src/*?', '']) {
      assert.deepEqual(kindsFor({ ...active, ...asking(text), locks }), [], text);
    }
    assert.deepEqual(kindsFor({ ...active, ...asking('src/a.ts?', { sender: 'agent-1' }), locks }), []);
    const pattern = [staleLock('src/*', { pattern: true })];
    assert.deepEqual(kindsFor({ ...active, ...asking('May I have src/a.ts?'), locks: pattern }), ['lock_stale']);
    assert.deepEqual(kindsFor({ ...active, ...asking('May I go on?'), locks: [staleLock('*')] }), []);
    const literal = [staleLock('app/[id]/page.tsx', { pattern: true })];
    assert.deepEqual(kindsFor({ ...active, ...asking('app/[id]/page.tsx?'), locks: literal }), ['lock_stale']);
  });

  test('lockItems(): an overlap makes it an item, in addition to the overlap', () => {
    const lock = staleLock('src/*', { pattern: true });
    const other = lockOn('src/a.ts', { agent_id: 'agent-2' });
    const overlaps = [{ lock, others: [other], file: null }];
    const [overlap, stale, ...more] = entriesFor({ ...active, locks: [lock, other], overlaps });
    assert.deepEqual([overlap?.kind, stale?.kind, more.length], ['lock_overlap', 'lock_stale', 0]);
    assert.match(stale?.reason ?? '', /; agent-2 holds src\/a\.ts, which overlaps src\/\*\./);
    const conflicts_with = [{ lock_file: 'x', agent_id: 'agent-2', filepath: 'src/a.ts' }];
    assert.deepEqual(kindsFor({ ...active, locks: [{ ...lock, conflicts_with }] }), ['lock_stale']);
  });

  test('lockItems(): a holder that was silent for longer than the timeout makes it an item', () => {
    const locks = [staleLock('a.ts')];
    const silent = (health: Agent['health'], more: Partial<Agent> = {}) => ({
      agents: [agentWith('agent-1', health, { last_evidence_at: ago(300 * SECOND), ...more })],
      locks,
    });
    assert.deepEqual(kindsFor(silent('unknown')), []);
    const time = new DeadlineClock(NOW + 1);
    const entry = onlyEntryFor({ ...silent('unknown'), time });
    assert.equal(
      entry.reason,
      `agent-1 holds a lock on a.ts past the timeout of 300 s; agent-1 has given no sign of life since ${ago(300 * SECOND)}. ${REMOVED} it.`,
    );
    const watched = new DeadlineClock(NOW);
    assert.deepEqual(kindsFor({ ...silent('unknown'), time: watched }), []);
    assert.ok(watched.outdatedAt(NOW + 1), 'it is judged again when the time is over');
    assert.deepEqual(kindsFor({ ...silent('active', { process: RUNNING }), time }), [], 'its process is seen');
    const suspended = { process: { ...RUNNING, state: 'suspended' } } as const;
    assert.deepEqual(kindsFor({ ...silent('unknown', suspended), time }), ['lock_stale']);
    assert.deepEqual(kindsFor({ ...silent('unknown', { last_evidence_at: null }), time }), [], 'nothing is known');
    const log = { ...SOURCES.log, state: 'unreadable', since: ago(0) } as const;
    assert.deepEqual(kindsFor({ ...silent('unknown'), time, sources: { ...SOURCES, log } }), []);
  });

  test('lockItems(): locks of two holders are two items', () => {
    const locks = [staleLock('a.ts'), staleLock('b.ts', { agent_id: 'agent-2' })];
    const ids = entriesFor({ ...asking('a.ts and b.ts?', { sender: 'agent-3' }), locks }).map(({ id }) => id);
    assert.deepEqual(ids, ['lock_stale:agent-1', 'lock_stale:agent-2']);
  });
});

describe('lockItems(): orphaned', () => {
  test('lockItems(): a warning for each unregistered holder, which mentions locks past the timeout', () => {
    const entry = onlyEntryFor({ locks: [lockOn('a.ts', { orphaned: true })] });
    assert.deepEqual([entry.id, entry.severity, entry.since], ['lock_orphaned:agent-1', 'warning', ago(MINUTE)]);
    assert.equal(entry.reason, 'agent-1 holds a lock on a.ts, but is not in the registry.');
    assert.equal(entry.why.rule, 'Locks are listed if their holder is not in the registry.');
    const both = onlyEntryFor({ locks: [lockOn('a.ts', { orphaned: true }), staleLock('b.ts', { orphaned: true })] });
    assert.deepEqual([both.id, both.since], [entry.id, ago(HOUR)]);
    assert.match(both.reason, /^agent-1 holds 2 locks, but is not in the registry\. 1 of them is past the timeout/);
    const all = onlyEntryFor({ locks: [staleLock('b.ts', { orphaned: true })] });
    assert.match(all.reason, /registry\. The lock is past the timeout of 300 s: any agent's next .* removes it\.$/);
  });

  test('lockItems(): values of any type are shown as text', () => {
    const entry = onlyEntryFor({ locks: [lockOn({ x: 1 }, { lock_file: 'x.lock', agent_id: null, orphaned: true })] });
    assert.equal(entry.reason, '(no name) holds a lock on {"x":1}, but is not in the registry.');
  });

  test('lockItems(): a former holder is named, with the instant it was gone', () => {
    const agents = [agentWith('agent-1', 'active')];
    const held = (reason: 'replaced' | 'left' | 'moved', more = {}) => {
      const former_holder = { reason, since: ago(2 * MINUTE), now: null, ...more };
      return [lockOn('a.ts', { orphaned: true, former_holder })];
    };
    const replaced = onlyEntryFor({ agents, locks: held('replaced') });
    assert.deepEqual(
      [replaced.id, replaced.severity, replaced.since],
      ['lock_orphaned:agent-1:replaced', 'warning', ago(2 * MINUTE)],
    );
    assert.equal(
      replaced.reason,
      `agent-1 is another process now: a lock on a.ts is held by the former agent-1, gone since ${ago(2 * MINUTE)}.`,
    );
    const undated = onlyEntryFor({ agents, locks: held('replaced', { since: null }) });
    assert.equal(undated.reason, 'agent-1 is another process now: a lock on a.ts is held by the former agent-1.');
    const gone = departedWith('agent-1', { health: 'dead' });
    assert.equal(onlyEntryFor({ agents, departed: [gone], locks: held('replaced') }).severity, 'critical');
    const left = onlyEntryFor({ locks: held('left') });
    assert.equal(left.id, 'lock_orphaned:agent-1', 'the same item as while it is listed as departed');
    assert.equal(left.reason, `agent-1 left the registry at ${ago(2 * MINUTE)} and still holds a lock on a.ts.`);
    const moved = onlyEntryFor({ locks: held('moved', { now: 'agent-7' }) });
    assert.equal(moved.reason, 'agent-1 is agent-7 now; a lock on a.ts is held under the former id agent-1.');
  });

  test('lockItems(): while the registry cannot be read, no holder is missing in it', () => {
    assert.deepEqual(kindsFor({ locks: [lockOn('a.ts', { stale: null, orphaned: null })] }), []);
  });
});

describe('overlapItems()', () => {
  test('overlapItems(): an overlap began with its second lock, and a refreshed lock keeps it', () => {
    const lock = lockOn('src/*', { acquired_at: ago(HOUR), pattern: true });
    const others = [lockOn('src/a.ts', { agent_id: 'agent-2' }), lockOn('src/b.ts', { agent_id: 'agent-3' })];
    const entry = onlyEntryFor({ overlaps: [{ lock, others, file: null }] });
    assert.deepEqual([entry.kind, entry.severity, entry.since], ['lock_overlap', 'warning', ago(MINUTE)]);
    assert.equal(entry.reason, 'agent-1 holds src/*, which overlaps src/a.ts of agent-2 and src/b.ts of agent-3.');
    assert.deepEqual(entry.evidence.agents, ['agent-1', 'agent-2', 'agent-3']);
    assert.deepEqual(entry.evidence.locks, ['src/*.lock', 'src/a.ts.lock', 'src/b.ts.lock']);
    assert.deepEqual(entry.why.facts, ['agent-1 holds src/*.', 'agent-2 holds src/a.ts.', 'agent-3 holds src/b.ts.']);
    const refreshed = { ...lock, acquired_at: ago(0) };
    const after = onlyEntryFor({ overlaps: [{ lock: refreshed, others, file: null }] });
    assert.deepEqual([after.id, after.why], [entry.id, entry.why]);
    const undated = others.map((other) => ({ ...other, acquired_at: null }));
    assert.equal(onlyEntryFor({ overlaps: [{ lock, others: undated, file: null }] }).since, ago(2 * HOUR));
  });

  test('overlapItems(): one file of three holders is one item; a refresh or a missing holder keeps its id', () => {
    const lock = lockOn('src/a.ts', { acquired_at: ago(HOUR) });
    const others = [
      lockOn('/p/src/a.ts', { agent_id: 'agent-2', acquired_at: ago(2 * MINUTE) }),
      lockOn('src/b/../a.ts', { agent_id: 'agent-3' }),
    ];
    const entry = onlyEntryFor({ overlaps: [{ lock, others, file: 'src/a.ts' }] });
    assert.deepEqual([entry.subject, entry.since], ['src/a.ts', ago(2 * MINUTE)]);
    assert.equal(
      entry.reason,
      'agent-1, agent-2 and agent-3 hold the same file, spelled src/a.ts, /p/src/a.ts and src/b/../a.ts.',
    );
    const [second, third] = others;
    assert.ok(second && third);
    const fewer = onlyEntryFor({ overlaps: [{ lock: second, others: [third], file: 'src/a.ts' }] });
    assert.equal(fewer.id, entry.id);
    const named = [{ lock, others: [lockOn('src/a.ts', { agent_id: 'agent-2' })], file: 'src/a.ts' }];
    assert.equal(onlyEntryFor({ overlaps: named }).reason, 'agent-1 and agent-2 hold the same file: src/a.ts.');
  });

  test('overlapItems(): an overlap whose locks are all part of another is mentioned in that item', () => {
    const pattern = lockOn('src/*', { pattern: true });
    const one = lockOn('src/a.ts', { agent_id: 'agent-2' });
    const other = lockOn('/p/src/a.ts', { agent_id: 'agent-3' });
    const inner = { lock: one, others: [other], file: 'src/a.ts' };
    const outer = { lock: pattern, others: [one, other], file: null };
    for (const overlaps of [
      [inner, outer],
      [outer, inner],
    ]) {
      const entry = onlyEntryFor({ overlaps });
      assert.equal(
        entry.reason,
        'agent-1 holds src/*, which overlaps src/a.ts of agent-2 and /p/src/a.ts of agent-3. agent-2 and agent-3 hold the same file, spelled src/a.ts and /p/src/a.ts.',
      );
    }
    const beside = { lock: one, others: [lockOn('./src/a.ts', { agent_id: 'agent-4' })], file: 'src/a.ts' };
    assert.equal(entriesFor({ overlaps: [outer, beside] }).length, 2);
  });
});
