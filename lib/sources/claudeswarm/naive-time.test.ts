import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { samples } from '../../../test/support/samples';
import { readInstant } from './naive-time';

const readIso = (text: unknown, zone?: string) => readInstant(text, zone)?.iso ?? null;

test('times with an offset, in each form', () => {
  assert.deepEqual(readInstant('2026-02-03T08:00:00.000137+00:00'), {
    milliseconds: Date.UTC(2026, 1, 3, 8),
    iso: '2026-02-03T08:00:00.000137+00:00',
  });
  assert.equal(readIso('2026-02-03T08:00:00Z'), '2026-02-03T08:00:00+00:00');
  assert.equal(readIso('2026-02-03 08:00:00-05:30'), '2026-02-03T13:30:00+00:00');
  assert.equal(readIso('2026-01-01T00:00:00.5+01:00'), '2025-12-31T23:00:00.5+00:00');
  assert.equal(readIso('2026-02-03T08:00:00.123456789Z'), '2026-02-03T08:00:00.123456+00:00');
  assert.equal(readInstant('2026-02-03T08:00:00.12Z')?.milliseconds, Date.UTC(2026, 1, 3, 8, 0, 0, 120));
});

test('what is no time', () => {
  const texts = [
    '',
    'yesterday',
    '2026-02-03',
    '2026-02-30T08:00:00',
    '2025-02-29T08:00:00',
    '2026-13-01T08:00:00',
    '2026-00-01T08:00:00',
    '2026-02-00T08:00:00',
    '2026-02-03T24:00:00',
    '2026-02-03T08:60:00',
    '2026-02-03T08:00:60',
    '2026-02-03T08:00:00.',
    '2026-02-03T08:00:00.1234567890',
    '2026-02-03T08:00:00+24:00',
    '2026-02-03T08:00:00Z ',
    '0000-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
  ];
  for (const text of texts) assert.equal(readInstant(text, 'UTC'), null, text);
  for (const value of [null, undefined, 1770106400, {}, ['2026-02-03T08:00:00']])
    assert.equal(readInstant(value), null);
});

test('the hour that the clocks repeat is its first, a skipped one moves forward', () => {
  assert.equal(readIso('2026-10-25T02:30:00', 'Europe/Berlin'), '2026-10-25T00:30:00+00:00');
  assert.equal(readIso('2026-10-25T03:00:00', 'Europe/Berlin'), '2026-10-25T02:00:00+00:00');
  assert.equal(readIso('2026-03-29T02:30:00', 'Europe/Berlin'), '2026-03-29T01:30:00+00:00');
  assert.equal(readIso('2026-03-29T01:59:59', 'Europe/Berlin'), '2026-03-29T00:59:59+00:00');
  assert.equal(readIso('2026-04-05T01:45:00', 'Australia/Lord_Howe'), '2026-04-04T14:45:00+00:00');
  assert.equal(readIso('2011-12-30T12:00:00', 'Pacific/Apia'), '2011-12-30T22:00:00+00:00');
  assert.equal(readIso('2026-02-03T08:00:00', 'Asia/Kathmandu'), '2026-02-03T02:15:00+00:00');
  assert.equal(readIso('0050-06-01T00:00:00', 'UTC'), '0050-06-01T00:00:00+00:00');
});

test('a zone that does not exist is refused, not guessed', () => {
  assert.throws(() => readInstant('2026-02-03T08:00:00', 'Mars/Olympus'), RangeError);
});

test('without a zone, as the process has it', () => {
  const times = fc.date({ min: new Date(Date.UTC(1990, 0)), max: new Date(Date.UTC(2090, 0)), noInvalidDate: true });
  fc.assert(
    fc.property(times, (time) => {
      const text = time.toISOString().slice(0, 23);
      assert.equal(readInstant(text)?.milliseconds, new Date(text).getTime());
    }),
  );
});

const ZONES = ['Europe/Berlin', 'America/New_York', 'America/St_Johns', 'Asia/Kolkata', 'Australia/Lord_Howe', 'UTC'];

test('an instant written as wall-clock time of any zone is read back, or is the same wall clock an offset earlier', () => {
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), fc.integer({ min: 0, max: 4_000_000_000 }), (zone, second) => {
      const written = wallClock(zone, second * 1000);
      const read = readInstant(written, zone)?.milliseconds ?? Number.NaN;
      assert.equal(wallClock(zone, read), written);
      assert.ok(read <= second * 1000);
    }),
    { numRuns: 2000 },
  );
});

function wallClock(zone: string, instant: number): string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  return format.format(instant).replace(' ', 'T');
}

test('the fraction is kept digit by digit', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^\d{1,9}$/), (digits) => {
      assert.equal(readIso(`2026-02-03T08:00:00.${digits}`, 'UTC'), `2026-02-03T08:00:00.${digits.slice(0, 6)}+00:00`);
    }),
  );
});

for (const { name, expected } of samples().filter((sample) => sample.expected.message_items.length > 0)) {
  test(`sample ${name}: every time of its messages`, () => {
    for (const item of expected.message_items) {
      assert.equal(readIso(item.timestamp, expected.host_timezone), item.timestamp_utc ?? null);
    }
    assert.equal(readIso(expected.latest_activity, expected.host_timezone), expected.latest_activity_utc);
  });
}
