import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { patternsOverlap } from '../contract/fnmatch';
import type { LockEntry } from '../sources/claudeswarm/lock-entry';
import { byLockFile } from '../sources/claudeswarm/lock-entry';
import { compareLocks, findConflicts } from './lock-conflicts';
import { MAX_CONFLICTS } from './path-groups';

/** A lock with a file name of its own, in the order of creation. */
function entriesAt(held: readonly (readonly [holder: string, filepath: string])[]): LockEntry[] {
  return held.map(([agent_id, filepath], index) => ({
    lock_file: `${String(index).padStart(6, '0')}.lock`,
    fields: { agent_id, filepath },
    lockedAt: null,
    warnings: [],
  }));
}

function overlap(one: LockEntry, other: LockEntry): boolean {
  const differ = one.fields.agent_id !== other.fields.agent_id;
  return differ && patternsOverlap(String(one.fields.filepath), String(other.fields.filepath));
}

const heldPaths = fc.array(
  fc.tuple(
    fc.constantFrom('a', 'b', 'c'),
    fc
      .array(fc.constantFrom('a', 'b', '/', '*', '?', '[ab]', '[', 'src/'), { maxLength: 6 })
      .map((all) => all.join('')),
  ),
  { maxLength: 60 },
);

test('findConflicts(): lists for each lock those that it overlaps, 20 at most', () => {
  fc.assert(
    fc.property(heldPaths, (held) => {
      const entries = entriesAt(held);
      const { found, unknown } = findConflicts(entries);
      assert.equal(unknown.size, 0);
      for (const entry of entries) {
        const expected = entries.filter((other) => overlap(entry, other));
        const listed = found.get(entry) ?? [];
        assert.equal(listed.length, Math.min(expected.length, MAX_CONFLICTS));
        assert.ok(listed.every((other) => overlap(entry, other)));
        assert.deepEqual(listed, [...new Set(listed)].sort(byLockFile));
      }
    }),
    { numRuns: 2000 },
  );
});

test('findConflicts(): locks that a bound left uncompared are named, the same ones each time', () => {
  fc.assert(
    fc.property(heldPaths, fc.integer({ min: 0, max: 30_000 }), (held, maxSteps) => {
      const entries = entriesAt(held);
      const { found, unknown } = findConflicts(entries, { maxSteps });
      for (const entry of entries) {
        const expected = entries.filter((other) => overlap(entry, other));
        const listed = found.get(entry) ?? [];
        if (!unknown.has(entry)) assert.equal(listed.length, Math.min(expected.length, MAX_CONFLICTS));
        assert.ok(listed.every((other) => overlap(entry, other)));
      }
      const again = findConflicts(entries, { maxSteps });
      assert.deepEqual([...again.found], [...found]);
      assert.deepEqual([...again.unknown], [...unknown]);
    }),
    { numRuns: 2000 },
  );
});

test('findConflicts(): ordinary patterns are compared, however many slow ones there are', () => {
  const slow = Array.from({ length: 400 }, (_, index): [string, string] => ['a', `*${'[a-z]?'.repeat(300)}b${index}*`]);
  const long = Array.from({ length: 400 }, (_, index): [string, string] => ['b', `${'a'.repeat(4000)}${index}`]);
  const entries = entriesAt([...slow, ...long, ['c', 'src/*'], ['d', 'src/a.ts']]);
  const { found, unknown } = findConflicts(entries, { maxSteps: 20_000_000 });
  const [pattern, path] = entries.slice(-2);
  assert.ok(pattern && path);
  assert.deepEqual(found.get(path), [pattern]);
  // The slow patterns might match `src/a.ts`: not all of them were compared.
  assert.deepEqual([unknown.has(path), unknown.has(entries[399] as LockEntry)], [true, true]);
});

test('findConflicts(): very many locks of one path, by one holder or each by another', () => {
  const alone = entriesAt(Array.from({ length: 20_000 }, () => ['a', 'x'] as const));
  assert.equal(findConflicts(alone).found.size, 0);
  const other = entriesAt(Array.from({ length: 20_000 }, (_, index) => [`a${index}`, 'x'] as const));
  const { found } = findConflicts(other);
  assert.equal(found.size, 20_000);
  assert.ok([...found.values()].every((others) => others.length === MAX_CONFLICTS));
});

test('findConflicts(): a path of thousands of folders and a pattern below one of them', () => {
  const deep = 'd/'.repeat(2000);
  const entries = entriesAt([
    ['a', `${deep}x`],
    ['b', `${'d/'.repeat(500)}*`],
    ['c', `${'d/'.repeat(500)}e/?`],
  ]);
  const [path, pattern, other] = entries;
  assert.ok(path && pattern && other);
  const { found } = findConflicts(entries);
  assert.deepEqual(found.get(path), [pattern]);
  assert.deepEqual(found.get(pattern), [path, other]);
});

test('compareLocks(): no step is longer than two comparisons of a path with a pattern', () => {
  const slow = Array.from({ length: 30 }, (_, index): [string, string] => ['a', `*${'?'.repeat(1000)}b${index}*`]);
  const long = Array.from({ length: 30 }, (_, index): [string, string] => ['b', `${'a'.repeat(4000)}${index}`]);
  let pauses = 0;
  for (const _ of compareLocks(entriesAt([...slow, ...long]))) pauses++;
  // Each of the 30 patterns with each of the 60 paths.
  assert.ok(pauses > (30 * 60) / 2, `${pauses} pauses`);
});
