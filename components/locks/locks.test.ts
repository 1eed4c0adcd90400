import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { UNKNOWN_LOCK_FACTS } from '@/lib/contract/defaults';
import { fnmatch, hasPatternCharacters } from '@/lib/contract/fnmatch';
import type { Lock } from '@/lib/contract/schemas';
import { formerHolderSentence, patternScope } from './lock-sentences';
import { changedLocks, grouped, locksAbout, locksInOrder } from './locks';

function lock(filepath: unknown, fields: Partial<Lock> = {}): Lock {
  return {
    ...UNKNOWN_LOCK_FACTS,
    lock_file: `${filepath}.lock`,
    agent_id: 'agent-0',
    filepath,
    locked_at: 1,
    reason: 'work',
    acquired_at: null,
    stale: false,
    orphaned: false,
    conflicts_with: [],
    pattern: typeof filepath === 'string' && hasPatternCharacters(filepath),
    warnings: [],
    ...fields,
  };
}

const conflict = (agent_id: string) => [{ lock_file: 'other.lock', agent_id, filepath: 'x' }];
const at = (minute: number) => `2026-01-01T10:${String(minute).padStart(2, '0')}:00+00:00`;
const paths = (locks: readonly Lock[]) => locks.map(({ filepath }) => filepath);

const LOCKS = [
  lock('new', { acquired_at: at(30), agent_id: 'agent-10' }),
  lock('b/stale', { acquired_at: at(5), stale: true, agent_id: 'agent-2' }),
  lock('timeless', { acquired_at: null, agent_id: null }),
  lock('b/orphan', { acquired_at: at(20), orphaned: true, agent_id: 'ghost' }),
  lock('a/overlap', { acquired_at: at(10), conflicts_with: conflict('agent-2') }),
  lock('old', { acquired_at: at(6), agent_id: 'agent-2' }),
];

test('locksInOrder(): sorts by severity, path, age and holder', () => {
  const sorted = (order: Parameters<typeof locksInOrder>[1]) => paths(locksInOrder(LOCKS, order));
  assert.deepEqual(sorted('matters'), ['a/overlap', 'b/orphan', 'b/stale', 'new', 'old', 'timeless']);
  assert.deepEqual(sorted('path'), ['a/overlap', 'b/orphan', 'b/stale', 'new', 'old', 'timeless']);
  assert.deepEqual(sorted('age'), ['timeless', 'b/stale', 'old', 'a/overlap', 'b/orphan', 'new']);
  assert.deepEqual(sorted('holder'), ['timeless', 'a/overlap', 'b/stale', 'old', 'new', 'b/orphan']);
});

test('locksInOrder(): the order does not depend on the order of the input', () => {
  const some = fc.record({
    path: fc.constantFrom('a', 'b', 'c/1', 'c/10', 'c/9'),
    stale: fc.constantFrom(true, false, null),
    orphaned: fc.constantFrom(true, false, null),
    minute: fc.option(fc.nat(3)),
    number: fc.nat(1000),
  });
  fc.assert(
    fc.property(
      fc.uniqueArray(some, { selector: ({ number }) => number }),
      fc.constantFrom('matters' as const, 'path' as const, 'age' as const, 'holder' as const),
      (records, order) => {
        const locks = records.map(({ path, stale, orphaned, minute, number }) =>
          lock(path, {
            lock_file: `${number}.lock`,
            stale,
            orphaned,
            acquired_at: minute === null ? null : at(minute),
          }),
        );
        assert.deepEqual(locksInOrder(locks, order), locksInOrder(locks.toReversed(), order));
      },
    ),
  );
});

test('grouped(): groups are holders or folders, in the order of their first locks; a pattern belongs to its certain folder', () => {
  const locks = [
    lock('src/a/x.ts'),
    lock('top'),
    lock('src/a/*.ts', { agent_id: 'agent-1' }),
    lock('src/*/b/c.ts'),
    lock(null),
  ];
  const names = (grouping: Parameters<typeof grouped>[1]) =>
    grouped(locks, grouping).map(({ name, locks: members }) => [name, members.length]);
  assert.deepEqual(names('none'), [['', 5]]);
  assert.deepEqual(names('folder'), [
    ['src/a/', 2],
    ['', 2],
    ['src/', 1],
  ]);
  assert.deepEqual(names('agent'), [
    ['agent-0', 4],
    ['agent-1', 1],
  ]);
});

