/** Pages of all locks, in the order of their files: a lock that exists all the while is on exactly one of them. */
import { formatLockCursor } from '../contract/lock-cursor';
import { countLocks, wholeLocks } from '../contract/locks-answer';
import type { HeldLock, Lock, LocksAnswer } from '../contract/schemas';
import { lockIndex } from '../sources/claudeswarm/lock-list';

export interface LockPageQuery {
  limit: number;
  /** The lock file after which the page begins; absent for the first page. */
  after?: string | undefined;
  /** Only locks of this holder. */
  holder?: string | undefined;
}

/**
 * @param all every lock, sorted by `lock_file`
 * @param answer the published answer about them, for its counts
 * @param describe describes one of them as the API does
 * @returns a page; `count` and the others count all locks, or all of the holder
 */
export function locksPage<Held extends HeldLock>(
  all: readonly Held[],
  answer: LocksAnswer,
  query: LockPageQuery,
  describe: (lock: Held) => Lock,
): LocksAnswer {
  const { limit, after, holder } = query;
  const found = holder === undefined ? all : all.filter(({ agent_id }) => agent_id === holder);
  // The cursor is a place in the order, so its lock may be gone; `\0` sorts before every other character.
  const from = after === undefined ? 0 : lockIndex(found, `${after}\0`);
  const locks = found.slice(from, from + limit).map(describe);
  const { count, stale_count, orphaned_count, overlapping_count } = holder === undefined ? answer : countLocks(found);
  const last = locks.at(-1);
  return {
    ...wholeLocks(locks, { count, stale_count, orphaned_count, overlapping_count }),
    truncated: count - locks.length,
    limit,
    next_cursor: last === undefined || from + limit >= found.length ? null : formatLockCursor(last.lock_file),
  };
}
