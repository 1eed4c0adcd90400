/** Which of very many locks are published: streams, pages and the journal take a list of bounded length. */
import type { LockCounts } from '../contract/locks-answer';
import { type Lock, type LocksAnswer, MAX_COUNTED_HOLDERS, MAX_LISTED_LOCKS } from '../contract/schemas';
import type { LockRow } from './lock-row';

/** Locks that overlap or are orphaned take at most this share of the list while there are enough others. */
const TROUBLED_SHARE = 0.5;

interface Described {
  lock: Lock;
  json: string;
}

/** Describes the locks that are listed, and each of them once: most of a list is as it was the last time. */
export class ListedLocks {
  #described = new Map<LockRow, Described>();

  /**
   * The answer about locks, with those on its list that matter most: at least half of the list for those that overlap or
   * are orphaned, the newest of them first, and the rest for the newest others.
   *
   * @param locks sorted by `lock_file`; one that did not change is the same object
   * @param counts of all of them
   * @param countByHolder the same by holder
   * @param max how many the list may hold
   * @returns the answer, and the same as JSON
   */
  list(
    locks: readonly LockRow[],
    counts: LockCounts,
    countByHolder: ReadonlyMap<string, number>,
    max = MAX_LISTED_LOCKS,
  ): { answer: LocksAnswer; json: string } {
    const listed = locks.length <= max ? locks : mostRelevant(locks, max);
    const before = this.#described;
    this.#described = new Map(listed.map((row) => [row, before.get(row) ?? described(row)]));
    const truncated = locks.length - listed.length;
    const rest = { ...counts, truncated, holders: truncated > 0 ? holdersWithMost(countByHolder) : [] };
    const all = [...this.#described.values()];
    return {
      answer: { locks: all.map(({ lock }) => lock), ...rest },
      json: `{"locks":[${all.map(({ json }) => json).join()}],${JSON.stringify(rest).slice(1)}`,
    };
  }
}

function described(row: LockRow): Described {
  const lock = row.describe();
  return { lock, json: JSON.stringify(lock) };
}

function mostRelevant(locks: readonly LockRow[], max: number): LockRow[] {
  const times = { troubled: new Float64Array(locks.length), others: new Float64Array(locks.length) };
  let [troubled, others] = [0, 0];
  for (const { isTroubled, takenAt } of locks) {
    if (isTroubled) times.troubled[troubled++] = takenAt;
    else times.others[others++] = takenAt;
  }
  const troubledRoom = Math.min(troubled, Math.max(Math.ceil(max * TROUBLED_SHARE), max - others));
  const room = {
    troubled: new Largest(times.troubled.subarray(0, troubled), troubledRoom),
    others: new Largest(times.others.subarray(0, others), max - troubledRoom),
  };
  return locks.filter(({ isTroubled, takenAt }) => (isTroubled ? room.troubled : room.others).takes(takenAt));
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
