import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatSpan, limited, parseSpan, resolveChoice } from './spans';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const now = Date.parse('2026-01-30T12:00:00Z');

test('what is written is read again', () => {
  const span = { since: now - HOUR, until: now - MINUTE };
  assert.deepEqual(parseSpan(formatSpan(span)), span);
  assert.equal(parseSpan('1d'), '1d');
});

test('an address that makes no sense gives the default', () => {
  const wrong = [
    null,
    '',
    '2h',
    '/',
    'x/y',
    formatSpan({ since: now, until: now }),
    formatSpan({ since: now, until: 0 }),
  ];
  for (const text of wrong) assert.equal(parseSpan(text), 'recent', String(text));
});

test('by default an hour is shown, less while less is known', () => {
  const lengthAt = (watchedSince: number | null) => {
    const { since, until } = resolveChoice('recent', { now, first: now - 9 * HOUR, watchedSince, at: null });
    assert.equal(until, now);
    return until - since;
  };
  assert.equal(lengthAt(null), HOUR);
  assert.equal(lengthAt(now - 20_000), 15 * MINUTE);
  assert.equal(lengthAt(now - 40 * MINUTE), 42 * MINUTE);
  assert.equal(lengthAt(now - 5 * HOUR), HOUR);
});

test('a preset ends at the present', () => {
  assert.deepEqual(resolveChoice('15m', { now, first: null, at: null }), { since: now - 15 * MINUTE, until: now });
});

test('everything begins before the first thing known', () => {
  const { since, until } = resolveChoice('all', { now, first: now - 5 * HOUR, at: null });
  assert.ok(since < now - 5 * HOUR && since > now - 6 * HOUR);
  assert.equal(until, now);
});

test('a preset moves to the past moment that is looked at, unless it holds it', () => {
  const at = now - 3 * HOUR;
  assert.deepEqual(resolveChoice('1h', { now, first: null, at }), { since: at - HOUR / 2, until: at + HOUR / 2 });
  assert.equal(resolveChoice('1h', { now, first: null, at: now - MINUTE }).until, now);
});

test('a span shows no future, and neither less than can be seen nor much more than everything', () => {
  const known = { now, first: now - 48 * HOUR };
  assert.deepEqual(limited({ since: now - MINUTE, until: now + MINUTE }, known), {
    since: now - 2 * MINUTE,
    until: now,
  });
  const tiny = limited({ since: now - 10, until: now - 9 }, known);
  assert.equal(tiny.until - tiny.since, 500);
  const huge = limited({ since: 0, until: now + HOUR }, known);
  assert.equal(huge.until, now);
  assert.ok(huge.since < known.first && huge.since > known.first - 10 * HOUR);
  assert.ok(limited({ since: 0, until: HOUR }, known).since >= huge.since);
});
