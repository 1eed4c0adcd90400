import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TimelineAnswer } from '@/lib/contract/past-schemas';
import type { TimeSpan } from '@/lib/contract/time-span';
import { changeBeside } from './past-changes';

const HOUR = 3_600_000;
const now = Date.parse('2026-01-30T12:00:00Z');
const iso = (time: number) => new Date(time).toISOString();

/** A server with messages at some times, a lock and a health. */
function server(messages: readonly number[], lock: TimeSpan, health: TimeSpan) {
  const asked: TimeSpan[] = [];
  const read = async (span: TimeSpan): Promise<TimelineAnswer> => {
    asked.push(span);
    const within = (time: number) => time >= span.since && time <= span.until;
    const [since, until] = [iso(lock.since), iso(lock.until)];
    return {
      since: iso(span.since),
      until: iso(span.until),
      step_ms: 1,
      message_step_ms: 1,
      known_since: iso(health.since),
      first_message_at: null,
      agents: ['a'],
      // Their times are exact, also outside the range.
      health: [{ agent: 'a', life: '', health: 'active', since: iso(health.since), until: null }],
      activity: [],
      locks:
        lock.since <= span.until && lock.until >= span.since
          ? [{ agent: 'a', lock_file: 'l', filepath: 'f', state: 'held', since, until, count: 1 }]
          : [],
      messages: messages
        .filter(within)
        .map((time) => ({ sender: 'a', type: 'INFO', at: iso(time), count: 1, cursor: 'e.1', recipients: [] })),
      unknown: [],
      totals: { messages: 0, lock_spans: 0, health_spans: 1 },
      next_agent: null,
      earlier_locks: [],
      actions: [],
      tasks: [],
    };
  };
  return { asked, bounds: { latest: now, read } };
}

test('changeBeside(): goes from change to change in both directions, and returns null after the last one', async () => {
  const begun = now - 10 * HOUR;
  const lock = { since: now - 9 * HOUR, until: now - 2 * HOUR };
  const { bounds } = server([now - 60_000, now - 2 * HOUR - 5000], lock, { since: begun, until: now });
  const stops = [now - 60_000, now - 2 * HOUR, now - 2 * HOUR - 5000, now - 9 * HOUR, begun].map((time) => time + 1);
  let moment: number | null = now;
  for (const stop of stops) {
    moment = await changeBeside(moment ?? 0, -1, bounds);
    assert.equal(moment, stop);
  }
  assert.equal(await changeBeside(begun + 1, -1, bounds), null);
  for (const stop of stops.toReversed().slice(1)) {
    moment = await changeBeside(moment ?? 0, 1, bounds);
    assert.equal(moment, stop);
  }
  assert.equal(await changeBeside(now - 60_000 + 1, 1, bounds), null);
  assert.equal(await changeBeside(now, 1, bounds), null);
});

test('changeBeside(): a near change is found by one request for a short range', async () => {
  const { asked, bounds } = server([now - 60_000], { since: 0, until: 0 }, { since: 0, until: now });
  await changeBeside(now, -1, bounds);
  assert.equal(asked.length, 1);
});

test('changeBeside(): a changed task is a change, the first and the last of those that are merged', async () => {
  const { bounds } = server([], { since: 0, until: 0 }, { since: now - HOUR, until: now });
  const [first, last] = [now - 10 * 60_000, now - 9 * 60_000];
  const read = async (span: TimeSpan): Promise<TimelineAnswer> => {
    const mark = { agent: '', key: 'task:a', objective: 'Go', status: 'working', listed: true };
    return { ...(await bounds.read(span)), tasks: [{ ...mark, at: iso(first), last_at: iso(last), count: 4 }] };
  };
  assert.equal(await changeBeside(now, -1, { ...bounds, read }), last + 1);
  assert.equal(await changeBeside(last + 1, -1, { ...bounds, read }), first + 1);
  assert.equal(await changeBeside(now - 12 * 60_000, 1, { ...bounds, read }), first + 1);
});

test('changeBeside(): changes of agents beyond the first lanes are found', async () => {
  const { bounds } = server([now - 10 * 60_000], { since: 0, until: 0 }, { since: now - HOUR, until: now });
  const later = server([now - 60_000], { since: 0, until: 0 }, { since: now - HOUR, until: now });
  const read = async (span: TimeSpan, after: string | null): Promise<TimelineAnswer> =>
    after === null ? { ...(await bounds.read(span)), next_agent: 'a' } : later.bounds.read(span);
  assert.equal(await changeBeside(now, -1, { ...bounds, read }), now - 60_000 + 1);
});

test('changeBeside(): another process with an id is a change, even if the health stays the same', async () => {
  const { bounds } = server([], { since: 0, until: 0 }, { since: now - HOUR, until: now });
  const boundary = now - 5 * 60_000;
  const read = async (span: TimeSpan): Promise<TimelineAnswer> => {
    const health = { agent: 'a', health: 'active' } as const;
    const lives = [
      { ...health, life: '1@%1', since: iso(now - HOUR), until: iso(boundary) },
      { ...health, life: '2@%2', since: iso(boundary), until: null },
    ];
    return { ...(await bounds.read(span)), health: lives };
  };
  assert.equal(await changeBeside(now, -1, { ...bounds, read }), boundary + 1);
  assert.equal(await changeBeside(now - 10 * 60_000, 1, { ...bounds, read }), boundary + 1);
});
