import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { limitRuns } from './limit-runs';

test('limitRuns(): at most some at a time, all in their order, also after a failure', async () => {
  let [now, most] = [0, 0];
  const run = limitRuns(async (word: string) => {
    now += 1;
    most = Math.max(most, now);
    await delay(2);
    now -= 1;
    if (word === '3') throw new Error('No.');
    return word;
  }, 2);
  const results = await Promise.allSettled(Array.from({ length: 9 }, (_, index) => run(String(index))));
  assert.deepEqual([most, results.filter(({ status }) => status === 'fulfilled').length], [2, 8]);
});
