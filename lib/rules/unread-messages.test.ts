import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agentWith, ago, HOUR, kindsFor, MINUTE, NOW, onlyEntryFor } from '../../test/support/attention-fixtures';
import type { UnreadMessages } from '../contract/work-schemas';
import type { AddressedMessage } from '../history/addressed-messages';
import { DeadlineClock } from './deadline-clock';
import { UnreadTracker } from './unread-messages';

const MARK = '2026-02-03T07:00:00';
const inbox = (more: Partial<UnreadMessages> = {}): UnreadMessages => ({
  ...{ agent_id: 'agent-2', count: 3, more: false, oldest_at: ago(12 * MINUTE), read_until: MARK },
  ...more,
});
const agents = [agentWith('agent-2', 'active', { process: RUNNING() })];

function RUNNING() {
  return { state: 'running' as const, claude_pid: 1, started_at: null, seen_at: null };
}

test('unreadItems(): an active agent with an old unread message is a notice with its evidence', () => {
  const entry = onlyEntryFor({ agents, inboxes: [inbox()] });
  assert.deepEqual(
    [entry.id, entry.severity, entry.since, entry.reason],
    ['messages_unread:agent-2', 'notice', ago(12 * MINUTE), 'agent-2 has 3 unread messages.'],
  );
  assert.deepEqual(entry.why.facts, [
    `Its read mark in .swarm/last_read_messages.json is ${MARK}.`,
    `The oldest message after it was sent at ${ago(12 * MINUTE)}.`,
  ]);
  assert.equal(entry.why.threshold, 'the oldest is older than 10 minutes');
  const reasons = [inbox({ count: 1 }), inbox({ count: 1000, more: true })].map(
    (one) => onlyEntryFor({ agents, inboxes: [one] }).reason,
  );
  assert.deepEqual(reasons, ['agent-2 has 1 unread message.', 'agent-2 has more than 1000 unread messages.']);
});

test('unreadItems(): nothing is said of what is young, read, or of agents that are not there', () => {
  const time = new DeadlineClock(NOW);
  assert.deepEqual(kindsFor({ agents, inboxes: [inbox({ oldest_at: ago(9 * MINUTE) })], time }), []);
  assert.equal(time.nextAt, NOW + MINUTE, 'it is judged again when the message is old');
  assert.deepEqual(kindsFor({ agents, inboxes: [inbox({ count: 0, oldest_at: null })] }), []);
  assert.deepEqual(kindsFor({ agents: [], inboxes: [inbox()] }), []);
  assert.deepEqual(kindsFor({ agents: [agentWith('agent-2', 'unknown')], inboxes: [inbox()] }), []);
  assert.deepEqual(kindsFor({ agents }), [], 'nothing is known');
});

test('unreadItems(): a message to a former agent with the same id is not the fault of the present one', () => {
  const young = [agentWith('agent-2', 'active', { process: RUNNING(), life_began_at: ago(5 * MINUTE) })];
  assert.deepEqual(kindsFor({ agents: young, inboxes: [inbox()] }), []);
  const old = [agentWith('agent-2', 'active', { process: RUNNING(), life_began_at: ago(HOUR) })];
  assert.deepEqual(kindsFor({ agents: old, inboxes: [inbox()] }), ['messages_unread']);
});

const mark = (agent: string, text: string) => ({ agent, mark: text, at: null });
const to = (agent: string, seq: number, timestamp: string): AddressedMessage => ({
  ...{ agent, seq, timestamp, sentAt: NOW + seq },
});

test('UnreadTracker: messages are counted once, whichever of two questions finds them first', () => {
  const tracker = new UnreadTracker();
  const marks = [mark('a', '1'), mark('b', '5')];
  assert.deepEqual(tracker.setMarks(marks), marks);
  tracker.load(marks, { messages: [to('a', 3, '2'), to('b', 3, '6')], cut: [], upTo: 4 });
  assert.equal(tracker.add({ messages: [to('a', 3, '2'), to('a', 4, '3')], cut: [], upTo: 4 }), false);
  assert.equal(tracker.add({ messages: [to('a', 5, '3'), to('b', 5, '4')], cut: [], upTo: 5 }), true);
  assert.deepEqual(
    tracker.counts().map(({ agent_id, count }) => [agent_id, count]),
    [
      ['a', 2],
      ['b', 1],
    ],
  );
});

test('UnreadTracker: a mark that moves drops what was read; one that goes back is looked up again', () => {
  const tracker = new UnreadTracker();
  tracker.setMarks([mark('a', '1')]);
  tracker.load([mark('a', '1')], { messages: [to('a', 1, '2'), to('a', 2, '4')], cut: [], upTo: 2 });
  assert.deepEqual(tracker.setMarks([mark('a', '3')]), []);
  assert.deepEqual([tracker.counts()[0]?.count, tracker.counts()[0]?.read_until], [1, '3']);
  assert.deepEqual(tracker.setMarks([mark('a', '0')]), [mark('a', '0')]);
  assert.deepEqual(tracker.counts(), [], 'it is not known until then');
  tracker.setMarks([]);
  assert.deepEqual(tracker.counts(), []);
});
