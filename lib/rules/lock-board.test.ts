import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { describeLocks } from '../../test/support/described-locks';
import { countLocks } from '../contract/locks-answer';
import { type LocksAnswer, locksAnswer } from '../contract/schemas';
import { byLockFile, type LockEntry, lockFileName, parseLock } from '../sources/claudeswarm/lock-entry';
import { LockBoard } from './lock-board';
import { findConflicts } from './lock-conflicts';
import type { LockBoardFacts } from './lock-status';

const SECOND = 1000;

function boardEntry(
  filepath: string,
  agent_id: string,
  locked_at: unknown = 1000,
  name = lockFileName(filepath),
): LockEntry {
  const entry = parseLock(name, Buffer.from(JSON.stringify({ agent_id, filepath, locked_at, reason: '' })));
  assert.ok(!('error' in entry));
  return entry;
}

/** Describes locks that have all been compared. */
function update(board: LockBoard, entries: readonly LockEntry[], facts: LockBoardFacts): boolean {
  return board.update(entries, findConflicts(entries), facts);
}

function factsAt(seconds: number, orphaned = false): LockBoardFacts {
  const holders = { of: () => ({ orphaned, former: null }), key: String(orphaned) };
  return { holders, staleTimeoutSeconds: 60, now: seconds * SECOND };
}

test('LockBoard: an unchanged lock is the same object; one that changes, by age, holder or overlap, is another', () => {
  const board = new LockBoard();
  const [a, b] = [boardEntry('src/a.ts', 'agent-0'), boardEntry('src/b.ts', 'agent-0')];
  const sorted = (...entries: LockEntry[]) => entries.sort(byLockFile);
  const of = (path: string) => board.locks.find(({ filepath }) => filepath === path);
  const held = sorted(a, b);
  assert.equal(update(board, held, factsAt(1001)), true);
  const first = of('src/a.ts');
  const conflicts = findConflicts(held);
  board.update(held, conflicts, factsAt(1001));
  assert.equal(board.update(held, conflicts, factsAt(1002)), false);
  assert.equal(update(board, held, factsAt(1100)), true);
  assert.equal(of('src/a.ts')?.stale, true);
  assert.equal(board.answer.stale_count, 2);
  assert.equal(update(board, held, factsAt(1002)), true, 'the clock was set back');
  assert.deepEqual(of('src/a.ts'), first);
  const single = of('src/b.ts');
  assert.equal(update(board, sorted(a, b, boardEntry('src/a.*', 'agent-1')), factsAt(1002)), true);
  assert.equal(of('src/a.ts')?.conflicts_with.length, 1);
  assert.ok(of('src/b.ts') === single);
  assert.equal(board.answer.overlapping_count, 2);
  assert.equal(update(board, held, factsAt(1002, true)), true);
  assert.deepEqual(
    [of('src/b.ts')?.orphaned, board.answer.orphaned_count, board.answer.overlapping_count],
    [true, 2, 0],
  );
});

test('LockBoard: whatever comes and goes, it describes and counts what describing all at once does', () => {
  const part = fc.constantFrom('a', 'b', '/', '*', '?', '[ab]', './');
  const path = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''));
  const lock = fc.record({
    path,
    holder: fc.constantFrom('x', 'y', 'z'),
    at: fc.constantFrom(1000, 1030, 1200, 'soon'),
  });
  const step = fc.record({
    file: fc.nat(9),
    lock: fc.option(lock),
    seconds: fc.constantFrom(1000, 1061, 1100, 1300),
    orphaned: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const board = new LockBoard();
      const files = new Map<string, LockEntry>();
      for (const { file, lock, seconds, orphaned } of steps) {
        const name = `${file}.lock`;
        if (lock === null) files.delete(name);
        else files.set(name, boardEntry(lock.path, lock.holder, lock.at, name));
        const entries = [...files.values()].sort(byLockFile);
        const facts = factsAt(seconds, orphaned);
        update(board, entries, facts);
        const expected = describeLocks(entries, facts);
        assert.deepEqual(
          board.locks.map((row) => row.describe()),
          expected,
        );
        assert.deepEqual(board.answer, { locks: expected, ...countLocks(expected), truncated: 0, holders: [] });
        assert.deepEqual(JSON.parse(board.json), JSON.parse(JSON.stringify(board.answer)));
      }
    }),
    { numRuns: 300 },
  );
});

