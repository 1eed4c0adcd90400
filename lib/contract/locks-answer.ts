/** Counts of lists of locks, wherever the locks come from. */
import type { HeldLock, Lock, LocksAnswer } from './schemas';

export type LockCounts = Pick<LocksAnswer, 'count' | 'stale_count' | 'orphaned_count' | 'overlapping_count'>;

export const NO_LOCK_COUNTS: LockCounts = { count: 0, stale_count: 0, orphaned_count: 0, overlapping_count: 0 };

/** @returns whether another holder has a lock on the same files */
export function isOverlapping(lock: HeldLock): boolean {
  return lock.conflicts_with.length > 0;
}

/** Adds a lock to counts (`by` 1) or removes it (`by` -1). */
export function countLock(counts: LockCounts, lock: HeldLock, by: 1 | -1): void {
  counts.count += by;
  if (lock.stale === true) counts.stale_count += by;
  if (lock.orphaned === true) counts.orphaned_count += by;
  if (isOverlapping(lock)) counts.overlapping_count += by;
}

/** @returns how many locks there are, and how many of them are stale, orphaned or overlapping */
export function countLocks(locks: readonly HeldLock[]): LockCounts {
  const counts = { ...NO_LOCK_COUNTS };
  for (const lock of locks) countLock(counts, lock, 1);
  return counts;
}

/** @returns the answer about locks whose list is complete */
export function wholeLocks(locks: Lock[], counts: LockCounts = countLocks(locks)): LocksAnswer {
  return { locks, ...counts, truncated: 0, holders: [] };
}
