import assert from 'node:assert/strict';
import { test } from 'node:test';
import { History } from '../history/history';
import { CommittedFeed } from './committed-feed';
import type { RecorderEvent } from './events';

const START = Date.parse('2026-02-03T12:00:00Z');

function newFeed() {
  const history = new History(':memory:');
  const events: Extract<RecorderEvent, { type: 'committed' }>[] = [];
  let now = START;
  const feed = new CommittedFeed(
    (event) => event.type === 'committed' && events.push(event),
    (step) => step(),
    () => now,
  );
  feed.begin(history, 0, 1);
  const commit = (count: number) => {
    const lines = Array.from({ length: count }, (_, n) => ({ text: `{"n":${n}}`, fields: { n } }));
    feed.take(history.append(lines, '{}', now));
  };
  const last = () => {
    const event = events.at(-1);
    return event && { seqs: event.messages.map(({ seq }) => seq), count: event.count, head: event.head };
  };
  return { history, feed, events, commit, last, pass: (time: number) => (now += time) };
}

test('flush(): publishes each message once, and nothing without news', () => {
  const { feed, events, commit, last } = newFeed();
  commit(2);
  commit(1);
  assert.equal(feed.head, 3);
  feed.flush();
  assert.deepEqual(last(), { seqs: [1, 2, 3], count: 3, head: 3 });
  feed.flush();
  assert.equal(events.length, 1);
  commit(1);
  feed.flush();
  assert.deepEqual(last(), { seqs: [4], count: 1, head: 4 });
});

test('flush(): of many messages publishes the newest, and counts all', () => {
  const { feed, commit, last } = newFeed();
  commit(1500);
  feed.flush();
  assert.deepEqual([last()?.seqs.length, last()?.seqs[0], last()?.count], [1000, 501, 1500]);
  commit(300);
  feed.flush(100);
  assert.deepEqual([last()?.seqs.length, last()?.seqs[0], last()?.count], [100, 1701, 300]);
});

test('flush(): publishes the oldest kept message when old ones were dropped', () => {
  const { history, feed, events, commit } = newFeed();
  commit(3);
  feed.flush();
  history.prune({ days: 30, messages: 1 }, START, 10);
  feed.flush();
  assert.deepEqual(
    events.map(({ messages, oldest }) => [messages.length, oldest]),
    [
      [3, 1],
      [0, 3],
    ],
  );
});

test('dueMeanwhile(): fewer messages and a longer interval while the log is read for the first time', () => {
  const { feed, pass } = newFeed();
  feed.flush();
  pass(50);
  assert.deepEqual([feed.dueMeanwhile(false), feed.dueMeanwhile(true)], [1000, null]);
  pass(150);
  assert.equal(feed.dueMeanwhile(true), 100);
});

test('begin(): what was not published of the history before is dropped; the new history counts as published', () => {
  const { history, feed, events, commit, last } = newFeed();
  commit(3);
  feed.begin(history, 3, 1);
  feed.flush();
  assert.equal(events.length, 0);
  commit(1);
  feed.flush();
  assert.deepEqual(last(), { seqs: [4], count: 1, head: 4 });
});
