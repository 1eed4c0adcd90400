import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unseenIn } from './use-paused-list';

const run = (epoch: string, from: number, to: number) => ({
  epoch,
  messages: Array.from({ length: to - from + 1 }, (_, index) => ({ seq: from + index, sent_at: null })),
});

test('counts what came after the last message seen', () => {
  assert.equal(unseenIn(run('a', 1, 10), run('a', 1, 10)), 0);
  assert.equal(unseenIn(run('a', 1, 13), run('a', 1, 10)), 3);
  assert.equal(unseenIn(run('a', 1, 3), run('a', 1, 0)), 3);
});

test('counts all of them where the list has moved on, or is of another history', () => {
  assert.equal(unseenIn(run('a', 50, 60), run('a', 1, 10)), 11);
  assert.equal(unseenIn(run('b', 1, 4), run('a', 1, 10)), 4);
});
