import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '../contract/schemas';
import { RowHeights, rowsAround } from './message-rows';

const messages: Message[] = Array.from({ length: 1000 }, (_, index) => ({ seq: index + 1, sent_at: null }));

test('the end of the list, or what is around a message, never more than is there', () => {
  assert.deepEqual(rowsAround(messages, null), { first: 940, end: 1000 });
  assert.deepEqual(rowsAround(messages, 500), { first: 469, end: 559 });
  assert.deepEqual(rowsAround(messages, 1), { first: 0, end: 60 });
  assert.deepEqual(rowsAround(messages, 5000), { first: 969, end: 1000 });
  assert.deepEqual(rowsAround([], 3), { first: 0, end: 0 });
  assert.deepEqual(rowsAround(messages.slice(0, 53), null), { first: 0, end: 53 });
});

test('rows that were not measured count as the average of those that were', () => {
  const heights = new RowHeights();
  assert.equal(heights.total(messages, { first: 0, end: 10 }), 640);
  heights.note(1, 40);
  heights.note(2, 60);
  assert.equal(heights.total(messages, { first: 0, end: 4 }), 200);
  heights.note(2, 100);
  assert.equal(heights.total(messages, { first: 0, end: 2 }), 140);
  assert.equal(heights.indexAtDistance(messages, 39), 0);
  assert.equal(heights.indexAtDistance(messages, 41), 1);
  assert.equal(heights.indexAtDistance(messages, 1e9), 999);
});

test('heights of rows that are gone are forgotten', () => {
  const heights = new RowHeights();
  for (const { seq } of messages) heights.note(seq, 50);
  heights.keep(messages.slice(500));
  assert.equal(heights.size, 500);
  assert.equal(heights.total(messages, { first: 0, end: 2 }), 100);
});
