import assert from 'node:assert/strict';
import { mock, type TestContext, test } from 'node:test';
import type { UnresolvedMessages } from '../rules/unresolved-messages';
import type { RecorderEvent } from './events';
import { OpenQuestionsPublisher } from './open-questions-publisher';

const START = Date.parse('2026-02-03T12:00:00Z');

function newPublisher(t: TestContext) {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: START });
  t.after(() => mock.timers.reset());
  const published: unknown[] = [];
  /** What the feed gives next, and whether a run is in progress. */
  const state: { next: string | null; isReading: boolean } = { next: null, isReading: false };
  const publisher = new OpenQuestionsPublisher(
    (event: RecorderEvent) => event.type === 'unresolved' && published.push(event.unresolved),
    () => state.isReading,
    (step) => step(),
    Date.now,
  );
  publisher.begin({
    changes() {
      const { next } = state;
      state.next = null;
      return next as unknown as UnresolvedMessages | null;
    },
  });
  return { publisher, published, state };
}

test('publishSoon(): at once when the last event is old enough, otherwise once when it is', (t) => {
  const { publisher, published, state } = newPublisher(t);
  publisher.publishSoon();
  state.next = 'one';
  publisher.publishSoon();
  assert.deepEqual(published, ['one'], 'a call without changes starts no interval');
  state.next = 'two';
  publisher.publishSoon();
  publisher.publishSoon();
  mock.timers.tick(199);
  assert.deepEqual(published, ['one']);
  mock.timers.tick(1);
  assert.deepEqual(published, ['one', 'two']);
});

test('publishSoon(): the timer leaves it to the run that is in progress', (t) => {
  const { publisher, published, state } = newPublisher(t);
  state.next = 'one';
  publisher.publishSoon();
  state.next = 'unfinished';
  publisher.publishSoon();
  state.isReading = true;
  mock.timers.tick(1000);
  assert.deepEqual(published, ['one']);
  state.next = 'finished';
  publisher.publishSoon();
  assert.deepEqual(published, ['one', 'finished']);
});

test('close(): drops the event that waits', (t) => {
  const { publisher, published, state } = newPublisher(t);
  state.next = 'one';
  publisher.publishSoon();
  state.next = 'two';
  publisher.publishSoon();
  publisher.close();
  mock.timers.tick(1000);
  assert.deepEqual(published, ['one']);
});
