/** Which of very many locks are published: streams, pages and the journal take a list of bounded length. */
import { isOverlapping, type LockCounts, wholeLocks } from '../contract/locks-answer';
import { type Lock, type LocksAnswer, MAX_COUNTED_HOLDERS, MAX_LISTED_LOCKS } from '../contract/schemas';

/** Locks that overlap or are orphaned take at most this share of the list while there are enough others. */
const TROUBLED_SHARE = 0.5;

/**
 * The answer about locks, with those on its list that matter most: at least half of the list for those that overlap or are
 * orphaned, the newest of them first, and the rest for the newest others.
 *
 * @param locks sorted by `lock_file`
 * @param counts of all of them
 * @param countByHolder the same by holder
 * @param max how many the list may hold
 */
export function listLocks(
  locks: readonly Lock[],
  counts: LockCounts,
  countByHolder: ReadonlyMap<string, number>,
  max = MAX_LISTED_LOCKS,
): LocksAnswer {
  if (locks.length <= max) return wholeLocks(locks as Lock[], { ...counts });
  const troubled = new Float64Array(locks.length);
  const others = new Float64Array(locks.length);
  let [troubledCount, otherCount] = [0, 0];
  for (const lock of locks) {
    if (isTroubled(lock)) troubled[troubledCount++] = takenAt(lock);
    else others[otherCount++] = takenAt(lock);
  }
  const troubledRoom = Math.min(troubledCount, Math.max(Math.ceil(max * TROUBLED_SHARE), max - otherCount));
  const rooms = {
    troubled: new Largest(troubled.subarray(0, troubledCount), troubledRoom),
    others: new Largest(others.subarray(0, otherCount), max - troubledRoom),
  };
  const listed = locks.filter((lock) => (isTroubled(lock) ? rooms.troubled : rooms.others).takes(takenAt(lock)));
  return {
    ...wholeLocks(listed, { ...counts }),
    truncated: locks.length - listed.length,
    holders: holdersWithMost(countByHolder),
  };
}

function isTroubled(lock: Lock): boolean {
  return isOverlapping(lock) || lock.orphaned === true;
}

/** In seconds since 1970. A lock that says no time counts as older than all others. */
function takenAt({ locked_at }: Lock): number {
  return typeof locked_at === 'number' ? locked_at : Number.NEGATIVE_INFINITY;
}

function holdersWithMost(countByHolder: ReadonlyMap<string, number>): LocksAnswer['holders'] {
  const room = Math.min(MAX_COUNTED_HOLDERS, countByHolder.size);
  const most = new Largest(Float64Array.from(countByHolder.values()), room);
  const holders: LocksAnswer['holders'] = [];
  for (const [agent_id, count] of countByHolder) if (most.takes(count)) holders.push({ agent_id, count });
  return holders.sort((one, other) => other.count - one.count || (one.agent_id < other.agent_id ? -1 : 1));
}

/** Takes the largest of some numbers, and of those that are equal the first ones. */
class Largest {
  readonly #threshold: number;
  #equalsLeft: number;

  /** @param values in any order; sorted in place */
  constructor(values: Float64Array, room: number) {
    values.sort();
    this.#threshold = room === 0 ? Number.POSITIVE_INFINITY : (values[values.length - room] as number);
    const larger = room === 0 ? 0 : values.length - upperIndex(values, this.#threshold);
    this.#equalsLeft = room - larger;
  }

  takes(value: number): boolean {
    if (value !== this.#threshold) return value > this.#threshold;
    return this.#equalsLeft-- > 0;
  }
}

/** @returns how many of some sorted numbers are not above a value */
function upperIndex(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
