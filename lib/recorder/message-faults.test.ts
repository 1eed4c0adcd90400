import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecorderEvent } from './events';
import { MessageFaults } from './message-faults';

function newFaults() {
  const events: RecorderEvent[] = [];
  let now = 1_000_000;
  const faults = new MessageFaults(
    (event) => events.push(event),
    () => now,
  );
  const fail = (seq: number) =>
    faults.attempt('open questions', seq, () => {
      throw new TypeError('secret');
    });
  return { faults, events, fail, pass: (time: number) => (now += time) };
}

test('attempt(): counts the faults of each part with the newest message, and publishes one a minute', () => {
  const { faults, events, fail, pass } = newFaults();
  fail(1);
  fail(2);
  faults.attempt('search', 3, () => {});
  pass(60_000);
  fail(4);
  const reason = 'recorded, but could not be judged for open questions';
  assert.deepEqual(faults.list(), [{ reason, count: 3, last: 'message 4' }]);
  assert.deepEqual(
    events.map((event) => event.type === 'unjudged' && event.seq),
    [1, 4],
  );
  assert.doesNotMatch(JSON.stringify(events), /secret/);
});

test('clear(): another history begins without faults', () => {
  const { faults, fail } = newFaults();
  fail(1);
  faults.clear();
  assert.deepEqual(faults.list(), []);
});
