/**
 * Decides which rows of a long list are rendered, and how much room the others take. Pure; the list's component
 * measures.
 */
import type { Message } from '@/lib/contract/schemas';
import { indexAt } from './message-window';

/** Rows rendered beyond the view on both sides, so that fast scrolling does not show an empty area. */
const SPARE = 30;
/**
 * Rows rendered above the view while it follows the newest message: with many messages per second, every rendered row
 * is new each time.
 */
const SPARE_FOLLOWING = 3;
/** Two lines, their padding and the hairline, in pixels; a larger font makes a row higher. */
const LOWEST_ROW = 56;
/** The number of rows before the view is measured, as the server renders them. */
const AT_FIRST = 60;
/** The height of a row before any was measured, in pixels. */
const USUAL_HEIGHT = 64;

/** Rows from `first` up to, not including, `end`. */
export interface RowRange {
  first: number;
  end: number;
}

/** @returns how many rows a view of this height in pixels shows at most */
export function rowsIn(height: number): number {
  return Math.ceil(height / LOWEST_ROW);
}

/**
 * @param anchor the number of the first visible message; null if the list follows the newest
 * @param inView how many rows the view shows at most; null before it is measured
 */
export function rowsAround(messages: readonly Message[], anchor: number | null, inView: number | null): RowRange {
  const end = messages.length;
  if (anchor === null)
    return { first: Math.max(0, end - (inView === null ? AT_FIRST : inView + SPARE_FOLLOWING)), end };
  const index = Math.max(0, indexAt(messages, anchor));
  return { first: Math.max(0, index - SPARE), end: Math.min(end, index + (inView ?? AT_FIRST) + SPARE) };
}

/** The heights of rows as last measured. */
export class RowHeights {
  readonly #known = new Map<number, number>();
  #sum = 0;

  note(seq: number, height: number): void {
    this.#sum += height - (this.#known.get(seq) ?? 0);
    this.#known.set(seq, height);
  }

  /** Forgets rows that are no longer loaded, so that memory stays bounded in a long session. */
  keep(messages: readonly Message[]): void {
    const first = messages[0]?.seq ?? Number.POSITIVE_INFINITY;
    const last = messages.at(-1)?.seq ?? Number.NEGATIVE_INFINITY;
    for (const [seq, height] of this.#known) {
      if (seq >= first && seq <= last) continue;
      this.#sum -= height;
      this.#known.delete(seq);
    }
  }

  get size(): number {
    return this.#known.size;
  }

  /** The room that rows take, measured or by the average of the measured rows. */
  total(messages: readonly Message[], { first, end }: RowRange): number {
    let total = 0;
    for (let index = first; index < end; index++) total += this.#heightOf(messages[index] as Message);
    return total;
  }

  /** @returns the index of the row at a distance below the upper edge of the list's first row */
  indexAtDistance(messages: readonly Message[], distance: number): number {
    let bottom = 0;
    for (let index = 0; index < messages.length; index++) {
      bottom += this.#heightOf(messages[index] as Message);
      if (bottom > distance) return index;
    }
    return messages.length - 1;
  }

  #heightOf({ seq }: Message): number {
    const usual = this.#known.size === 0 ? USUAL_HEIGHT : this.#sum / this.#known.size;
    return this.#known.get(seq) ?? usual;
  }
}
