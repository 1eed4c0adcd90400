import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LastRun } from './last-run';

test('claim(): true once per interval, and at once before the first run', () => {
  let now = 1_770_000_000_000;
  const run = new LastRun(() => now);
  assert.equal(run.claim(1000), true);
  now += 999;
  assert.equal(run.claim(1000), false);
  assert.equal(run.elapsedMs(), 999, 'a refused claim is no run');
  now += 1;
  assert.equal(run.claim(1000), true);
  assert.equal(run.elapsedMs(), 0);
});

test('claim(): a clock rewind delays nothing', () => {
  let now = 1_770_000_000_000;
  const run = new LastRun(() => now);
  run.note();
  now -= 3_600_000;
  assert.equal(run.claim(1000), true);
  assert.equal(run.claim(1000), false);
});
