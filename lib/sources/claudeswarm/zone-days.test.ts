import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dateIn, startOfDay, startOfHour, startOfNextDay } from './zone-days';

const at = (iso: string) => Date.parse(iso);
const iso = (instant: number) => new Date(instant).toISOString();

test('startOfDay(): is midnight by the clocks of the zone, also on the days on which they change', () => {
  const berlin = (text: string) => iso(startOfDay('Europe/Berlin', at(text)));
  assert.equal(berlin('2026-02-03T22:59:59Z'), '2026-02-02T23:00:00.000Z');
  assert.equal(berlin('2026-02-03T23:00:00Z'), '2026-02-03T23:00:00.000Z');
  assert.equal(berlin('2026-03-29T12:00:00Z'), '2026-03-28T23:00:00.000Z', 'of 23 hours');
  assert.equal(berlin('2026-10-25T22:30:00Z'), '2026-10-24T22:00:00.000Z', 'of 25 hours');
  assert.equal(iso(startOfDay('UTC+05:30', at('2026-02-03T18:30:00Z'))), '2026-02-03T18:30:00.000Z');
});

test('startOfNextDay(): is the midnight that follows', () => {
  for (const day of ['2026-02-03', '2026-03-28', '2026-03-29', '2026-10-24', '2026-10-25']) {
    const next = startOfNextDay('Europe/Berlin', at(`${day}T12:00:00Z`));
    assert.equal(startOfDay('Europe/Berlin', next), next);
    assert.equal(dateIn('Europe/Berlin', next - 1), day);
  }
});

test('startOfHour(): follows the offset of the zone, and a repeated hour is two', () => {
  assert.equal(iso(startOfHour('Asia/Kolkata', at('2026-02-03T09:29:00Z'))), '2026-02-03T08:30:00.000Z');
  const [first, second] = ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'].map((text) =>
    iso(startOfHour('Europe/Berlin', at(text))),
  );
  assert.deepEqual([first, second], ['2026-10-25T00:00:00.000Z', '2026-10-25T01:00:00.000Z']);
});

test('dateIn(): is the date by the clocks of the zone', () => {
  assert.equal(dateIn('Pacific/Noumea', at('2026-02-03T13:30:00Z')), '2026-02-04');
});
