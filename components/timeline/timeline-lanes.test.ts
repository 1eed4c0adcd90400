import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TimelineAnswer } from '@/lib/contract/past-schemas';
import { heldOver, makeLanes, stacked } from './timeline-lanes';

const iso = (second: number) => new Date(Date.UTC(2026, 0, 30, 12, 0, second)).toISOString();
const at = (second: number) => Date.parse(iso(second));

function lock(since: number, until: number | null, fields: Partial<TimelineAnswer['locks'][number]> = {}) {
  return {
    agent: 'agent-0',
    lock_file: `${since}.lock`,
    filepath: 'a.ts',
    state: 'held' as const,
    since: iso(since),
    until: until === null ? null : iso(until),
    count: 1,
    ...fields,
  };
}

const bar = (since: number, until: number, fields = {}) => ({ since, until, lock: lock(0, 1, fields) });

const answer: TimelineAnswer = {
  since: iso(0),
  until: iso(60),
  step_ms: 100,
  message_step_ms: 100,
  known_since: iso(0),
  first_message_at: null,
  agents: ['agent-0', 'agent-1'],
  health: [{ agent: 'agent-1', life: '', health: 'active', since: iso(5), until: null }],
  activity: [],
  locks: [lock(10, 20), lock(15, null)],
  messages: [
    { sender: 'agent-0', type: 'BLOCKED', at: iso(30), count: 1, cursor: 'e.2', recipients: [] },
    { sender: 'agent-0', type: 'INFO', at: iso(25), count: 3, cursor: 'e.1', recipients: [] },
    { sender: 'agent-0', type: 'INFO', at: 'no time', count: 3, cursor: 'e.3', recipients: [] },
  ],
  unknown: [{ since: null, until: iso(2), about: 'everything', reason: 'Not recorded.' }],
  totals: { messages: 4, lock_spans: 2, health_spans: 1 },
  next_agent: null,
  earlier_locks: [],
  actions: [],
  tasks: [],
};

test('makeLanes(): each agent has a lane with its own things in order of time', () => {
  const { lanes, unknown } = makeLanes(answer);
  assert.deepEqual(
    lanes.map(({ agent }) => agent),
    ['agent-0', 'agent-1'],
  );
  assert.deepEqual(
    lanes[0]?.ticks.map((tick) => [tick.at, tick.meaning]),
    [
      [at(25), 'tells'],
      [at(30), 'trouble'],
    ],
  );
  assert.equal(lanes[0]?.rows, 2);
  assert.deepEqual(lanes[1]?.health, [{ health: 'active', life: '', since: at(5), until: Number.POSITIVE_INFINITY }]);
  assert.equal(unknown[0]?.since, Number.NEGATIVE_INFINITY);
});

test('makeLanes(): moments are sorted, finite and unique', () => {
  assert.deepEqual(makeLanes(answer).moments, [2, 5, 10, 15, 20, 25, 30].map(at));
});

test('stacked(): bars that overlap in time are in different rows, and rows are reused', () => {
  const rows = stacked([bar(0, 10), bar(5, 15), bar(10, 20), bar(12, 13)]).map(({ row }) => row);
  assert.deepEqual(rows, [0, 1, 0, 2]);
});

test('heldOver(): counts the locks of each bar, and the stale or orphaned ones among them', () => {
  const steps = heldOver(stacked([bar(0, 10, { count: 3 }), bar(5, 10, { state: 'orphaned' })]));
  assert.deepEqual(steps, [
    { at: 0, held: 3, lost: 0 },
    { at: 5, held: 4, lost: 1 },
    { at: 10, held: 0, lost: 0 },
  ]);
});

test('makeLanes(): a lock that is older than the record has a bar from its file, in the row of its later bars', () => {
  const earlier = (name: string, since: number) => ({
    ...{ agent: 'agent-0', lock_file: name, filepath: 'a.ts', since: iso(since), until: iso(20) },
  });
  const { lanes, recordedSince } = makeLanes({
    ...answer,
    locks: [
      lock(20, 40, { lock_file: 'other' }),
      lock(20, 30, { lock_file: 'x', state: 'stale' }),
      lock(30, null, { lock_file: 'x', state: 'orphaned' }),
    ],
    earlier_locks: [earlier('x', 3), earlier('gone', 5)],
    unknown: [{ since: null, until: iso(20), about: 'everything', reason: 'Not recorded.' }],
  });
  assert.equal(recordedSince, at(20));
  assert.deepEqual(
    lanes[0]?.bars.map(({ lock, row, byFile = false }) => [lock.lock_file, lock.state, row, byFile]),
    [
      ['x', 'held', 0, true],
      ['gone', 'held', 1, true],
      ['x', 'stale', 0, false],
      ['other', 'held', 1, false],
      ['x', 'orphaned', 0, false],
    ],
  );
});

test('makeLanes(): messages before the record bound the time in which the agent spoke, and nothing more', () => {
  const early = makeLanes({
    ...answer,
    unknown: [{ since: null, until: iso(28), about: 'everything', reason: 'Not recorded.' }],
  });
  assert.deepEqual(
    early.lanes.map(({ spoke }) => spoke),
    [{ since: at(25), until: at(25) }, null],
  );
  // Nothing was ever recorded, or only a part is not known: then no time counts as the one before the record.
  for (const unknown of [
    [{ since: null, until: null, about: 'everything' as const, reason: '' }],
    [{ since: iso(2), until: iso(9), about: 'everything' as const, reason: '' }],
    [{ since: null, until: iso(9), about: 'log' as const, reason: '' }],
  ]) {
    assert.equal(makeLanes({ ...answer, unknown }).recordedSince, null);
  }
});
