import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatLockCursor, parseLockCursor } from '../contract/lock-cursor';
import { wholeLocks } from '../contract/locks-answer';
import { type Lock, locksAnswer } from '../contract/schemas';
import { byLockFile } from '../sources/claudeswarm/lock-entry';
import { locksPage } from './lock-pages';

const same = (one: Lock): Lock => one;

function lock(lock_file: string, agent_id = 'agent-1', more: Partial<Lock> = {}): Lock {
  const facts = { acquired_at: null, stale: false, orphaned: false, former_holder: null, conflicts_with: [] };
  return { lock_file, agent_id, filepath: lock_file, ...facts, pattern: false, warnings: [], ...more };
}

/** Reads all pages, calling `between` after each. */
function filesOf(all: () => Lock[], limit: number, between: () => void = () => {}): string[] {
  const files: string[] = [];
  for (let after: string | undefined; ; ) {
    const page = locksPage(all(), wholeLocks(all()), { limit, after }, same);
    files.push(...page.locks.map(({ lock_file }) => lock_file));
    between();
    if (page.next_cursor == null) return files;
    after = parseLockCursor(page.next_cursor) ?? assert.fail('a cursor that it gave is refused');
  }
}

test('locksPage(): pages list every lock once, in order, and count all', () => {
  const all = ['a', 'b', 'ü', 'c', '😀'].map((name) => lock(`${name}.lock`)).sort(byLockFile);
  for (const limit of [1, 2, 3, 5, 9])
    assert.deepEqual(
      filesOf(() => all, limit),
      all.map((one) => one.lock_file),
    );
  const page = locksPage(all, wholeLocks(all), { limit: 2 }, same);
  assert.deepEqual([page.count, page.truncated, page.limit, page.locks.length], [5, 3, 2, 2]);
  assert.doesNotThrow(() => locksAnswer.parse(page));
  assert.equal(locksPage([], wholeLocks([]), { limit: 2 }, same).next_cursor, null);
});

test('locksPage(): for a holder only its locks are listed and counted', () => {
  const all = [lock('a.lock', 'x', { stale: true }), lock('b.lock', 'y'), lock('c.lock', 'x')];
  const page = locksPage(all, wholeLocks(all), { limit: 1, holder: 'x' }, same);
  assert.deepEqual([page.locks[0]?.lock_file, page.count, page.stale_count], ['a.lock', 2, 1]);
  const after = parseLockCursor(page.next_cursor ?? '') ?? undefined;
  const next = locksPage(all, wholeLocks(all), { limit: 1, holder: 'x', after }, same);
  assert.deepEqual([next.locks[0]?.lock_file, next.next_cursor], ['c.lock', null]);
});

test('locksPage(): a lock that exists all the while is on exactly one page, whatever changes meanwhile', () => {
  const names = fc.uniqueArray(fc.nat(60), { minLength: 1, maxLength: 40 });
  const changes = fc.array(fc.record({ name: fc.nat(60), held: fc.boolean() }), { maxLength: 60 });
  fc.assert(
    fc.property(names, changes, fc.integer({ min: 1, max: 7 }), (begin, coming, limit) => {
      const fileOf = (name: number) => `${String(name).padStart(3, '0')}.lock`;
      const held = new Set(begin.map(fileOf));
      const always = new Set(held);
      const files = filesOf(
        () => [...held].sort().map((file) => lock(file)),
        limit,
        () => {
          const change = coming.shift();
          if (!change) return;
          if (change.held) held.add(fileOf(change.name));
          else held.delete(fileOf(change.name));
          always.delete(fileOf(change.name));
        },
      );
      assert.deepEqual(files, [...new Set(files)].sort());
      for (const file of always) assert.ok(files.includes(file), file);
    }),
  );
});

test('parseLockCursor(): a value that no page gave is refused', () => {
  assert.equal(parseLockCursor(formatLockCursor('ü.lock')), 'ü.lock');
  const wrong = [
    '',
    'x',
    'a.5',
    '../..',
    formatLockCursor('no lock'),
    `${formatLockCursor('a.lock')}=`,
    'A'.repeat(5000),
  ];
  for (const text of wrong) assert.equal(parseLockCursor(text), null, text.slice(0, 20));
});
