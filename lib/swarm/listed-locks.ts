/** Which of very many locks are published: streams, pages and the journal take a list of bounded length. */
import type { LockCounts } from '../contract/locks-answer';
import {
  type Lock,
  type LocksAnswer,
  MAX_COUNTED_HOLDERS,
  MAX_FOLLOWED_LOCKS,
  MAX_LISTED_LOCKS,
} from '../contract/schemas';
import type { LockRow } from './lock-row';

/** Locks that overlap or are orphaned take at most this share of the list while there are enough others. */
const TROUBLED_SHARE = 0.5;

/** A list that was cut stays so until there are fewer locks than this: else one lock more or less could mean 9,000 to record. */
const FEW_AGAIN = MAX_LISTED_LOCKS * 0.9;

interface Described {
  lock: Lock;
  json: string;
}

/** The locks of which a list is made. */
interface CountedLocks {
  /** Sorted by `lock_file`; one that did not change is the same object. */
  locks: readonly LockRow[];
  /** Of all of them. */
  counts: LockCounts;
  countByHolder: ReadonlyMap<string, number>;
}

/**
 * Lists the locks that matter most: at least half of a list is for those that overlap or are orphaned, the newest of them
 * first, and the rest for the newest others.
 */
export class ListedLocks {
  /** Most of a list is as it was the last time, and is not described again. */
  #described = new Map<LockRow, Described>();
  #isCut = false;

  /** @returns the answer that is told with every change, and the same as JSON */
  list(all: CountedLocks): { answer: LocksAnswer; json: string } {
    const { locks } = all;
    this.#isCut = locks.length > (this.#isCut ? FEW_AGAIN : MAX_LISTED_LOCKS);
    const listed = this.#isCut ? mostRelevant(locks, MAX_FOLLOWED_LOCKS) : locks;
    const before = this.#described;
    this.#described = new Map(listed.map((row) => [row, before.get(row) ?? described(row)]));
    const known = [...this.#described.values()];
    const rest = restOf(all, known.length);
    return {
      answer: { locks: known.map(({ lock }) => lock), ...rest },
      json: jsonOf(
        known.map(({ json }) => json),
        rest,
      ),
    };
  }

  /** @returns the answer with as many locks as one may list, as JSON */
  longest(all: CountedLocks): string {
    const { locks } = all;
    const listed = locks.length > MAX_LISTED_LOCKS ? mostRelevant(locks, MAX_LISTED_LOCKS) : locks;
    const texts = listed.map((row) => this.#described.get(row)?.json ?? described(row).json);
    return jsonOf(texts, restOf(all, texts.length));
  }
}

type Rest = Omit<LocksAnswer, 'locks'>;

function restOf({ locks, counts, countByHolder }: CountedLocks, listed: number): Rest {
  const truncated = locks.length - listed;
  return { ...counts, truncated, holders: truncated > 0 ? holdersWithMost(countByHolder) : [] };
}

function jsonOf(locks: readonly string[], rest: Rest): string {
  return `{"locks":[${locks.join()}],${JSON.stringify(rest).slice(1)}`;
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
