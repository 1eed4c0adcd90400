import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Readiness } from './readiness';

type Step = 'markFilesRead' | 'markHistoryOpen' | 'markLogAwaited';
const STEPS: Step[] = ['markFilesRead', 'markHistoryOpen', 'markLogAwaited'];

/** @returns whether `isDue` has resolved once all pending promises have been given their turn */
async function isReached(readiness: Readiness): Promise<boolean> {
  let reached = false;
  void readiness.isDue.then(() => {
    reached = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  return reached;
}

test('isDue: resolves after the third step, whichever that is, and not before', async () => {
  for (const last of STEPS) {
    const readiness = new Readiness();
    for (const step of STEPS) if (step !== last) readiness[step]();
    assert.equal(await isReached(readiness), false, `${last} is missing`);
    readiness[last]();
    assert.equal(await isReached(readiness), true);
  }
});

test('Readiness: each step has a flag of its own', () => {
  const readiness = new Readiness();
  const steps = () => [readiness.filesRead, readiness.historyOpen, readiness.logAwaited];
  assert.deepEqual(steps(), [false, false, false]);
  readiness.markHistoryOpen();
  assert.deepEqual(steps(), [false, true, false]);
  readiness.markFilesRead();
  assert.deepEqual(steps(), [true, true, false]);
  readiness.markLogAwaited();
  assert.deepEqual(steps(), [true, true, true]);
});
