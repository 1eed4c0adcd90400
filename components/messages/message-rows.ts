/** Which rows of a long list are drawn, and how much room the others take. Pure; the list's component measures. */
import type { Message } from '@/lib/contract/schemas';
import { indexAt } from './message-window';

/** Drawn beyond the view on both sides, so that a quick turn of the wheel does not run into the unknown. */
const SPARE = 30;
/** Drawn above the view while it follows the newest: with many a second, all that is drawn is new each time. */
const SPARE_FOLLOWING = 3;
/** Two lines, the room around them and the hairline; a larger type makes it higher. */
const LOWEST_ROW = 56;
/** Before the view was measured: what the server draws. */
const AT_FIRST = 60;
/** Before a row was measured. */
const USUAL_HEIGHT = 64;

/** Rows from `first` up to, not including, `end`. */
export interface RowRange {
  first: number;
  end: number;
}

/** @returns how many rows a view of so many pixels shows at most */
export function rowsIn(height: number): number {
  return Math.ceil(height / LOWEST_ROW);
}

/**
 * @param anchor the number of the first visible message; null: the list hangs on its newest
 * @param inView how many rows the view shows at most; null before that is known
 */
export function rowsAround(messages: readonly Message[], anchor: number | null, inView: number | null): RowRange {
  const end = messages.length;
  if (anchor === null)
    return { first: Math.max(0, end - (inView === null ? AT_FIRST : inView + SPARE_FOLLOWING)), end };
  const index = Math.max(0, indexAt(messages, anchor));
  return { first: Math.max(0, index - SPARE), end: Math.min(end, index + (inView ?? AT_FIRST) + SPARE) };
}

/** Heights of rows as they were measured last. */
export class RowHeights {
  readonly #known = new Map<number, number>();
  #sum = 0;

  note(seq: number, height: number): void {
    this.#sum += height - (this.#known.get(seq) ?? 0);
    this.#known.set(seq, height);
  }

  /** Forgets rows that are no longer held, so that a long session does not fill the memory. */
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

  /** The room that rows take, by measure or by the average of what was measured. */
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
