import assert from 'node:assert/strict';
import { mock, type TestContext, test } from 'node:test';
import { runAtOnce, runInTurns } from './turns';

/** Steps that each take some milliseconds by a clock that only they move. */
function stepsOf(context: TestContext, costs: readonly number[]) {
  let now = 0;
  context.mock.method(performance, 'now', () => now);
  const done: number[] = [];
  function* steps() {
    for (const [index, cost] of costs.entries()) {
      now += cost;
      done.push(index);
      yield index;
    }
  }
  return { steps: steps(), done };
}

test('runInTurns(): short work ends in the present turn', (context) => {
  const { steps, done } = stepsOf(context, [1, 1, 1]);
  assert.equal(runInTurns(steps), undefined);
  assert.deepEqual(done, [0, 1, 2]);
});

test('runInTurns(): other events come after each 5 ms of work, and each step gives its result', async (context) => {
  const { steps, done } = stepsOf(context, [3, 3, 3, 3]);
  const results: number[] = [];
  const seen = new Promise((resolve) => setImmediate(() => resolve([...done])));
  const running = runInTurns(steps, (result) => results.push(result));
  assert.deepEqual(done, [0, 1]);
  assert.deepEqual(await seen, [0, 1]);
  await running;
  assert.deepEqual(results, [0, 1, 2, 3]);
});

test('runInTurns(): throws what a step throws, and runs no further step', () => {
  const next = mock.fn(() => {
    throw new RangeError('broken');
  });
  assert.throws(() => runInTurns({ [Symbol.iterator]: () => ({ next }) }), RangeError);
  assert.equal(next.mock.callCount(), 1);
});

test('runAtOnce(): runs all steps in this turn', (context) => {
  const { steps, done } = stepsOf(context, [9, 9]);
  runAtOnce(steps);
  assert.deepEqual(done, [0, 1]);
});
