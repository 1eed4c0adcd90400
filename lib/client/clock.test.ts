import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { exactNow, freezeAges, now, subscribe } from './clock';

test('freezeAges(): ages stop at the given time while the clock goes on, and follow it again afterwards', () => {
  mock.timers.enable({ apis: ['setInterval', 'Date'], now: 10_000 });
  let ticks = 0;
  const end = subscribe(() => {
    ticks += 1;
  });
  assert.equal(now(), 10_000);
  freezeAges(9000);
  assert.equal(now(), 9000);
  assert.equal(ticks, 1);
  mock.timers.tick(3000);
  assert.equal(now(), 9000);
  assert.equal(exactNow(), 13_000);
  freezeAges(null);
  assert.equal(now(), 13_000);
  end();
  mock.timers.reset();
});
