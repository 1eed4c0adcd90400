import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PastState, pastState as pastStateSchema } from '../contract/past-schemas';
import { History } from '../history/history';
import { Journal } from '../history/journal';
import { pastState } from './past-state';

const NOW = Date.parse('2026-02-03T09:30:00Z');
const HOUR = 3_600_000;

function knownAt(history: History, at: number): PastState['known'] {
  return pastStateSchema.parse(JSON.parse(pastState(history, { at }))).known;
}

test('of a moment of which nothing is known the state says so, and of no other', () => {
  const history = new History(':memory:', { readTime: (time) => Date.parse(String(time)) * 1000 });
  const nothing = { agents: false, locks: false, messages: false };
  assert.deepEqual(knownAt(history, NOW), nothing);

  const journal = new Journal(history.db, { aliveAt: null, reason: '', now: NOW });
  journal.record({
    at: NOW,
    complete: ['agent', 'lock', 'registry', 'source', 'server'],
    changed: [['server', 'dashboard', '{"at":0}']],
  });
  assert.deepEqual(knownAt(history, NOW - 1), nothing);
  assert.deepEqual(knownAt(history, NOW), { agents: true, locks: true, messages: true }, 'there was nothing then');

  const fields = { sender: 'a', timestamp: new Date(NOW - HOUR).toISOString() };
  const later = { sender: 'a', timestamp: new Date(NOW + HOUR).toISOString() };
  const lines = [fields, later].map((one) => ({ text: JSON.stringify(one), fields: one }));
  history.append(lines, '{}', NOW);
  assert.deepEqual(knownAt(history, NOW - HOUR), { ...nothing, messages: true }, 'the log tells of a time before');
  assert.deepEqual(knownAt(history, NOW - HOUR - 1), nothing);

  history.prune({ days: 30, messages: 1 }, NOW, 10);
  assert.deepEqual(knownAt(history, NOW), { agents: true, locks: true, messages: false }, 'messages were dropped');
  assert.equal(knownAt(history, NOW + HOUR).messages, true);
});
