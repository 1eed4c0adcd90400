/** Gathers messages to the ticks of a timeline. */

/** Messages of one voice within one step of time. */
export interface TickCell {
  senderType: number;
  /** Of the first: to whom it went, when (microseconds), and its number. */
  recipientSet: number;
  at: number;
  seq: number;
  count: number;
}

/** The cells of one voice, by step; messages come nearly in order of time. */
export class StepCells {
  readonly #all: TickCell[];
  readonly #step: number;
  readonly #bySteps = new Map<number, TickCell>();
  #newest = Number.NaN;
  #cell: TickCell | undefined;

  /** @param all is given each new cell */
  constructor(all: TickCell[], step: number) {
    this.#all = all;
    this.#step = step;
  }

  add(at: number, senderType: number, recipientSet: number, seq: number): void {
    const step = Math.floor(at / this.#step);
    if (step !== this.#newest) {
      this.#newest = step;
      this.#cell = this.#bySteps.get(step);
    }
    const cell = this.#cell;
    if (!cell) {
      this.#cell = { senderType, recipientSet, count: 1, at, seq };
      this.#bySteps.set(step, this.#cell);
      this.#all.push(this.#cell);
      return;
    }
    cell.count += 1;
    // Of one instant the one that was recorded first.
    if (at > cell.at || (at === cell.at && seq > cell.seq)) return;
    cell.at = at;
    cell.seq = seq;
    cell.recipientSet = recipientSet;
  }
}
