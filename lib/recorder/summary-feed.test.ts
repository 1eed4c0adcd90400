import assert from 'node:assert/strict';
import { mock, type TestContext, test } from 'node:test';
import { unguarded } from '../../test/support/recorder-fixtures';
import { History } from '../history/history';
import type { RecorderEvent } from './events';
import { SummaryFeed } from './summary-feed';

const START = Date.parse('2026-02-03T12:00:00Z');

function newFeed(t: TestContext) {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: START });
  t.after(() => mock.timers.reset());
  const history = new History(':memory:');
  const counts: number[] = [];
  const feed = new SummaryFeed({
    publish: (event: RecorderEvent) => event.type === 'summary' && counts.push(event.summary.count),
    guard: (step) => step(),
    readTime: () => null,
    faults: unguarded,
    now: Date.now,
  });
  feed.begin(history, []);
  const commit = () => {
    const fields = { sender: 'a', content: 'text' };
    feed.take(history.append([{ text: JSON.stringify(fields), fields }], '{}', Date.now()), [fields]);
  };
  return { feed, counts, commit };
}

test('publishSoon(): at once when the last summary is a second old, otherwise once when it is', (t) => {
  const { feed, counts, commit } = newFeed(t);
  commit();
  feed.publishSoon();
  commit();
  feed.publishSoon();
  commit();
  feed.publishSoon();
  assert.deepEqual(counts, [1]);
  mock.timers.tick(999);
  assert.deepEqual(counts, [1]);
  mock.timers.tick(1);
  assert.deepEqual(counts, [1, 3]);
  mock.timers.tick(5000);
  feed.publishSoon();
  assert.deepEqual(counts, [1, 3], 'nothing has changed');
});

test('markDue(): publishes figures that changed without a message', (t) => {
  const { feed, counts } = newFeed(t);
  feed.publishSoon();
  mock.timers.tick(1000);
  feed.markDue();
  feed.publishSoon();
  assert.deepEqual(counts, [0, 0]);
});

test('publishIfDue(): does not wait, and replaces the summary that waits', (t) => {
  const { feed, counts, commit } = newFeed(t);
  feed.publishSoon();
  commit();
  feed.publishSoon();
  feed.publishIfDue();
  feed.publishIfDue();
  mock.timers.tick(5000);
  assert.deepEqual(counts, [0, 1]);
});

test('close(): drops the summary that waits', (t) => {
  const { feed, counts, commit } = newFeed(t);
  feed.publishSoon();
  commit();
  feed.publishSoon();
  feed.close();
  mock.timers.tick(5000);
  assert.deepEqual(counts, [0]);
});
