/** Chooses which of very many locks are published: streams, pages and the journal get a list of bounded length. */
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

/**
 * A shortened list stays so until there are fewer locks than this: else one lock more or less could mean 9,000 to
 * record.
 */
const FEW_AGAIN = MAX_LISTED_LOCKS * 0.9;

interface Described {
  lock: Lock;
  json: string;
}

/** All locks, from which a list is made. */
interface CountedLocks {
  /** Sorted by `lock_file`; one that did not change is the same object. */
  locks: readonly LockRow[];
  /** The counts of all of them. */
  counts: LockCounts;
  countByHolder: ReadonlyMap<string, number>;
}

/**
 * Lists the most important locks: at least half of the list is for locks that overlap or are orphaned, the newest of
 * them first, and the rest for the newest others.
 */
export class ListedLocks {
  /** Most of a list is as before, and is not described again. */
  #described = new Map<LockRow, Described>();
  #isCut = false;

  /** @returns the answer that is published at every change, and the same as JSON */
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

  /** @returns the answer with as many locks as one answer may list, as JSON */
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
  let troubled = 0;
  for (const { isTroubled } of locks) if (isTroubled) troubled++;
  const others = locks.length - troubled;
  const troubledRoom = Math.min(troubled, Math.max(Math.ceil(max * TROUBLED_SHARE), max - others));
  const room = { troubled: new Largest(troubledRoom), others: new Largest(max - troubledRoom) };
  for (const { isTroubled, takenAt } of locks) (isTroubled ? room.troubled : room.others).see(takenAt);
  return locks.filter(({ isTroubled, takenAt }) => (isTroubled ? room.troubled : room.others).takes(takenAt));
}

function holdersWithMost(countByHolder: ReadonlyMap<string, number>): LocksAnswer['holders'] {
  const most = new Largest(MAX_COUNTED_HOLDERS);
  for (const count of countByHolder.values()) most.see(count);
  const holders: LocksAnswer['holders'] = [];
  for (const [agent_id, count] of countByHolder) if (most.takes(count)) holders.push({ agent_id, count });
  return holders.sort((one, other) => other.count - one.count || (one.agent_id < other.agent_id ? -1 : 1));
}

/** Selects the largest of the numbers that it has been given, and of equal ones the first. */
class Largest {
  /** The largest so far, as a heap with the smallest at the top: each is at least as large as the one above it. */
  readonly #heap: Float64Array;
  #size = 0;
  /** How many that equal the smallest may still be selected; null before the first call of `takes`. */
  #equalsLeft: number | null = null;

  constructor(room: number) {
    this.#heap = new Float64Array(room);
  }

  see(value: number): void {
    const heap = this.#heap;
    if (this.#size < heap.length) {
      let at = this.#size++;
      for (let above = (at - 1) >> 1; at > 0 && value < (heap[above] as number); above = (at - 1) >> 1) {
        heap[at] = heap[above] as number;
        at = above;
      }
      heap[at] = value;
    } else if (value > (heap[0] ?? Number.POSITIVE_INFINITY)) this.#replaceSmallest(value);
  }

  #replaceSmallest(value: number): void {
    const heap = this.#heap;
    let at = 0;
    for (let below = 1; below < this.#size; below = 2 * at + 1) {
      if (below + 1 < this.#size && (heap[below + 1] as number) < (heap[below] as number)) below++;
      if ((heap[below] as number) >= value) break;
      heap[at] = heap[below] as number;
      at = below;
    }
    heap[at] = value;
  }

  /** Whether a number is selected; called once for each, after all have been given. */
  takes(value: number): boolean {
    const smallest = this.#heap[0];
    if (smallest === undefined || this.#size === 0) return false;
    this.#equalsLeft ??= this.#heap.subarray(0, this.#size).filter((one) => one === smallest).length;
    if (value !== smallest) return value > smallest;
    return this.#equalsLeft-- > 0;
  }
}
