import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { unread } from '../queries/unread';
import { UnreadTracker } from '../rules/unread-messages';
import { readInstant, readMicroseconds } from '../sources/claudeswarm/naive-time';
import type { AddressedMessage, ReadMark } from './addressed-messages';
import { History, type Line } from './history';

const NOW = Date.parse('2026-02-03T09:00:00Z');
const ZONE = 'Europe/Berlin';
const EVERYONE = 'all';

function open(): History {
  return new History(':memory:', { readTime: (text) => readMicroseconds(text, ZONE) });
}

function line(fields: Record<string, unknown>): Line {
  return { text: JSON.stringify(fields), fields };
}

function markOf(agent: string, mark: string): ReadMark {
  return { agent, mark, at: readInstant(mark, ZONE)?.milliseconds ?? null };
}

/** What `check-messages --new-only` of the swarm's tool would show, without an agent's own messages. */
function inbox(lines: readonly Line[], { agent, mark }: ReadMark): number[] {
  return lines.flatMap(({ fields: { sender, recipients, timestamp } }, index) => {
    const names = recipients as string[];
    const isNew = (names.includes(agent) || names.includes(EVERYONE)) && (timestamp as string) > mark;
    return isNew && sender !== agent ? [index + 1] : [];
  });
}

const AGENTS = ['a', 'b', 'c'];
const message = fc.record({
  sender: fc.constantFrom(...AGENTS, 'system'),
  recipients: fc.uniqueArray(fc.constantFrom(...AGENTS, EVERYONE), { minLength: 1, maxLength: 3 }),
  // Out of order, twice the same, and in the hour that the clocks repeat.
  timestamp: fc
    .record({ day: fc.constantFrom('2026-02-03', '2025-10-26'), minute: fc.integer({ min: 0, max: 299 }) })
    .map(({ day, minute }) => `${day}T0${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, '0')}:00.000001`),
});

test('later() and after(): find what the inbox of the tool calls new, whatever is appended when, and read when', () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({ append: fc.array(message, { maxLength: 4 }) }),
      fc.record({ agent: fc.constantFrom(...AGENTS), read: message }),
    ),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(steps, (taken) => {
      const history = open();
      const lines: Line[] = [];
      const marks = new Map<string, ReadMark>();
      const tracker = new UnreadTracker();
      let upTo = 0;
      for (const step of taken) {
        if ('append' in step) {
          const added = step.append.map(line);
          history.append(added, '{}', NOW);
          lines.push(...added);
        } else marks.set(step.agent, markOf(step.agent, step.read.timestamp));
        const now = [...marks.values()];
        const missing = tracker.setMarks(now);
        tracker.load(missing, unread(history, { marks: missing, after: null }));
        const found = unread(history, { marks: now, after: { epoch: history.epoch, seq: upTo } });
        tracker.add(found);
        upTo = found.upTo;
        for (const mark of now) {
          const count = tracker.counts().find(({ agent_id }) => agent_id === mark.agent)?.count;
          assert.equal(count, inbox(lines, mark).length, JSON.stringify([mark, lines]));
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('later(): messages of teams, without a time or a text as timestamp do not count', () => {
  const history = open();
  const to = { sender: 'b', recipients: ['a'] };
  history.append(
    [
      line({ ...to, timestamp: '2026-02-03T09:00:00' }),
      line({ ...to, timestamp: 'zzz' }),
      line({ ...to, timestamp: 9 }),
      line(to),
    ],
    '{}',
    NOW,
  );
  const marks = [markOf('a', '2026-02-03T08:00:00')];
  const seqs = (found: { messages: AddressedMessage[] }) => found.messages.map(({ seq }) => seq);
  assert.deepEqual(seqs(history.addressed.later(marks, EVERYONE, history.head())), [1]);
  assert.deepEqual(seqs(history.addressed.after(marks, EVERYONE, 0)), [1]);
});

test('later(): finds 1,000 messages of an agent, the first that were sent, and says that there are more', () => {
  const history = open();
  const timestamp = (index: number) => new Date(NOW + index * 1000).toISOString().slice(0, -1);
  const lines = Array.from({ length: 1200 }, (_, index) =>
    line({ sender: 'b', recipients: ['a', `x${index}`], timestamp: timestamp(index) }),
  );
  history.append(lines, '{}', NOW);
  const marks = [markOf('a', timestamp(99))];
  const found = history.addressed.later(marks, EVERYONE, history.head());
  assert.deepEqual([found.messages.length, found.cut, found.messages[0]?.seq], [1000, ['a'], 101]);
  const tracker = new UnreadTracker();
  tracker.setMarks(marks);
  tracker.load(marks, found);
  assert.deepEqual(
    tracker.counts().map(({ count, more }) => [count, more]),
    [[1000, true]],
  );
  const later = [markOf('a', timestamp(1000))];
  assert.deepEqual(tracker.setMarks(later), later, 'what was not kept is looked up again');
});

test('unread(): a place in another history is refused', () => {
  const history = open();
  assert.throws(() => unread(history, { marks: [], after: { epoch: 'other', seq: 0 } }), { code: 'gone_cursor' });
});