/** What one answer may list of all locks. */
function longestOf({ longest }: LockBoard): LocksAnswer {
  return locksAnswer.parse(JSON.parse(longest ?? assert.fail('nothing is left off')));
}

test('LockBoard: of more locks than one answer may list all are counted, and those that overlap and the newest are listed', () => {
  const entries = Array.from({ length: 12_000 }, (_, index) =>
    boardEntry(`src/${index}.ts`, `agent-${index % 3}`, index),
  );
  const pattern = boardEntry('src/7.*', 'agent-9', 0);
  const board = new LockBoard();
  const facts = factsAt(12_000);
  update(board, [...entries, pattern].sort(byLockFile), facts);
  for (const [answer, room] of [
    [longestOf(board), 10_000],
    [locksAnswer.parse(board.answer), 1000],
  ] as const) {
    assert.deepEqual(
      [answer.count, answer.truncated, answer.locks.length, answer.overlapping_count, answer.stale_count],
      [12_001, 12_001 - room, room, 2, 11_941],
    );
    assert.deepEqual(
      answer.holders.map(({ agent_id, count }) => [agent_id, count]),
      [
        ['agent-0', 4000],
        ['agent-1', 4000],
        ['agent-2', 4000],
        ['agent-9', 1],
      ],
    );
    const listed = new Set(answer.locks.map(({ filepath }) => filepath));
    assert.deepEqual([listed.has('src/7.*'), listed.has('src/7.ts'), listed.has('src/6.ts')], [true, true, false]);
    const oldest = 12_000 - room + 2;
    assert.deepEqual(
      [listed.has('src/11999.ts'), listed.has(`src/${oldest}.ts`), listed.has(`src/${oldest - 1}.ts`)],
      [true, true, false],
    );
    assert.deepEqual(answer.locks, answer.locks.toSorted(byLockFile));
  }
  assert.deepEqual(JSON.parse(board.json), JSON.parse(JSON.stringify(board.answer)));
});

test('LockBoard: with nothing but orphaned locks the newest of them fill the list', () => {
  const entries = Array.from({ length: 10_002 }, (_, index) => boardEntry(`src/${index}.ts`, 'gone', index));
  const board = new LockBoard();
  update(board, entries.sort(byLockFile), factsAt(0, true));
  const listed = new Set(longestOf(board).locks.map(({ filepath }) => filepath));
  assert.deepEqual([listed.size, listed.has('src/2.ts'), listed.has('src/1.ts')], [10_000, true, false]);
  const followed = new Set(board.answer.locks.map(({ filepath }) => filepath));
  assert.deepEqual([followed.size, followed.has('src/9002.ts'), followed.has('src/9001.ts')], [1000, true, false]);
  assert.equal(board.answer.orphaned_count, 10_002);
});

test('LockBoard: up to 10,000 locks all are listed; a list that was cut stays so until there are 9,000', () => {
  const entries = Array.from({ length: 10_001 }, (_, index) => boardEntry(`src/${index}.ts`, 'a', index)).sort(
    byLockFile,
  );
  const board = new LockBoard();
  const listed = (count: number) => {
    update(board, entries.slice(0, count), factsAt(0));
    return [board.answer.locks.length, board.longest === null ? null : longestOf(board).locks.length];
  };
  assert.deepEqual(listed(10_000), [10_000, null]);
  assert.deepEqual(listed(10_001), [1000, 10_000]);
  assert.deepEqual(listed(9001), [1000, 9001]);
  assert.deepEqual(listed(9000), [9000, null]);
  assert.deepEqual(listed(10_000), [10_000, null]);
});
