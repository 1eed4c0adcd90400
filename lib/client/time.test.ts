import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { absoluteTime, clockTime, duration, lastSpoke, relativeTime, withInstants } from './time';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const before = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();

test('relativeTime(): from seconds to dates', () => {
  const cases: [number, string][] = [
    [0, 'now'],
    [0.9, 'now'],
    [-1.5, 'now'],
    [1, '1 s ago'],
    [59, '59 s ago'],
    [60, '1 min ago'],
    [3599, '59 min ago'],
    [3600, '1 h ago'],
    [47 * 3600, '47 h ago'],
    [48 * 3600, '2 d ago'],
    [98 * 86400, '98 d ago'],
    [200 * 86400, '2025-08-13'],
    [-90, 'in 1 min'],
  ];
  for (const [seconds, text] of cases) assert.equal(relativeTime(before(seconds), NOW), text);
  assert.equal(relativeTime(before(125), NOW, 'age'), '2 min');
  assert.equal(relativeTime(before(0), NOW, 'age'), '0 s');
});

test('an invalid time is reported as "no time"', () => {
  for (const value of [null, undefined, '', 'yesterday', 'NaN']) {
    assert.equal(relativeTime(value, NOW), 'no time');
    assert.equal(absoluteTime(value), 'no time');
    assert.equal(clockTime(value, NOW), 'an unknown time');
  }
});

test('relativeTime(): no text or clock ever gives NaN', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.date().map(String)), fc.integer(), (text, now) => {
      assert.doesNotMatch(relativeTime(text, now), /NaN|undefined|Invalid/);
    }),
  );
});

test('absoluteTime(), clockTime(): times in a zone', () => {
  assert.equal(absoluteTime('2026-03-01T12:00:05.123456+00:00', 'UTC'), '2026-03-01 12:00:05 UTC');
  assert.equal(absoluteTime('2026-03-01T12:00:05+00:00', 'Europe/Berlin'), '1 Mar 2026, 13:00:05 CET');
  assert.equal(clockTime('2026-03-01T12:00:05+00:00', NOW, 'UTC'), '12:00:05');
  assert.equal(clockTime('2026-02-01T12:00:05+00:00', NOW, 'UTC'), '2026-02-01, 12:00:05');
  assert.equal(clockTime('2026-03-01T12:00:05+00:00', NOW, 'Asia/Tokyo'), '21:00:05');
  assert.equal(clockTime('2026-03-01T18:00:05+00:00', NOW, 'Asia/Tokyo'), '2 Mar 2026, 03:00:05');
});

test('withInstants(): a sentence is split at its instants', () => {
  assert.deepEqual(withInstants('No sign of life since 2026-03-01T12:00:05.123456+00:00, it seems.'), [
    { text: 'No sign of life since ' },
    { instant: '2026-03-01T12:00:05.123456+00:00' },
    { text: ', it seems.' },
  ]);
  assert.deepEqual(withInstants('No time here: 2026-03-01.'), [{ text: 'No time here: 2026-03-01.' }]);
});

test('duration(): the two largest units', () => {
  assert.equal(duration(0), '0 s');
  assert.equal(duration(59.9), '59 s');
  assert.equal(duration(61), '1 min');
  assert.equal(duration(3 * 3600 + 12 * 60), '3 h 12 min');
  assert.equal(duration(50 * 3600), '2 d 2 h');
});

test('lastSpoke(): a length, a date for long times, and words if nothing is known', () => {
  assert.equal(lastSpoke(before(-1), NOW), 'last spoke now');
  assert.equal(lastSpoke(before(90), NOW), 'last spoke 1 min ago');
  assert.equal(lastSpoke(before(100 * 24 * 3600), NOW), 'last spoke on 2025-11-21');
  assert.equal(lastSpoke(null, NOW), 'has not spoken');
});
