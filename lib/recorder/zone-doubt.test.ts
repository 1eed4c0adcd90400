import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tzOffset } from '@date-fns/tz';
import fc from 'fast-check';
import { ZoneDoubt } from './zone-doubt';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const NOON = Date.UTC(2026, 1, 3, 12);

/** What a writer in a zone writes at an instant. */
function naive(at: number, zone: string): string {
  return new Date(at + tzOffset(zone, new Date(at)) * MINUTE).toISOString().slice(0, -1);
}

function live(doubt: ZoneDoubt, zone: string, count: number, from = NOON, every = SECOND): void {
  for (let i = 0; i < count; i++) doubt.note(naive(from + i * every, zone), from + i * every + 20);
}

/** Reads the field again at each call, which a type checker cannot know. */
function mismatchOf({ mismatch }: ZoneDoubt) {
  return mismatch;
}

test('note(): five live messages of a zone behind raise a doubt that names what fits', () => {
  const doubt = new ZoneDoubt('Europe/Berlin');
  live(doubt, 'America/New_York', 4);
  assert.equal(mismatchOf(doubt), null);
  live(doubt, 'America/New_York', 5);
  assert.equal(mismatchOf(doubt)?.suggested, 'UTC-5 (for example America/New_York)');
  assert.match(mismatchOf(doubt)?.reason ?? '', /are 6 h behind .* zone Europe\/Berlin, .* set SWARM_TZ/);
});

test('note(): a zone ahead, by quarters of an hour too', () => {
  const doubt = new ZoneDoubt('UTC');
  live(doubt, 'Asia/Kathmandu', 5);
  assert.match(doubt.mismatch?.suggested ?? '', /^UTC\+5:45 \(for example Asia\/Kath?mandu\)$/);
  assert.match(doubt.mismatch?.reason ?? '', /are 345 min ahead of/);
});

test('note(): five that fit end the doubt, four do not', () => {
  const doubt = new ZoneDoubt('UTC');
  live(doubt, 'Asia/Tokyo', 6);
  live(doubt, 'UTC', 4, NOON + HOUR);
  assert.notEqual(doubt.mismatch, null);
  live(doubt, 'UTC', 1, NOON + 2 * HOUR);
  assert.equal(doubt.mismatch, null);
});

test('note(): times with an offset and what is no time say nothing', () => {
  const doubt = new ZoneDoubt('UTC');
  for (let i = 0; i < 20; i++) {
    const written = naive(NOON + i * SECOND, 'Asia/Tokyo');
    for (const text of [`${written}+00:00`, `${written}Z`, 'soon', 5, null]) doubt.note(text, NOON + i * SECOND);
  }
  assert.equal(doubt.mismatch, null);
});

test('note(): old lines appended at once raise nothing, also where they are whole hours old', () => {
  const doubt = new ZoneDoubt('UTC');
  for (let i = 0; i < 50; i++) doubt.note(naive(NOON - 2 * HOUR + i * 100, 'UTC'), NOON);
  for (let i = 0; i < 50; i++) doubt.note(naive(NOON - 3 * HOUR + i * MINUTE, 'UTC'), NOON + SECOND);
  assert.equal(doubt.mismatch, null);
});

test('note(): a clock that is minutes off raises nothing', () => {
  for (const skew of [-12, -5, 5, 12]) {
    const doubt = new ZoneDoubt('UTC');
    for (let i = 0; i < 20; i++) doubt.note(naive(NOON + i * SECOND + skew * MINUTE, 'UTC'), NOON + i * SECOND);
    assert.equal(doubt.mismatch, null, `${skew} min`);
  }
});

test('note(): the hour that the clocks repeat or skip raises nothing', () => {
  for (const change of [Date.UTC(2026, 9, 25, 1), Date.UTC(2026, 2, 29, 1)]) {
    const doubt = new ZoneDoubt('Europe/Berlin');
    for (let at = change - 2 * HOUR; at < change + 3 * HOUR; at += 20 * SECOND) {
      // Written just before the change and read after it, too.
      doubt.note(naive(at, 'Europe/Berlin'), at + 900);
      assert.equal(doubt.mismatch, null, new Date(at).toISOString());
    }
  }
});

const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
const delays = fc.array(fc.tuple(fc.integer({ min: 0, max: HOUR }), fc.integer({ min: -3000, max: 30_000 })), {
  minLength: 10,
  maxLength: 60,
});

test('note(): a zone that is right is never doubted', () => {
  const start = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2030, 0, 1) });
  const property = fc.property(zones, start, delays, (zone, from, written) => {
    const doubt = new ZoneDoubt(zone);
    let at = from;
    for (const [pause, late] of written) {
      at += pause;
      doubt.note(naive(at, zone), at + late);
      assert.equal(doubt.mismatch, null);
    }
  });
  fc.assert(property, { numRuns: 200 });
});
