import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RefreshQueue } from './refresh-queue';

test('request(): readings never overlap, and requests that wait are answered by one reading', async () => {
  const readings: (string[] | null)[] = [];
  const ends: (() => void)[] = [];
  const queue = new RefreshQueue((names) => {
    readings.push(names === null ? null : [...names]);
    return new Promise((resolve) => ends.push(() => resolve(true)));
  });
  const first = queue.request(new Set(['a']));
  await Promise.resolve();
  const others = [new Set(['b']), new Set(['c', 'b'])].map((names) => queue.request(names));
  assert.deepEqual(readings, [['a']]);
  ends[0]?.();
  await first;
  await Promise.resolve();
  assert.deepEqual(readings, [['a'], ['b', 'c']]);
  const everything = [queue.request(new Set(['d'])), queue.request(null), queue.request(new Set(['e']))];
  ends[1]?.();
  assert.deepEqual(await Promise.all(others), [true, true]);
  await Promise.resolve();
  assert.deepEqual(readings.slice(2), [null]);
  ends[2]?.();
  assert.deepEqual(await Promise.all(everything), [true, true, true]);
});

test('request(): a reading that fails is reported, and the next one begins', async () => {
  let fails = true;
  const queue = new RefreshQueue(async () => {
    if (fails) throw new Error('broken');
    return true;
  });
  await assert.rejects(queue.request(null), /broken/);
  fails = false;
  assert.equal(await queue.request(null), true);
});
