import assert from 'node:assert/strict';
import { test } from 'node:test';
import { throttle } from './throttle';

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** An action that counts its runs, every 10 ms. */
function counted(atOnce?: number) {
  let runs = 0;
  const count = () => {
    runs += 1;
  };
  const refresh = throttle(
    count,
    () => 10,
    (error) => assert.ifError(error),
    atOnce,
  );
  return { refresh, runs: () => runs };
}

test('runs at once, keeps the last request of a burst, and never overlaps with itself', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  let running = 0;
  let runs = 0;
  let finish = () => {};
  const refresh = throttle(
    async () => {
      running += 1;
      assert.equal(running, 1);
      runs += 1;
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      running -= 1;
    },
    () => 10,
    (error) => assert.ifError(error),
  );
  refresh.request();
  assert.equal(runs, 1);
  refresh.request();
  refresh.request();
  finish();
  await settled();
  assert.equal(runs, 1, 'the interval is kept');
  context.mock.timers.tick(10);
  await settled();
  assert.equal(runs, 2, 'two requests of a burst are one run');
  finish();
  await settled();
  context.mock.timers.tick(10);
  await settled();
  assert.equal(runs, 2, 'nothing was asked for');
  refresh.request();
  assert.equal(runs, 3);
  refresh.stop();
  refresh.request();
  finish();
  await settled();
  context.mock.timers.tick(10);
  await settled();
  assert.equal(runs, 3, 'stopped');
});

test('so many runs come without a wait, and are given back one by one', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const { refresh, runs } = counted(3);
  const requestAndSettle = async (times: number) => {
    for (let time = 0; time < times; time++) {
      refresh.request();
      await settled();
    }
  };
  await requestAndSettle(5);
  assert.equal(runs(), 3);
  context.mock.timers.tick(10);
  await settled();
  assert.equal(runs(), 4, 'what was asked for meanwhile');
  for (let interval = 0; interval < 4; interval++) {
    context.mock.timers.tick(10);
    await settled();
  }
  assert.equal(runs(), 4);
  await requestAndSettle(5);
  assert.equal(runs(), 7, 'after a pause as many again, and no more');
  refresh.stop();
});

test('a clock that is set back holds nothing up, and nothing runs by itself', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 });
  const { refresh, runs } = counted();
  refresh.request();
  await settled();
  context.mock.timers.setTime(500_000);
  refresh.request();
  await settled();
  assert.equal(runs(), 2);
  context.mock.timers.tick(1000);
  await settled();
  assert.equal(runs(), 2);
  refresh.stop();
});
