import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSteps } from './run-steps';
import type { Counts } from './test-counts';
import { EVERY_STEP, type StepName } from './test-plan';

/** Runs every step; each passes two tests, except the given ones. */
async function run(given: Partial<Record<StepName, Counts>>) {
  const ran: StepName[] = [];
  const printed: string[] = [];
  const steps = Object.fromEntries(
    EVERY_STEP.map((name) => [
      name,
      async () => {
        ran.push(name);
        return given[name] ?? { passed: 2, failed: 0 };
      },
    ]),
  ) as Record<StepName, () => Promise<Counts>>;
  const sum = await runSteps(EVERY_STEP, steps, (text) => printed.push(text));
  return { ran, sum, printed };
}

test('runSteps(): every step is run in order and its tests are summed', async () => {
  const { ran, sum } = await run({ 'unit tests': { passed: 10, failed: 3 }, browser: { passed: 0, failed: 0 } });
  assert.deepEqual(ran, EVERY_STEP);
  assert.deepEqual(sum, { passed: 20, failed: 3 });
});

test('runSteps(): without a build, steps that need it are not run and count as failures', async () => {
  const { ran, sum, printed } = await run({ build: { passed: 0, failed: 1 } });
  assert.deepEqual(ran, ['lint', 'build', 'browser', 'unit tests']);
  assert.deepEqual(sum, { passed: 6, failed: 4 });
  assert.ok(printed.includes('FAILED  integration tests: not run, because "build" failed'));
});

test('runSteps(): without a browser only the end-to-end tests are not run', async () => {
  const { ran, sum } = await run({ browser: { passed: 0, failed: 1 } });
  assert.deepEqual(
    ran,
    EVERY_STEP.filter((name) => name !== 'end to end tests'),
  );
  assert.deepEqual(sum, { passed: 10, failed: 2 });
});

test('runSteps(): the short forms run at the same time as the unit tests, and nothing else does', async () => {
  const running = new Set<StepName>();
  const together: StepName[][] = [];
  const steps = Object.fromEntries(
    EVERY_STEP.map((name) => [
      name,
      async () => {
        running.add(name);
        if (running.size > 1) together.push([...running]);
        // Whoever starts at the same time has started before the next turn of the loop.
        await new Promise((resolve) => setImmediate(resolve));
        running.delete(name);
        return { passed: 1, failed: 0 };
      },
    ]),
  ) as Record<StepName, () => Promise<Counts>>;
  await runSteps(EVERY_STEP, steps, () => {});
  assert.deepEqual(together, [['unit tests', 'torture and endurance, short forms']]);
});
