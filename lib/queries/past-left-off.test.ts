/** Locks that are held but not journaled, because there are too many. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_LOCK_COUNTS } from '../contract/locks-answer';
import { openDatabase } from '../history/database';
import { Journal } from '../history/journal';
import { spansOfPath, unknownSpans } from '../history/span-reader';
import { swarmAt } from './state';

const NOW = 1_700_000_000_000;

test('record(): a lock that is left off does not count as released, and its time is unknown', () => {
  const db = openDatabase(':memory:');
  const journal = new Journal(db, { aliveAt: null, reason: '', now: NOW });
  const body = JSON.stringify({ agent_id: 'agent-1', filepath: 'src/a.ts', stale: false, orphaned: false });
  const locks = JSON.stringify({ ...NO_LOCK_COUNTS, count: 3, stale_count: 2 });
  journal.record({
    at: NOW,
    changed: [
      ['server', 'dashboard', '{}'],
      ['lock', 'a.lock', body],
      ['lock', 'b.lock', body],
      ['lock', 'c.lock', body],
    ],
    complete: ['agent', 'lock', 'source', 'server'],
  });
  journal.record({
    at: NOW + 1000,
    changed: [
      ['lock', 'a.lock', null],
      ['lock', 'b.lock', null],
      ['server', 'locks', locks],
    ],
    complete: [],
    leftOff: ['a.lock'],
  });
  const ends = spansOfPath(db, 'src/a.ts', undefined, { limit: 10 })?.rows.map(({ subject, ended }) => [
    subject,
    ended,
  ]);
  assert.deepEqual(ends?.sort(), [
    ['a.lock', 'unseen'],
    ['b.lock', 'released'],
    ['c.lock', null],
  ]);
  const unknown = unknownSpans(db, NOW + 2000, NOW + 2000, NOW);
  assert.deepEqual(
    unknown.map(({ about, reason }) => [about, reason]),
    [['locks', 'There were more locks than are recorded: at most 1000 at a time.']],
  );
  const then = swarmAt(db, NOW + 2000).locks;
  assert.deepEqual([then.count, then.truncated, then.locks.length, then.stale_count], [3, 2, 1, 2]);
  journal.record({ at: NOW + 3000, changed: [['server', 'locks', null]], complete: [] });
  assert.deepEqual(unknownSpans(db, NOW + 4000, NOW + 4000, NOW), []);
  assert.deepEqual([swarmAt(db, NOW + 4000).locks.truncated, swarmAt(db, NOW).locks.count], [0, 3]);
});
