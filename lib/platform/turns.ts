/** Divides work of this thread into turns of the event loop, so that requests and events are served in between. */
import { setImmediate as nextTurn } from 'node:timers/promises';

const MAX_TURN_MS = 5;

/**
 * Runs all steps of some work. After a step, the next turn of the event loop is awaited if this turn has taken more than
 * 5 ms.
 *
 * @param steps yields after each step
 * @param onStep takes what each step yields
 * @returns undefined if everything ended in this turn; otherwise a promise, which rejects with what a later step throws
 * @throws what a step of this turn throws; the steps after it are not run
 */
export function runInTurns<Result>(
  steps: Iterable<Result>,
  onStep: (result: Result) => void = () => {},
): Promise<void> | undefined {
  const rest = steps[Symbol.iterator]();
  return runTurn(rest, onStep) ? undefined : runLaterTurns(rest, onStep);
}

async function runLaterTurns<Result>(rest: Iterator<Result>, onStep: (result: Result) => void): Promise<void> {
  do await nextTurn();
  while (!runTurn(rest, onStep));
}

/** @returns whether all steps were run */
function runTurn<Result>(rest: Iterator<Result>, onStep: (result: Result) => void): boolean {
  const begun = performance.now();
  do {
    const { done, value } = rest.next();
    if (done) return true;
    onStep(value);
  } while (performance.now() - begun < MAX_TURN_MS);
  return false;
}

/** Runs all steps of some work in this turn. */
export function runAtOnce(steps: Iterable<unknown>): void {
  for (const _step of steps);
}
