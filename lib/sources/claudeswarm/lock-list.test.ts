import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LockEntry } from './lock-entry';
import { differences, findLock, mergeLocks } from './lock-list';

function entryNumbered(name: number): LockEntry {
  return { lock_file: `${String(name).padStart(3, '0')}.lock`, fields: {}, lockedAt: null, warnings: [] };
}

/** A sorted list, and what stands in its place later: some entries are gone, some new, some read anew. */
const lists = fc.array(fc.constantFrom('kept', 'gone', 'new', 'anew'), { maxLength: 30 }).map((fates) => {
  const pairs = fates.map((fate, name) => {
    const old = fate === 'new' ? null : entryNumbered(name);
    return { old, now: fate === 'kept' ? old : fate === 'gone' ? null : entryNumbered(name) };
  });
  const present = (entries: (LockEntry | null)[]) => entries.filter((entry) => entry !== null);
  return { before: present(pairs.map(({ old }) => old)), after: present(pairs.map(({ now }) => now)) };
});

test('differences(): what was removed and added, and where each entry stood before', () => {
  fc.assert(
    fc.property(lists, ({ before, after }) => {
      const { removed, added, listPlace } = differences(before, after);
      assert.deepEqual(
        removed,
        before.filter((entry) => !after.includes(entry)),
      );
      assert.deepEqual(
        added,
        after.filter((entry) => !before.includes(entry)),
      );
      assert.deepEqual(
        after.map((_, index) => listPlace(index)),
        after.map((entry) => before.indexOf(entry)),
      );
    }),
  );
});

test('mergeLocks(): takes in what changed, and nothing else', () => {
  fc.assert(
    fc.property(lists, ({ before, after }) => {
      const { removed, added } = differences(before, after);
      const changed = [...new Set([...removed, ...added].map(({ lock_file }) => lock_file))].sort();
      assert.deepEqual(
        mergeLocks(before, changed, (name) => findLock(after, name) ?? null),
        after,
      );
    }),
  );
});
