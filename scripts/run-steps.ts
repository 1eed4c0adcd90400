/** Runs the steps of `npm test` one after another and sums up what they count. */
import { type Counts, sumLine, sumOf } from './test-counts';
import type { StepName } from './test-plan';

/** Steps without which a step cannot run. A need that is not part of the plan is taken as met. */
const NEEDS: Partial<Record<StepName, readonly StepName[]>> = {
  'integration tests': ['build'],
  'torture and endurance, short forms': ['build'],
  'end to end tests': ['build', 'browser'],
};

/**
 * Runs the steps in order. A step whose need failed is not run and counts as one failure.
 *
 * @param print takes the headings and results, one text each
 * @returns the sum over all steps
 */
export async function runSteps(
  plan: readonly StepName[],
  steps: Record<StepName, () => Promise<Counts>>,
  print: (text: string) => void = console.log,
): Promise<Counts> {
  const all: Counts[] = [];
  const results: string[] = [];
  const failed = new Set<StepName>();
  for (const name of plan) {
    print(`\n--- ${name} ---`);
    const start = performance.now();
    const unmet = NEEDS[name]?.find((need) => failed.has(need));
    const counts = unmet === undefined ? await steps[name]() : { passed: 0, failed: 1 };
    const seconds = Math.round((performance.now() - start) / 1000);
    const end = unmet === undefined ? `${sumLine(counts)} (${seconds} s)` : `not run, because "${unmet}" failed`;
    const result = `${counts.failed === 0 ? 'ok    ' : 'FAILED'}  ${name}: ${end}`;
    print(result);
    results.push(result);
    if (counts.failed > 0) failed.add(name);
    all.push(counts);
  }
  print(`\n${results.join('\n')}\n`);
  return sumOf(all);
}
