import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Matches } from '@/lib/client/message-filter';
import type { Message, MessagesAnswer } from '@/lib/contract/schemas';
import {
  countAfter,
  extended,
  indexAt,
  type LiveTail,
  MAX_HELD,
  type MessageWindow,
  windowOfLive,
  windowOfPage,
  withNewer,
  withOlder,
} from './message-window';

const message = (seq: number): Message => ({ seq, sent_at: null });
const messages = (from: number, to: number, step = 1) =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => message(from + index * step));
const live = (from: number, to: number, epoch = 'e'): LiveTail => ({ epoch, head: to, messages: messages(from, to) });
const all: Matches = () => true;
const even: Matches = ({ seq }) => seq % 2 === 0;
const unsure: Matches = () => null;
const seqs = ({ messages }: MessageWindow) => messages.map(({ seq }) => seq);
const page = (list: readonly Message[], limit: number, previous: number | null): MessagesAnswer => ({
  messages: [...list],
  count: list.length,
  limit,
  next_cursor: `e.${list.at(-1)?.seq ?? 0}`,
  previous_cursor: previous === null ? null : `e.${previous}`,
});
const windowOf = (tail: LiveTail, matches = all) => windowOfLive(tail, matches) as MessageWindow;

test('a window of the stream covers what the stream holds, whatever of it matches', () => {
  const window = windowOf(live(5, 10), even);
  assert.deepEqual(seqs(window), [6, 8, 10]);
  assert.deepEqual([window.from, window.to, window.first, window.last], [5, 10, false, true]);
});

test('where only the server can tell, there is no window yet', () => {
  assert.equal(windowOfLive(live(1, 3), unsure), null);
  assert.equal(windowOfLive({ epoch: null, head: 0, messages: [] }, all), null);
});

test('what the stream brings is put at the end, once', () => {
  const window = windowOf(live(1, 4), even);
  assert.equal(extended(window, live(1, 4), even), window);
  const grown = extended(window, live(3, 7), even) as MessageWindow;
  assert.deepEqual([seqs(grown), grown.to], [[2, 4, 6], 7]);
});

test('a stream that has moved on, or an undecided message, leaves no hole', () => {
  const window = windowOf(live(1, 4));
  assert.equal(extended(window, live(6, 9), all), 'behind');
  assert.equal(extended(window, live(1, 5), unsure), 'behind');
  assert.equal(extended(window, live(1, 9, 'other'), all), 'foreign');
});

test('older pages are joined before, back to the first', () => {
  const window = windowOf(live(50, 60));
  const grown = withOlder(window, page(messages(40, 49), 10, 40));
  assert.deepEqual([grown.from, grown.first, grown.messages.length], [40, false, 21]);
  const whole = withOlder(grown, page(messages(1, 39), 50, null));
  assert.deepEqual([whole.from, whole.first], [0, true]);
  assert.deepEqual(seqs(whole), seqs(windowOf(live(1, 60))));
});

test('what is too much goes at the far end, and is known to be missing there', () => {
  let window = windowOf(live(9001, 10_000));
  for (let from = 8801; from > 6000; from -= 200) {
    window = withOlder(window, page(messages(from, from + 199), 200, from));
  }
  assert.equal(window.messages.length, MAX_HELD);
  assert.equal(window.last, false);
  assert.equal(window.to, window.messages.at(-1)?.seq);
  const { to, from } = window;
  const down = withNewer(window, page(messages(to + 1, to + 200), 200, to), 10_000);
  assert.equal(down.messages.length, MAX_HELD);
  assert.equal(down.to, to + 200);
  assert.equal(down.from, from + 200);
  assert.deepEqual(seqs(down), seqs(windowOf(live(down.from, down.to))));
});

test('a page that is not full reaches the newest known when it was asked for', () => {
  const window = { ...windowOf(live(1, 10), even), last: false };
  const grown = withNewer(window, page([message(12)], 200, 10), 40);
  assert.deepEqual([grown.to, grown.last], [40, true]);
  const more = withNewer(window, page(messages(12, 14, 2), 2, 10), 40);
  assert.deepEqual([more.to, more.last], [14, false]);
  const empty = withNewer(window, { ...page([], 200, 10), next_cursor: 'e.10' }, 40);
  assert.deepEqual([empty.to, empty.messages], [40, window.messages]);
});

test('the newest page covers everything up to the head, one about a message only itself', () => {
  assert.equal(windowOfPage(page(messages(2, 8, 2), 10, null), 20)?.to, 20);
  const around = windowOfPage(page(messages(2, 8, 2), 10, 2), null);
  assert.deepEqual([around?.from, around?.to, around?.last], [2, 8, false]);
});

test('counts what is new, and says where it can’t know all', () => {
  const window = windowOf(live(1, 10));
  assert.deepEqual(countAfter(window, live(5, 14), all, 10), { count: 4, atLeast: false });
  assert.deepEqual(countAfter(window, live(5, 14), even, 8), { count: 4, atLeast: false });
  assert.deepEqual(countAfter(window, live(50, 60), all, 10), { count: 11, atLeast: true });
  assert.deepEqual(countAfter(window, live(1, 3, 'other'), all, 10), { count: 3, atLeast: false });
});

test('where only the server can tell, a full window says that there may be more', () => {
  const full = windowOf(live(1, MAX_HELD));
  assert.deepEqual(countAfter(full, live(1000, 1300), unsure, MAX_HELD), { count: 0, atLeast: true });
  // A window with room is read on, and then knows.
  assert.deepEqual(countAfter(windowOf(live(1, 10)), live(5, 14), unsure, 10), { count: 0, atLeast: false });
});

test('finds a message by its number, or the next one', () => {
  const list = messages(10, 30, 10);
  assert.deepEqual(
    [5, 10, 11, 30, 99].map((seq) => indexAt(list, seq)),
    [0, 0, 1, 2, 2],
  );
  assert.equal(indexAt([], 1), -1);
});
