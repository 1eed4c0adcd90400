import assert from 'node:assert/strict';
import { test } from 'node:test';
import { healthBar } from './agent-bar';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const now = Date.parse('2026-01-30T12:00:00Z');
const iso = (time: number) => new Date(time).toISOString();

test('healthBar(): at most six hours, cut at their start, oldest first', () => {
  const bar = healthBar(
    [
      { life: '', health: 'stale', since: iso(now - 10 * MINUTE), until: null },
      { life: '', health: 'active', since: iso(now - 9 * HOUR), until: iso(now - HOUR) },
      { life: '', health: 'dead', since: iso(now - 10 * HOUR), until: iso(now - 9 * HOUR) },
    ],
    now,
  );
  assert.deepEqual([bar.since, bar.until], [now - 6 * HOUR, now]);
  assert.deepEqual(bar.parts, [
    { health: 'active', since: now - 6 * HOUR, until: now - HOUR },
    { health: 'stale', since: now - 10 * MINUTE, until: now },
  ]);
  assert.equal(bar.words, 'running 5 h 0 min, stale 10 min');
});

test('healthBar(): as long as the known time, but at least a quarter of an hour', () => {
  const since = (length: number) => [{ life: '', health: 'active', since: iso(now - length), until: null }] as const;
  assert.equal(healthBar([...since(2 * HOUR)], now).since, now - 2 * HOUR);
  assert.equal(healthBar([...since(MINUTE)], now).since, now - 15 * MINUTE);
  assert.deepEqual(healthBar([], now).parts, []);
});
