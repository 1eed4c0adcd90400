/** Runs the steps of `npm test` and sums up what they count. */
import { type Counts, sumLine, sumOf } from './test-counts';
import type { StepName } from './test-plan';

/** Steps without which a step cannot run. A need that is not part of the plan is taken as met. */
const NEEDS: Partial<Record<StepName, readonly StepName[]>> = {
  'integration tests': ['build'],
  'torture and endurance, short forms': ['build'],
  'end to end tests': ['build', 'browser'],
};

/** A step that mostly waits, and the one before it, with which it runs at the same time. */
const BESIDE: Partial<Record<StepName, StepName>> = { 'torture and endurance, short forms': 'unit tests' };

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
  const results: { line: string; counts: Counts }[] = [];
  const failed = new Set<StepName>();
  async function run(name: StepName): Promise<void> {
    print(`\n--- ${name} ---`);
    const start = performance.now();
    const unmet = NEEDS[name]?.find((need) => failed.has(need));
    const counts = unmet === undefined ? await steps[name]() : { passed: 0, failed: 1 };
    const seconds = Math.round((performance.now() - start) / 1000);
    const end = unmet === undefined ? `${sumLine(counts)} (${seconds} s)` : `not run, because "${unmet}" failed`;
    const line = `${counts.failed === 0 ? 'ok    ' : 'FAILED'}  ${name}: ${end}`;
    print(line);
    results.push({ line, counts });
    if (counts.failed > 0) failed.add(name);
  }
  for (const group of groupsOf(plan)) await Promise.all(group.map(run));
  print(`\n${results.map(({ line }) => line).join('\n')}\n`);
  return sumOf(results.map(({ counts }) => counts));
}

/** @returns the steps in order, those that run at the same time together */
function groupsOf(plan: readonly StepName[]): StepName[][] {
  const groups: StepName[][] = [];
  for (const name of plan) {
    const before = groups.at(-1);
    if (before !== undefined && before.at(-1) === BESIDE[name]) before.push(name);
    else groups.push([name]);
  }
  return groups;
}
