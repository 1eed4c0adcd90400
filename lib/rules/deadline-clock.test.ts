import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeadlineClock } from './deadline-clock';

test('outdatedAt(): an answer is valid from its own instant until the first one that had not come', () => {
  const time = new DeadlineClock(1000);
  assert.deepEqual([time.isDue(999), time.isDue(1000), time.isDue(3000), time.isDue(2000)], [true, true, false, false]);
  assert.equal(time.nextAt, 2000);
  assert.deepEqual(
    [1000, 1999, 2000, 999].map((now) => time.outdatedAt(now)),
    [false, false, true, true],
  );
});

test('reached() and passed(): an instant has come when it is equal, and is over a millisecond later', () => {
  assert.deepEqual(
    [999, 1000].map((at) => new DeadlineClock(1000).isPast(at)),
    [true, false],
  );
  const time = new DeadlineClock(1000);
  time.isPast(1000);
  assert.equal(time.nextAt, 1001);
});

test('outdatedAt(): an answer without a future instant stays valid', () => {
  const time = new DeadlineClock(1000);
  assert.equal(time.isDue(10), true);
  assert.equal(time.nextAt, Number.POSITIVE_INFINITY);
  assert.equal(time.outdatedAt(Number.MAX_SAFE_INTEGER), false);
});
