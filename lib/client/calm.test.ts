import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import type { StreamEvent } from '../contract/events';
import { CalmGate, setCalm } from './calm';

const heartbeat = (second: number): StreamEvent => ({
  event: 'heartbeat',
  data: { timestamp: `2026-01-30T12:00:0${second}.000+00:00` },
});

let end = () => {};

function setUp() {
  const passed: number[] = [];
  const gate = new CalmGate((events) => passed.push(events.length));
  end = gate.follow();
  return { passed, gate };
}

beforeEach(() => mock.timers.enable({ apis: ['setInterval', 'Date'] }));

afterEach(() => {
  end();
  setCalm(false);
  mock.timers.reset();
});

test('CalmGate: without the setting every event is passed on at once', () => {
  const { passed, gate } = setUp();
  gate.receive([heartbeat(1)]);
  gate.receive([heartbeat(2), heartbeat(3)]);
  assert.deepEqual(passed, [1, 2]);
});

test('CalmGate: a calm page gets the events of a second in one update, and none is lost', () => {
  const { passed, gate } = setUp();
  setCalm(true);
  for (let step = 0; step < 200; step++) {
    gate.receive([heartbeat(1)]);
    mock.timers.tick(50);
  }
  assert.equal(passed.length, 10);
  assert.equal(
    passed.reduce((sum, count) => sum + count, 0),
    200,
  );
});

test('CalmGate: a tick without events causes no update', () => {
  const { passed } = setUp();
  setCalm(true);
  mock.timers.tick(5000);
  assert.deepEqual(passed, []);
});

test('CalmGate: events are passed on when the setting is switched off, when there are many, and at the end', () => {
  const { passed, gate } = setUp();
  setCalm(true);
  gate.receive([heartbeat(1)]);
  setCalm(false);
  assert.deepEqual(passed, [1]);
  setCalm(true);
  gate.receive(Array.from({ length: 500 }, () => heartbeat(2)));
  assert.deepEqual(passed, [1, 500]);
  gate.receive([heartbeat(3)]);
  end();
  assert.deepEqual(passed, [1, 500, 1]);
});
