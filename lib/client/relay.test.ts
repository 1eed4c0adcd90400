import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_STATS } from '../contract/defaults';
import { EMPTY_STATES } from '../contract/empty-states';
import { apply, type StreamEvent, type SwarmState } from '../contract/events';
import type { Message } from '../contract/schemas';
import { batchAfter, catchUp, follow } from './relay';

const TIMESTAMP = '2026-03-01T12:00:00.000+00:00';
const message = (seq: number) => ({ seq }) as Message;
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => message(from + index));

function messagesEvent(from: number, to: number, epoch = 'e'): StreamEvent {
  const messages = range(from, to);
  return { event: 'messages', data: { messages, count: messages.length }, id: `${epoch}.${to}` };
}

function connected(resumed: boolean, epoch = 'e'): StreamEvent {
  const data = { status: 'connected' as const, timestamp: TIMESTAMP, epoch, resumed, gap: !resumed };
  return { event: 'connected', data };
}

function stateOf(from: number, to: number, epoch = 'e'): SwarmState {
  const lastEventId = `${epoch}.${to}`;
  const messages = range(from, to);
  return { ...EMPTY_STATES, messages, lastEventId, gap: false, replacing: false, heardAt: null };
}

const seqs = (events: readonly StreamEvent[]) =>
  events.flatMap((event) => (event.event === 'messages' ? event.data.messages.map(({ seq }) => seq) : []));
const names = (events: readonly StreamEvent[]) => events.map(({ event }) => event);

test('follow(): a receiver at the sender’s position gets the events as they are', () => {
  const events = [messagesEvent(6, 7), messagesEvent(8, 8)];
  const batch = batchAfter(stateOf(1, 5), events);
  assert.deepEqual(follow(stateOf(3, 5), batch), { events, behind: false });
});

test('follow(): a receiver ahead of the sender gets only what it lacks', () => {
  const batch = batchAfter(stateOf(1, 5), [messagesEvent(6, 7), messagesEvent(8, 9)]);
  const { events, behind } = follow(stateOf(1, 8), batch);
  assert.deepEqual([seqs(events), behind], [[9], false]);
});

test('follow(): a receiver behind the sender gets states and no messages, and is told that it is behind', () => {
  const stats: StreamEvent = { event: 'stats', data: { ...NO_STATS, message_count: 7 } };
  const batch = batchAfter(stateOf(1, 5), [messagesEvent(6, 7), stats]);
  assert.deepEqual(follow(stateOf(1, 4), batch), { events: [stats], behind: true });
});

test('follow(): another history is never continued', () => {
  const batch = batchAfter(stateOf(1, 5, 'f'), [messagesEvent(6, 7, 'f')]);
  assert.deepEqual(follow(stateOf(1, 5), batch), { events: [], behind: true });
});

test('follow(): the server’s word about a gap reaches receivers at the sender’s position alone', () => {
  const events = [connected(false, 'f'), messagesEvent(1, 2, 'f')];
  const batch = batchAfter(stateOf(1, 5), events);
  assert.deepEqual(follow(stateOf(1, 5), batch), { events, behind: false });
  const elsewhere = follow(stateOf(1, 4), batch);
  assert.deepEqual([names(elsewhere.events), elsewhere.behind], [['heartbeat'], true]);
});

test('follow(): a fresh list of the sender continues a receiver that the list reaches', () => {
  const batch = batchAfter(stateOf(1, 5), [connected(false), messagesEvent(900, 950)]);
  const reached = follow(stateOf(901, 948), batch);
  assert.deepEqual([seqs(reached.events), reached.behind], [[949, 950], false]);
  const notReached = follow(stateOf(1, 899), batch);
  assert.deepEqual([seqs(notReached.events), notReached.behind], [[], true]);
});

test('follow(): a list that is announced in one batch and comes in the next is still a fresh one', () => {
  const sender = apply(stateOf(1, 5), connected(false, 'f'));
  const receiver = apply(stateOf(1, 5), connected(false, 'f'));
  const list = messagesEvent(1, 2, 'f');
  assert.deepEqual(follow(receiver, batchAfter(sender, [list])), { events: [list], behind: false });
  assert.equal(follow(stateOf(1, 5), batchAfter(sender, [list])).behind, true);
});

test('catchUp(): all states, and the messages after the position', () => {
  const own = { ...stateOf(1, 8), stats: { ...NO_STATS, message_count: 8 }, heardAt: TIMESTAMP };
  const events = catchUp(own, 'e.5') ?? [];
  assert.deepEqual(seqs(events), [6, 7, 8]);
  const reached = events.reduce(apply, stateOf(1, 5));
  assert.deepEqual(reached, own);
});

test('catchUp(): no messages for a tab at the same position or ahead', () => {
  for (const position of ['e.8', 'e.9']) {
    const events = catchUp(stateOf(1, 8), position);
    assert.ok(events);
    assert.deepEqual(seqs(events), []);
  }
});

test('catchUp(): nothing where the answer would be a guess', () => {
  assert.equal(catchUp(stateOf(5, 8), 'e.4'), null, 'older than what is at hand');
  assert.equal(catchUp(stateOf(1, 8), 'f.8'), null, 'another history');
  assert.equal(catchUp(stateOf(1, 8), null), null, 'no position');
  assert.equal(catchUp({ ...stateOf(1, 8), replacing: true }, 'e.8'), null, 'its own list is about to be replaced');
});
