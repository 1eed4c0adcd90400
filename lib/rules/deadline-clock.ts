/**
 * An instant that facts are judged at, which notes when time alone would change the judgement: until then, and as long
 * as the facts stay, it need not be repeated.
 */
export class DeadlineClock {
  readonly #now: number;
  #nextAt = Number.POSITIVE_INFINITY;

  /** @param now milliseconds since 1970 */
  constructor(now: number) {
    this.#now = now;
  }

  /** When the first answer of `isDue` changes, in milliseconds since 1970; infinite if none will. */
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

  /** @returns whether `now` is before the answers it gave, or one of them would be another by then */
  outdatedAt(now: number): boolean {
    // A clock that was set back makes what has been reached wrong.
    return now < this.#now || now >= this.#nextAt;
  }
}
