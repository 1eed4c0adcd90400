import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RetentionClock } from './retention-clock';

const START = Date.parse('2026-02-03T12:00:00Z');
const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];

/** A computer whose clock can be set while its time goes on. */
function computer() {
  let [wall, ticks] = [START, 1000];
  return {
    monotonic: () => ticks,
    now: () => wall,
    pass(time: number) {
      wall += time;
      ticks += time;
    },
    set(by: number) {
      wall += by;
    },
  };
}

test('read(): follows time, and a clock that is set by less than a day', () => {
  const { monotonic, now, pass, set } = computer();
  const clock = new RetentionClock(null, now(), monotonic);
  pass(HOUR);
  assert.equal(clock.read(now()), START + HOUR);
  set(5 * HOUR);
  assert.equal(clock.read(now()), START + 6 * HOUR);
  set(-5 * HOUR);
  assert.equal(clock.read(now()), START + 6 * HOUR, 'never back');
  assert.equal(clock.jump, null);
});

test('read(): a clock that is ahead by 31 days for a moment changes nothing', () => {
  const { monotonic, now, pass, set } = computer();
  const clock = new RetentionClock(null, now(), monotonic);
  pass(MINUTE);
  clock.read(now());
  set(31 * DAY);
  assert.equal(clock.read(now()), START + MINUTE);
  assert.deepEqual(clock.jump, { by: 31 * DAY, holdUntil: now() + HOUR });
  set(-31 * DAY);
  pass(MINUTE);
  assert.equal(clock.read(now()), START + 2 * MINUTE);
  assert.equal(clock.jump?.by, -31 * DAY);
  pass(HOUR);
  assert.equal(clock.read(now()), START + 2 * MINUTE + HOUR);
  assert.equal(clock.jump, null);
});

test('read(): after a start with a clock 40 days behind that is corrected, age counts as before, after restarts too', () => {
  const { monotonic, now, pass, set } = computer();
  set(-40 * DAY);
  const first = new RetentionClock(null, now(), monotonic);
  pass(MINUTE);
  const recordedAt = first.read(now());
  set(40 * DAY);
  pass(2 * HOUR);
  assert.equal(first.read(now()) - recordedAt, 2 * HOUR);
  const seen = { wall: now(), retention: first.read(now()) };
  pass(HOUR);
  const second = new RetentionClock(seen, now(), monotonic);
  pass(2 * HOUR);
  assert.equal(second.read(now()) - recordedAt, 5 * HOUR);
});

test('read(): days without a recorder count only after an hour in which the clock stays', () => {
  const { monotonic, now, pass, set } = computer();
  const seen = { wall: now(), retention: now() };
  pass(40 * DAY);
  const clock = new RetentionClock(seen, now(), monotonic);
  assert.equal(clock.read(now()), START);
  pass(HOUR - 1);
  assert.ok(clock.read(now()) < START + HOUR);
  pass(1);
  assert.equal(clock.read(now()), START + 40 * DAY + HOUR);
  const wrong = new RetentionClock(seen, now(), monotonic);
  pass(MINUTE);
  set(-40 * DAY);
  wrong.read(now());
  pass(2 * HOUR);
  assert.ok(wrong.read(now()) < START + 4 * HOUR, 'corrected within the hour');
});
