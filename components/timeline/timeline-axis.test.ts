import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axisMarks } from './timeline-axis';
import { makeScale } from './timeline-scale';

const HOUR = 3_600_000;
const noon = Date.parse('2026-01-30T12:00:00Z');
const utc = () => 0;

test('axisMarks(): an hour has marks at round minutes, none closer than the given distance', () => {
  const marks = axisMarks(makeScale({ since: noon + 1234, until: noon + HOUR }, 1000, []), 80, utc);
  assert.deepEqual(
    marks.slice(0, 3).map(({ label }) => label),
    ['12:05', '12:10', '12:15'],
  );
  for (const [index, { x }] of marks.slice(1).entries()) assert.ok(x - (marks[index]?.x ?? 0) >= 80);
});

test('axisMarks(): seconds and their fractions are labelled where they are visible', () => {
  const labels = (length: number) =>
    axisMarks(makeScale({ since: noon, until: noon + length }, 1000, []), 80, utc).map(({ label }) => label);
  assert.ok(labels(60_000).includes('12:00:10'));
  assert.ok(labels(800).includes('12:00:00.2'));
});

test('axisMarks(): a day starts with its date, in the viewer’s zone', () => {
  const marks = axisMarks(makeScale({ since: noon, until: noon + 24 * HOUR }, 1000, []), 80, () => 5.5 * HOUR);
  const day = marks.find((mark) => mark.day);
  assert.equal(day?.label, '31 Jan');
  assert.equal(day?.time, Date.parse('2026-01-30T18:30:00Z'));
});

test('axisMarks(): after a clock change the marks stay at round times and are not repeated', () => {
  const change = Date.parse('2026-03-29T01:00:00Z');
  const berlin = (time: number) => (time < change ? HOUR : 2 * HOUR);
  const marks = axisMarks(makeScale({ since: change - 3 * HOUR, until: change + 3 * HOUR }, 600, []), 80, berlin);
  assert.deepEqual(
    marks.map(({ label }) => label),
    ['23:00', '29 Mar', '01:00', '03:00', '04:00', '05:00', '06:00'],
  );
});

test('axisMarks(): a fold has no marks inside', () => {
  const folds = [{ since: noon + HOUR, until: noon + 20 * HOUR }];
  const marks = axisMarks(makeScale({ since: noon, until: noon + 24 * HOUR }, 1000, folds), 80, utc);
  assert.ok(marks.length > 3);
  for (const { time } of marks) assert.ok(time <= noon + HOUR || time >= noon + 20 * HOUR);
});
