import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingSources } from '../contract/defaults';
import type { SourceState, Sources } from '../contract/schemas';
import type { HistoryCondition, LogCondition } from '../recorder/events';
import { liveHealth } from './live-health';

const AT = '2026-02-03T08:00:00.000+00:00';
const NOW = Date.parse(AT);
const history = { mode: 'file', role: 'recorder' } as HistoryCondition;
const log = { backlog: 3 } as unknown as LogCondition;

/** Every source is readable, apart from one. */
function sourcesWith(name: keyof Sources, state: SourceState, kept_from: string | null = null): Sources {
  const missing = missingSources('', AT);
  const sound = Object.entries(missing).map(([key, source]) => [key, { ...source, state: 'ok', reason: null }]);
  const sources = Object.fromEntries(sound) as Sources;
  return { ...sources, [name]: { ...sources[name], state, kept_from } };
}

const answer = (now: Sources) =>
  liveHealth({ now, history, log }, { startedAt: NOW - 90_400, now: NOW, version: '1.2.3' });

test('liveHealth(): every fault of a source makes it degraded', () => {
  assert.equal(answer(sourcesWith('registry', 'ok')).status, 'healthy');
  for (const name of Object.keys(missingSources('', AT)) as (keyof Sources)[]) {
    for (const state of ['unreadable', 'degraded'] as const) {
      const health = answer(sourcesWith(name, state));
      assert.deepEqual([health.status, health.sources[name]], ['degraded', state], `${name} is ${state}`);
    }
  }
});

test('liveHealth(): a file that was never there is healthy, one that is gone is not', () => {
  assert.equal(answer(sourcesWith('locks', 'missing')).status, 'healthy');
  assert.equal(answer(sourcesWith('claude_code', 'missing')).status, 'healthy');
  assert.equal(answer(sourcesWith('locks', 'missing', AT)).status, 'degraded');
});

test('liveHealth(): says which files exist, how the history is kept, and for how long the process runs', () => {
  const { files, ...health } = answer(sourcesWith('log', 'missing'));
  assert.deepEqual(files, { agents: true, messages: false, locks_dir: true });
  assert.deepEqual(health.history, { mode: 'file', role: 'recorder' });
  assert.deepEqual([health.backlog, health.uptime_seconds, health.version], [3, 90, '1.2.3']);
  assert.equal(health.timestamp, AT);
});
