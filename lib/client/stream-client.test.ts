import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import type { StreamEvent, StreamEventName } from '../contract/events';
import { type ConnectionState, type EventStream, StreamClient } from './stream-client';

class FakeStream implements EventStream {
  readyState = 0;
  onerror: ((event: Event) => void) | null = null;
  readonly #listeners = new Map<string, (event: MessageEvent<string>) => void>();

  constructor(readonly lastEventId: string | null) {}

  addEventListener(name: string, listener: (event: MessageEvent<string>) => void): void {
    this.#listeners.set(name, listener);
  }

  close(): void {
    this.readyState = 2;
  }

  send(name: StreamEventName, data: unknown, lastEventId = ''): void {
    this.readyState = 1;
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    this.#listeners.get(name)?.({ data: text, lastEventId } as MessageEvent<string>);
  }

  fail(readyState: number): void {
    this.readyState = readyState;
    this.onerror?.({} as Event);
  }
}

function connect(random = 0) {
  const streams: FakeStream[] = [];
  const batches: StreamEvent[][] = [];
  const states: ConnectionState[] = [];
  const connection = new StreamClient({
    open: (lastEventId) => {
      const stream = new FakeStream(lastEventId);
      streams.push(stream);
      return stream;
    },
    lastEventId: 'e.5',
    onEvents: (events) => batches.push(events),
    onState: (state) => states.push(state),
    random: () => random,
  });
  connection.start();
  const newest = () => streams.at(-1) as FakeStream;
  return { connection, streams, batches, states, newest };
}

const heartbeat = { timestamp: '2026-03-01T12:00:00.000+00:00' };
const noMessages = { messages: [], count: 0 };

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
});

test('StreamClient: opens after the id of the first state and passes on a burst as one batch', () => {
  const { streams, batches, states, newest } = connect();
  assert.equal(streams[0]?.lastEventId, 'e.5');
  newest().send('connected', { status: 'connected' });
  newest().send('messages', noMessages, 'e.6');
  newest().send('heartbeat', heartbeat);
  assert.deepEqual(batches, []);
  mock.timers.tick(50);
  assert.deepEqual(batches, [
    [
      { event: 'connected', data: { status: 'connected' } },
      { event: 'messages', data: noMessages, id: 'e.6' },
      { event: 'heartbeat', data: heartbeat },
    ],
  ]);
  assert.deepEqual(states, ['live']);
});

test('StreamClient: continuous events are passed on ten times per second, events after a rest at once', () => {
  const { batches, newest } = connect();
  const stream = newest();
  stream.send('heartbeat', heartbeat);
  mock.timers.tick(20);
  assert.equal(batches.length, 1);
  for (let passed = 0; passed < 1000; passed += 10) {
    stream.send('heartbeat', heartbeat);
    mock.timers.tick(10);
  }
  assert.equal(batches.length, 11);
  assert.equal(batches.flat().length, 101);
  mock.timers.tick(100);
  stream.send('heartbeat', heartbeat);
  mock.timers.tick(20);
  assert.equal(batches.length, 12);
});

test('StreamClient: a large burst does not wait for a timer', () => {
  const { batches, newest } = connect();
  for (let count = 0; count < 1200; count++) newest().send('heartbeat', heartbeat);
  assert.deepEqual(
    batches.map((batch) => batch.length),
    [500, 500],
  );
});

test('StreamClient: leaves retries to the browser while it retries', () => {
  const { streams, states, newest } = connect();
  newest().send('heartbeat', heartbeat);
  newest().fail(0);
  mock.timers.tick(9000);
  assert.equal(streams.length, 1);
  newest().send('heartbeat', heartbeat);
  assert.deepEqual(states, ['live', 'reconnecting', 'live']);
});

test('StreamClient: a closed stream is reopened with growing delays, after the last received id', () => {
  const { streams, newest } = connect(1);
  newest().send('messages', noMessages, 'e.9');
  for (const delay of [2000, 4000, 8000, 16_000, 30_000, 30_000]) {
    const opened = streams.length;
    newest().fail(2);
    mock.timers.tick(delay - 1);
    assert.equal(streams.length, opened);
    mock.timers.tick(1);
    assert.equal(streams.length, opened + 1);
    assert.equal(newest().lastEventId, 'e.9');
  }
  newest().send('heartbeat', heartbeat);
  const opened = streams.length;
  newest().fail(2);
  mock.timers.tick(2000);
  assert.equal(streams.length, opened + 1);
});

test('StreamClient: the shortest delay is a second', () => {
  const { streams, newest } = connect(0);
  newest().fail(2);
  mock.timers.tick(999);
  assert.equal(streams.length, 1);
  mock.timers.tick(1);
  assert.equal(streams.length, 2);
});

test('StreamClient: silence closes the stream and opens another', () => {
  const { streams, states, newest } = connect();
  newest().send('messages', noMessages, 'e.7');
  mock.timers.tick(4999);
  assert.equal(streams.length, 1);
  mock.timers.tick(1);
  assert.equal(streams.length, 2);
  assert.equal(streams[0]?.readyState, 2);
  assert.equal(newest().lastEventId, 'e.7');
  assert.deepEqual(states, ['live', 'reconnecting']);
});

test('StreamClient: an attempt without an answer is given up, and the page is disconnected', () => {
  const { streams, states } = connect();
  mock.timers.tick(10_000);
  assert.deepEqual(states, ['reconnecting']);
  assert.equal(streams[0]?.readyState, 2);
  mock.timers.tick(1000);
  assert.equal(streams.length, 2);
});

test('StreamClient.wake(): reconnects at once, and does nothing while live', () => {
  const { connection, streams, newest } = connect();
  newest().fail(2);
  connection.wake();
  assert.equal(streams.length, 2);
  newest().send('heartbeat', heartbeat);
  connection.wake();
  assert.equal(streams.length, 2);
  mock.timers.tick(1000);
  assert.equal(streams.length, 2);
});

test('StreamClient: an event that is not JSON restarts the stream after the last valid one', () => {
  const { streams, batches, newest } = connect();
  newest().send('messages', noMessages, 'e.8');
  newest().send('messages', '{"messages":[', 'e.9');
  mock.timers.tick(1000);
  assert.equal(streams.length, 2);
  assert.equal(newest().lastEventId, 'e.8');
  assert.equal(batches.flat().length, 1);
});

test('StreamClient: events of an abandoned stream are ignored', () => {
  const { connection, streams, batches } = connect();
  connection.wake();
  streams[0]?.send('messages', noMessages, 'e.99');
  mock.timers.tick(50);
  assert.deepEqual(batches, []);
});

test('StreamClient.stop(): passes on the events that have arrived and leaves no timer behind', () => {
  const { connection, streams, batches, newest } = connect();
  newest().send('heartbeat', heartbeat);
  connection.stop();
  assert.equal(batches.length, 1);
  mock.timers.tick(60_000);
  assert.equal(streams.length, 1);
  assert.equal(streams[0]?.readyState, 2);
});
