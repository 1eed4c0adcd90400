/**
 * The clock of one evaluation, which notes the next instant at which time alone changes the answer: until then, and
 * while the facts stay the same, the evaluation need not be repeated.
 */
export class DeadlineClock {
  readonly #now: number;
  #nextAt = Number.POSITIVE_INFINITY;

  /** @param now milliseconds since 1970 */
  constructor(now: number) {
    this.#now = now;
  }

  /** When the first answer of `isDue` changes, milliseconds since 1970; infinite if none does. */
  get nextAt(): number {
    return this.#nextAt;
  }

  /** @returns whether an instant has come, in milliseconds since 1970 */
  isDue(at: number): boolean {
    if (at <= this.#now) return true;
    this.#nextAt = Math.min(this.#nextAt, at);
    return false;
  }

  /** @returns whether an instant, a whole millisecond, is over */
  isPast(at: number): boolean {
    return this.isDue(at + 1);
  }

  /** @returns whether `now` is before this evaluation, or one of its answers differs by then */
  outdatedAt(now: number): boolean {
    // A clock that was set back makes an instant that had come a future one.
    return now < this.#now || now >= this.#nextAt;
  }
}