const formerly = (reason: 'moved' | 'replaced' | 'left', since: string | null = null, now: string | null = null) => ({
  former_holder: { reason, since, now },
});

test('formerHolderSentence(): says which agent took the lock and what became of it', () => {
  assert.equal(formerHolderSentence(lock('a')), null);
  const sentence = (...parts: Parameters<typeof formerly>) => formerHolderSentence(lock('a', formerly(...parts)));
  assert.equal(sentence('moved', null, 'agent-7'), 'Held under the former id agent-0; now agent-7.');
  assert.equal(sentence('moved'), 'Held under the former id agent-0; the agent has another id now.');
  assert.equal(
    sentence('replaced', at(1)),
    `Held by the former agent-0, gone since ${at(1)}; another process has this id now.`,
  );
  assert.equal(sentence('replaced'), 'Held by the former agent-0; another process has this id now.');
  assert.equal(sentence('left', at(1)), `Held by agent-0, which left the registry at ${at(1)}.`);
});

test('grouped(): locks of the former process with an id are not among those of the present one', () => {
  const locks = [lock('a', formerly('replaced')), lock('b'), lock('c', formerly('moved', null, 'agent-7'))];
  assert.deepEqual(
    grouped(locks, 'agent').map(({ name, locks: members }) => [name, members.length]),
    [
      ['the former agent-0', 1],
      ['agent-0', 2],
    ],
  );
});

test('locksInOrder(): a former holder counts as much as an orphaned lock', () => {
  const locks = [lock('stale', { stale: true }), lock('moved', formerly('moved'))];
  assert.deepEqual(paths(locksInOrder(locks, 'matters')), ['moved', 'stale']);
});

test('locksAbout(): the locks of an agent and those that overlap them', () => {
  const locks = [
    lock('a'),
    lock('b', { agent_id: 'agent-1' }),
    lock('c', { agent_id: 'agent-2', conflicts_with: conflict('agent-1') }),
  ];
  assert.deepEqual(paths(locksAbout(locks, 'agent-1')), ['b', 'c']);
});

test('changedLocks(): new and different locks, not those that only became older', () => {
  const before = [lock('a'), lock('b'), lock('c'), lock('d', { reason: { why: 1 } }), lock('gone')];
  const after = [
    lock('a'),
    lock('b', { stale: true }),
    lock('c', { conflicts_with: conflict('agent-1') }),
    lock('d', { reason: { why: 1 } }),
    lock('e'),
  ];
  assert.deepEqual(changedLocks(before, before), []);
  assert.deepEqual(changedLocks(before, after), ['b.lock', 'c.lock', 'e.lock']);
  assert.deepEqual(changedLocks(after, [lock('a', { agent_id: 'agent-9' })]), ['a.lock']);
  assert.deepEqual(changedLocks([lock('a')], [lock('a', formerly('moved'))]), ['a.lock']);
  assert.deepEqual(changedLocks([lock('a', formerly('moved'))], [lock('a', formerly('moved'))]), []);
  assert.deepEqual(changedLocks([lock('a', { reason: [1] })], [lock('a', { reason: [2] })]), ['a.lock']);
});

test('patternScope(): the scope is true for every path that the swarm’s tool matches', () => {
  assert.deepEqual(patternScope('src/db/*.sql'), { begins: 'src/db/', ends: '.sql', anyRun: true });
  assert.deepEqual(patternScope('app/[id]/page.tsx'), { begins: 'app/', ends: '/page.tsx', anyRun: false });
  assert.deepEqual(patternScope('a[*]b?'), { begins: 'a', ends: '', anyRun: false });
  assert.equal(patternScope('a[b'), null);
  const text = fc.string({ unit: fc.constantFrom(...'ab*?[]!-'), maxLength: 7 });
  fc.assert(
    fc.property(text, text, (pattern, path) => {
      if (!fnmatch(path, pattern)) return;
      const scope = patternScope(pattern);
      if (scope === null) return assert.equal(path, pattern);
      assert.ok(path.startsWith(scope.begins) && path.endsWith(scope.ends));
    }),
    { numRuns: 20_000 },
  );
});
