import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_AGENTS } from '../contract/defaults';
import { wholeLocks } from '../contract/locks-answer';
import type { AgentsAnswer } from '../contract/schemas';
import { statistics } from './stats';

const NOW = Date.parse('2026-02-03T08:15:30Z');
const MINUTE = Math.floor(NOW / 60_000);
const SECOND = Math.floor(NOW / 1000);
const agents: AgentsAnswer = {
  ...NO_AGENTS,
  session_name: 'main',
  session_names: ['main'],
  updated_at: 'then',
  agents: [],
};
const NO_SUMMARY = { count: 0, types: {}, otherTypes: 0, failed: 0, latestActivity: null, minutes: [], seconds: [] };
const locks = wholeLocks([]);

test('statistics(): rates cover the last minute and the last hour, up to now and not beyond', () => {
  const summary = {
    count: 9,
    types: { INFO: 9 },
    otherTypes: 3,
    failed: 2,
    latestActivity: 'raw',
    minutes: [
      [MINUTE - 60, 1],
      [MINUTE - 59, 2],
      [MINUTE, 4],
      [MINUTE + 1, 8],
    ] as [number, number][],
    seconds: [
      [SECOND - 60, 1],
      [SECOND - 59, 2],
      [SECOND, 4],
      [SECOND + 1, 8],
    ] as [number, number][],
  };
  const stats = statistics(agents, locks, summary, NOW - 1500, NOW);
  assert.equal(stats.messages_per_minute, 6);
  assert.deepEqual(stats.messages_by_minute, [2, ...Array(58).fill(0), 4]);
  assert.equal(stats.uptime_seconds, 1.5);
  assert.equal(stats.failed_delivery_count, 2);
  assert.equal(stats.other_type_count, 3);
});

test('statistics(): unresolved failures are counted apart from those of all time', () => {
  const stats = statistics(agents, locks, { ...NO_SUMMARY, failed: 929 }, NOW, NOW, 2);
  assert.deepEqual([stats.failed_delivery_count, stats.failed_deliveries_open], [929, 2]);
});

test('statistics(): before the history is open the figures are zero, not missing', () => {
  const stats = statistics(agents, locks, null, NOW, NOW);
  assert.deepEqual([stats.message_count, stats.message_types, stats.latest_activity], [0, {}, null]);
});
