/** Bounds how many refused commands are recorded one by one; the others are counted in the next record. */

const MINUTE_MS = 60_000;
/** For each caller. */
const MAX_RECORDED_PER_MINUTE = 60;
/** More callers than there are credentials. */
const MAX_CALLERS = 10_000;

interface Recorded {
  since: number;
  count: number;
  leftOut: number;
}

export class RefusalLog {
  readonly #callers = new Map<string, Recorded>();

  /**
   * Counts a refusal.
   *
   * @param now milliseconds since 1970
   * @returns how many refusals of this caller were left out since the last record; null if this one is left out too
   */
  take(caller: string, now: number): number | null {
    const known = this.#callers.get(caller) ?? { since: now, count: 0, leftOut: 0 };
    if (this.#callers.size >= MAX_CALLERS && !this.#callers.has(caller)) this.#callers.clear();
    this.#callers.set(caller, known);
    if (now - known.since >= MINUTE_MS || now < known.since) Object.assign(known, { since: now, count: 0 });
    if (known.count >= MAX_RECORDED_PER_MINUTE) {
      known.leftOut += 1;
      return null;
    }
    known.count += 1;
    const { leftOut } = known;
    known.leftOut = 0;
    return leftOut;
  }
}
