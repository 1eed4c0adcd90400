/** When a kind of work was last done, to keep an interval between its runs. */
export class LastRun {
  readonly #now: () => number;
  /** Milliseconds since 1970; 0 before the first run. */
  #at = 0;

  /** @param now milliseconds since 1970 */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Counts the work as done now. */
  note(): void {
    this.#at = this.#now();
  }

  /** @returns milliseconds since the last run; infinity after a clock rewind, which must not delay the next run */
  elapsedMs(): number {
    const elapsed = this.#now() - this.#at;
    return elapsed < 0 ? Number.POSITIVE_INFINITY : elapsed;
  }

  /** @returns whether at least `intervalMs` have passed since the last run; if so, the work counts as done now */
  claim(intervalMs: number): boolean {
    if (this.elapsedMs() < intervalMs) return false;
    this.note();
    return true;
  }
}
