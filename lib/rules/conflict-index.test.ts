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

/** By file, so that orders that mean nothing do not count. */
function byFile(found: ReadonlyMap<LockEntry, readonly LockEntry[]>) {
  return [...found].map(([entry, others]) => [entry.lock_file, others.map(({ lock_file }) => lock_file)]).sort();
}

test('LockComparison: whatever comes and goes, it has what comparing all at once finds', () => {
  const part = fc.constantFrom('a', 'b', '/', '*', '?', '[ab]', './', '..');
  const path = fc.oneof(
    fc.array(part, { maxLength: 4 }).map((parts) => parts.join('')),
    fc.constant(7),
  );
  const lock = fc.record({ path, holder: fc.constantFrom('x', 'y', 'z') });
  const step = fc.array(fc.record({ file: fc.nat(9), lock: fc.option(lock) }), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const comparison = new LockComparison(ROOT, () => assert.fail('little takes no turn of its own'));
      const files = new Map<number, LockEntry>();
      for (const changes of steps) {
        for (const { file, lock } of changes) {
          if (lock === null) files.delete(file);
          else files.set(file, indexedEntry(file, lock.holder, lock.path));
        }
        const entries = [...files].sort(([one], [other]) => one - other).map(([, entry]) => entry);
        comparison.request(entries);
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

test('LockComparison: of more than 20 overlaps 20 are listed, and one that goes makes room for another', () => {
  const comparison = new LockComparison(ROOT, () => {});
  const pattern = indexedEntry(99, 'x', 'src/*');
  const paths = Array.from({ length: 30 }, (_, index) => indexedEntry(10 + index, 'y', `src/${index}.ts`));
  const listed = (entries: readonly LockEntry[]) => {
    comparison.request(entries);
    return comparison.compared.conflicts.found.get(pattern)?.length;
  };
  assert.equal(listed([...paths, pattern]), 20);
  for (let left = 29; left >= 20; left--) assert.equal(listed([...paths.slice(0, left), pattern]), 20);
  assert.equal(listed([...paths.slice(0, 19), pattern]), 19);
  comparison.request(paths);
  assert.equal(comparison.compared.conflicts.found.size, 0);
});
