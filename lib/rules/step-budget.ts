/** From so many steps on, about 0.1 ms, a look at the clock costs next to nothing. */
const PAUSE_STEPS = 100_000;

/**
 * Bounds work by counted steps of about a nanosecond, not by time: the same work always ends at the same place, on a busy
 * machine too.
 */
export class StepBudget {
  #left: number;
  #untilPause = PAUSE_STEPS;

  constructor(maxSteps: number) {
    this.#left = maxSteps;
  }

  get isSpent(): boolean {
    return this.#left <= 0;
  }

  /** @returns whether it is time to see how long the event loop has been held */
  spend(steps: number): boolean {
    this.#left -= steps;
    this.#untilPause -= steps;
    if (this.#untilPause > 0) return false;
    this.#untilPause = PAUSE_STEPS;
    return true;
  }
}

/** @returns what a generator of work gives at its end, without a pause */
export function finish<Result>(work: Generator<void, Result>): Result {
  for (let step = work.next(); ; step = work.next()) if (step.done) return step.value;
}
