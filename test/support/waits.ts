import type { WaitingAnswer } from '../../lib/contract/past-schemas';
import { type WaitingFacts, waitingSteps } from '../../lib/rules/waits';

/** @returns the wait relations of a swarm, found in one turn */
export function waiting(facts: WaitingFacts): WaitingAnswer {
  const steps = waitingSteps(facts);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
