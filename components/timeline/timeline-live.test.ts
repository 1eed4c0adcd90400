import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '@/lib/contract/schemas';
import type { Lanes } from './timeline-lanes';
import { makeLanes } from './timeline-lanes';
import { withArrived } from './timeline-live';

const iso = (second: number) => new Date(Date.UTC(2026, 0, 30, 12, 0, second)).toISOString();

function message(seq: number, second: number | null, fields: Partial<Message> = {}): Message {
  const sent_at = second === null ? null : iso(second);
  return { seq, sent_at, sender: 'agent-1', msg_type: 'INFO', recipients: ['agent-2'], ...fields };
}

const lanes = makeLanes({
  since: iso(0),
  until: iso(30),
  step_ms: 1000,
  message_step_ms: 1000,
  known_since: iso(0),
  first_message_at: null,
  agents: ['agent-1', 'agent-10'],
  health: [],
  activity: [],
  locks: [],
  messages: [{ sender: 'agent-1', type: 'INFO', at: iso(20), count: 1, cursor: 'e.6', recipients: [] }],
  unknown: [],
  totals: { messages: 1, lock_spans: 0, health_spans: 0 },
  next_agent: null,
  earlier_locks: [],
  actions: [],
  tasks: [],
});
const asked = { head: 5, step: 1000 };
const cursors = ({ lanes: all }: Lanes, agent: string) =>
  all.find((lane) => lane.agent === agent)?.ticks.map(({ tick }) => tick.cursor);

test('withArrived(): a message after the answer is in its sender’s lane', () => {
  const after = withArrived(lanes, [message(5, 1), message(7, 31)], 'e', asked);
  assert.deepEqual(cursors(after, 'agent-1'), ['e.6', 'e.7']);
  assert.equal(after.moments.at(-1), Date.parse(iso(31)));
});

test('withArrived(): a message that the answer contains is not added again', () => {
  assert.equal(withArrived(lanes, [message(6, 20)], 'e', asked), lanes);
});

test('withArrived(): a sender without a lane gets one, in natural order', () => {
  const after = withArrived(lanes, [message(7, 31, { sender: 'agent-9' })], 'e', asked);
  assert.deepEqual(
    after.lanes.map(({ agent }) => agent),
    ['agent-1', 'agent-9', 'agent-10'],
  );
});

test('withArrived(): a message without time is omitted; without new messages the same object is returned', () => {
  assert.equal(withArrived(lanes, [message(7, null)], 'e', asked), lanes);
  assert.equal(withArrived(lanes, [message(7, 31)], null, asked), lanes);
  assert.equal(withArrived(lanes, [], 'e', asked), lanes);
});

test('withArrived(): fields of any type are accepted', () => {
  const after = withArrived(lanes, [message(7, 31, { sender: ['x'], msg_type: 3, recipients: 'agent-2' })], 'e', asked);
  assert.deepEqual(cursors(after, '["x"]'), ['e.7']);
});
