import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LockEntry } from '../sources/claudeswarm/lock-entry';
import { LockComparison } from './lock-comparison';
import { findConflicts } from './lock-conflicts';
import { spellLocks } from './lock-overlaps';
import { finish } from './step-budget';

const ROOT = '/home/ada/project';

function indexedEntry(file: number, agent_id: string, filepath: unknown, locked_at = 1): LockEntry {
  return { lock_file: `${file}.lock`, fields: { agent_id, filepath }, lockedAt: locked_at, warnings: [] };
}

/** Sorted by file, so that an order without meaning makes no difference. */
function byFile(found: ReadonlyMap<LockEntry, readonly LockEntry[]>) {
  return [...found].map(([entry, others]) => [entry.lock_file, others.map(({ lock_file }) => lock_file)]).sort();
}

test('LockComparison: whatever changes, it has the result of comparing all at once', async () => {
  const part = fc.constantFrom('a', 'b', '/', '*', '?', '[ab]', './', '..');
  const path = fc.oneof(
    fc.array(part, { maxLength: 4 }).map((parts) => parts.join('')),
    fc.constant(7),
  );
  const lock = fc.record({ path, holder: fc.constantFrom('x', 'y', 'z') });
  const step = fc.array(fc.record({ file: fc.nat(9), lock: fc.option(lock) }), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const comparison = new LockComparison(ROOT, () => {});
      const files = new Map<number, LockEntry>();
      for (const changes of steps) {
        for (const { file, lock } of changes) {
          if (lock === null) files.delete(file);
          else files.set(file, indexedEntry(file, lock.holder, lock.path));
        }
        const entries = [...files].sort(([one], [other]) => one - other).map(([, entry]) => entry);
        comparison.request(entries);
        // On a busy machine even a few locks can take longer than one slice.
        await comparison.settled();
        const { compared } = comparison;
        assert.equal(compared.entries, entries);
        assert.deepEqual(byFile(compared.conflicts.found), byFile(findConflicts(entries).found));
        const expected = finish(spellLocks(entries, ROOT));
        const sorted = (spelled: typeof expected) => spelled.sameFile.toSorted((a, b) => (a.file < b.file ? -1 : 1));
        assert.deepEqual(sorted(compared.spelled), sorted(expected));
        assert.deepEqual(compared.spelled.spellings, expected.spellings);
      }
    }),
    { numRuns: 500 },
  );
});

test('LockComparison: of more than 20 overlaps 20 are listed, and a removed one makes room for another', async () => {
  const comparison = new LockComparison(ROOT, () => {});
  const pattern = indexedEntry(99, 'x', 'src/*');
  const paths = Array.from({ length: 30 }, (_, index) => indexedEntry(10 + index, 'y', `src/${index}.ts`));
  const listed = async (entries: readonly LockEntry[]) => {
    comparison.request(entries);
    await comparison.settled();
    return comparison.compared.conflicts.found.get(pattern)?.length;
  };
  assert.equal(await listed([...paths, pattern]), 20);
  for (let left = 29; left >= 20; left--) assert.equal(await listed([...paths.slice(0, left), pattern]), 20);
  assert.equal(await listed([...paths.slice(0, 19), pattern]), 19);
  comparison.request(paths);
  await comparison.settled();
  assert.equal(comparison.compared.conflicts.found.size, 0);
});
