/** About 0.1 ms of steps, beside which reading the clock costs next to nothing. */
const PAUSE_STEPS = 100_000;

/**
 * Bounds work by counted steps of about a nanosecond, not by time: the same work always ends at the same place, also on
 * a busy machine.
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

  /** @returns whether it is time to check how long the event loop has been blocked */
  spend(steps: number): boolean {
    this.#left -= steps;
    this.#untilPause -= steps;
    if (this.#untilPause > 0) return false;
    this.#untilPause = PAUSE_STEPS;
    return true;
  }
}

/** @returns the result of a generator of work, run without a pause */
export function finish<Result>(work: Generator<void, Result>): Result {
  for (let step = work.next(); ; step = work.next()) if (step.done) return step.value;
}
