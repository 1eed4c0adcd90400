import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { describeLocks } from '../../test/support/described-locks';
import { normalizeLockPath } from '../contract/lock-path';
import type { Lock } from '../contract/schemas';
import { lockFileName, parseLock } from '../sources/claudeswarm/lock-entry';
import { findOverlaps, type LockOverlap, overlapPairs, spellLocks } from './lock-overlaps';
import { finish } from './step-budget';

const ROOT = '/home/ada/project';

/** Locks by holder and path as spelled in their files. */
function locksOf(...held: [holder: unknown, filepath: unknown][]): Lock[] {
  const entries = held.map(([agent_id, spelled], index) => {
    const filepath = typeof spelled === 'string' ? normalizeLockPath(spelled) : spelled;
    const bytes = Buffer.from(JSON.stringify({ agent_id, filepath, locked_at: 1000 + index, reason: '' }));
    const entry = parseLock(`${index}-${lockFileName(String(filepath))}`, bytes);
    assert.ok('fields' in entry);
    return entry;
  });
  return describeLocks(entries, {
    holders: { of: () => ({ orphaned: null, former: null }) },
    staleTimeoutSeconds: 300,
    now: 2_000_000,
  });
}

function overlapsOf(locks: readonly Lock[]): LockOverlap[] {
  const entries = locks.map((lock) => ({ lock_file: lock.lock_file, fields: lock, lockedAt: null, warnings: [] }));
  return findOverlaps(locks, finish(spellLocks(entries, ROOT)));
}

const found = (...held: [holder: unknown, filepath: unknown][]) =>
  overlapsOf(locksOf(...held)).map(({ lock, others, file }) => ({
    of: lock.filepath,
    with: others.map(({ filepath }) => filepath),
    file,
  }));

test('findOverlaps(): a pattern and the locks that it matches are one overlap, under the wider lock', () => {
  const overlap = [{ of: 'src/*', with: ['src/a.ts', 'src/b.ts'], file: null }];
  assert.deepEqual(found(['a', 'src/a.ts'], ['b', 'src/*'], ['c', 'src/b.ts']), overlap);
  assert.deepEqual(found(['b', 'src/*'], ['c', 'src/b.ts'], ['b', 'src/a.ts']), [
    { ...overlap[0], with: ['src/b.ts'] },
  ]);
  assert.deepEqual(found(['a', 'src/a.ts'], ['b', 'lib/*']), []);
});

for (const spelling of [
  `${ROOT}/src/a.ts`,
  `/${ROOT}//src/./a.ts`,
  'src/b/../a.ts',
  `${ROOT}/../project/src/a.ts`,
  './src//a.ts',
]) {
  test(`findOverlaps(): ${spelling} is src/a.ts`, () => {
    const [overlap] = found(['a', 'src/a.ts'], ['b', spelling]);
    assert.equal(overlap?.file, 'src/a.ts');
    assert.deepEqual(found(['a', 'src/a.ts'], ['a', spelling]), [], 'of one holder it is none');
    assert.deepEqual(found(['a', 'src/ab.ts'], ['b', spelling]), [], 'another file');
  });
}

test('findOverlaps(): letters composed in two ways are one file; a pattern matches another spelling', () => {
  assert.equal(found(['a', 'caf\u00e9.ts'], ['b', 'cafe\u0301.ts'])[0]?.file, 'caf\u00e9.ts');
  assert.deepEqual(found(['a', `${ROOT}/src/*`], ['b', 'src/a.ts'])[0]?.with, ['src/a.ts']);
  assert.equal(found(['a', ROOT], ['b', '.'])[0]?.file, '.');
});

test('findOverlaps(): different files: outside of the root, case, backslash, parents of the root', () => {
  for (const other of [`${ROOT}2/src/a.ts`, 'SRC/a.ts', 'src\\a.ts', '../src/a.ts', '/src/a.ts', 7, null]) {
    assert.deepEqual(found(['a', 'src/a.ts'], ['b', other]), [], String(other));
  }
});

test('findOverlaps(): one file that several agents spell differently is one overlap with all of them', () => {
  const spellings = ['src/a.ts', `${ROOT}/src/a.ts`, 'src/../src/a.ts'];
  const [overlap, ...more] = overlapsOf(
    locksOf(['a', spellings[0]], ['b', spellings[1]], ['c', spellings[2]], ['c', 'other.ts']),
  );
  assert.deepEqual(more, []);
  assert.ok(overlap);
  assert.equal(overlap.file, 'src/a.ts');
  assert.deepEqual(
    [overlap.lock, ...overlap.others].map(({ agent_id }) => agent_id),
    ['a', 'b', 'c'],
  );
  const pairs = [...overlapPairs(overlap)].map((pair) => pair.map(({ agent_id }) => agent_id).join(''));
  assert.deepEqual(pairs, ['ab', 'ac', 'bc']);
});

test('overlapPairs(): no pair of two spellings by one holder, nor of two files that a pattern covers', () => {
  const pairs = (...held: [holder: string, filepath: string][]) =>
    overlapsOf(locksOf(...held)).flatMap((overlap) =>
      [...overlapPairs(overlap)].map((pair) => pair.map(({ filepath }) => filepath).join(' ')),
    );
  assert.deepEqual(pairs(['a', 'a.ts'], ['a', `${ROOT}/a.ts`], ['b', 'x/../a.ts']), [
    'a.ts x/../a.ts',
    `${ROOT}/a.ts x/../a.ts`,
  ]);
  assert.deepEqual(pairs(['a', 'src/*'], ['b', 'src/a.ts'], ['c', 'src/b.ts']), ['src/* src/a.ts', 'src/* src/b.ts']);
});

test('findOverlaps(): every described pair is found once, whatever the paths', () => {
  const path = fc.array(fc.constantFrom('a', 'b', '*', '..', '.', '', ROOT.slice(1), '[x'), { maxLength: 4 });
  const held = fc.tuple(
    fc.constantFrom('ada', 'bob', 'cyd'),
    path.map((parts) => parts.join('/')),
  );
  fc.assert(
    fc.property(fc.array(held, { maxLength: 12 }), (all) => {
      const locks = locksOf(...all);
      const pairs = overlapsOf(locks).flatMap((overlap) =>
        [...overlapPairs(overlap)].map(([one, other]) => [one.lock_file, other.lock_file].sort().join()),
      );
      assert.equal(new Set(pairs).size, pairs.length);
      for (const { lock_file, conflicts_with } of locks) {
        for (const other of conflicts_with) assert.ok(pairs.includes([lock_file, other.lock_file].sort().join()));
      }
    }),
  );
});
