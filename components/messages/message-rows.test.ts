import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '@/lib/contract/schemas';
import { RowHeights, rowsAround, rowsIn } from './message-rows';

const messages: Message[] = Array.from({ length: 1000 }, (_, index) => ({ seq: index + 1, sent_at: null }));

test('rowsAround(): the end of the list, or the rows around a message, within the list', () => {
  assert.deepEqual(rowsAround(messages, null, null), { first: 940, end: 1000 });
  assert.deepEqual(rowsAround(messages, null, 10), { first: 987, end: 1000 });
  assert.deepEqual(rowsAround(messages, 500, 10), { first: 469, end: 539 });
  assert.deepEqual(rowsAround(messages, 1, 10), { first: 0, end: 40 });
  assert.deepEqual(rowsAround(messages, 5000, 10), { first: 969, end: 1000 });
  assert.deepEqual(rowsAround([], 3, 10), { first: 0, end: 0 });
  assert.deepEqual(rowsAround(messages.slice(0, 5), null, 10), { first: 0, end: 5 });
});

test('rowsIn(): enough rows of the least height to fill the view', () => {
  assert.equal(rowsIn(560), 10);
  assert.equal(rowsIn(561), 11);
});

test('RowHeights.total(): unmeasured rows count as the average of the measured ones', () => {
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

test('RowHeights.keep(): forgets the heights of removed rows', () => {
  const heights = new RowHeights();
  for (const { seq } of messages) heights.note(seq, 50);
  heights.keep(messages.slice(500));
  assert.equal(heights.size, 500);
  assert.equal(heights.total(messages, { first: 0, end: 2 }), 100);
});
