import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeadlineClock } from './deadline-clock';

test('what was judged holds until the first instant that had not come, and not before its own', () => {
  const time = new DeadlineClock(1000);
  assert.deepEqual([time.isDue(999), time.isDue(1000), time.isDue(3000), time.isDue(2000)], [true, true, false, false]);
  assert.equal(time.nextAt, 2000);
  assert.deepEqual(
    [1000, 1999, 2000, 999].map((now) => time.outdatedAt(now)),
    [false, false, true, true],
  );
});

test('an instant has come when it is there, and is over a millisecond later', () => {
  assert.deepEqual(
    [999, 1000].map((at) => new DeadlineClock(1000).isPast(at)),
    [true, false],
  );
  const time = new DeadlineClock(1000);
  time.isPast(1000);
  assert.equal(time.nextAt, 1001);
});

test('what nothing of was still to come holds for good', () => {
  const time = new DeadlineClock(1000);
  assert.equal(time.isDue(10), true);
  assert.equal(time.nextAt, Number.POSITIVE_INFINITY);
  assert.equal(time.outdatedAt(Number.MAX_SAFE_INTEGER), false);
});
