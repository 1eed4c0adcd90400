import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ActionCounts } from './action-counts';

test('add(): counts by name and outcome; texts that are no words, and too many of them, count as other', () => {
  const counts = new ActionCounts();
  counts.add('release_lock', 'released');
  counts.add('release_lock', 'released');
  for (const strange of ['', 'Not Held', 'a'.repeat(41), 'x"}\n']) counts.add('release_lock', strange);
  assert.deepEqual(counts.all(), [
    { action: 'release_lock', outcome: 'released', count: 2 },
    { action: 'release_lock', outcome: 'other', count: 4 },
  ]);
  for (let n = 0; n < 100; n += 1)
    counts.add('many', `outcome_${'abcdefghij'[n % 10]}${'abcdefghij'[Math.floor(n / 10)]}`);
  const many = counts.all().filter(({ action }) => action === 'many');
  assert.equal(many.length, 21);
  assert.equal(
    many.reduce((sum, { count }) => sum + count, 0),
    100,
  );
});
