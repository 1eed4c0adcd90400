import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HistoryFault } from '../history/history-fault';
import type { RecorderEvent } from './events';
import { PartFaults } from './part-faults';

const fail = (error: Error) => () => {
  throw error;
};

test('attempt(): publishes the first fault of a part without its message, and that the part works again', () => {
  const events: RecorderEvent[] = [];
  const parts = new PartFaults((event) => events.push(event));
  assert.equal(parts.attempt('alerts', fail(new TypeError('secret'))), false);
  assert.equal(parts.attempt('alerts', fail(new RangeError('secret'))), false);
  assert.equal(
    parts.attempt('decisions', () => {}),
    true,
  );
  parts.attempt('alerts', () => {});
  parts.attempt('alerts', () => {});
  assert.doesNotMatch(JSON.stringify(events), /secret/);
  assert.deepEqual(
    events.map((event) => event.type === 'part' && [event.part, event.fault?.name]),
    [
      ['alerts', 'TypeError'],
      ['alerts', undefined],
    ],
  );
});

test('attempt(): throws what an unusable or damaged database throws, and publishes nothing of it', () => {
  const events: RecorderEvent[] = [];
  const parts = new PartFaults((event) => events.push(event));
  const full = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  assert.throws(() => parts.attempt('alerts', fail(full)), full);
  const damaged = new HistoryFault('corrupt', 'damaged');
  assert.throws(() => parts.attempt('alerts', fail(damaged)), damaged);
  assert.deepEqual(events, []);
});
