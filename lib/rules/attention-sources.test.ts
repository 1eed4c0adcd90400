import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatInstant } from '../contract/instant';
import type { WaitingAnswer } from '../contract/past-schemas';
import type { Source, Sources } from '../contract/schemas';
import type { ReaderStatus } from '../sources/source-status';
import type { AttentionFacts } from './attention-facts';
import { sourceItems } from './attention-sources';
import { DeadlineClock } from './deadline-clock';

const NOW = Date.UTC(2026, 1, 3, 8);
const KEPT_FROM = formatInstant(NOW - 61_000);
const OK: Source = { state: 'ok', reason: null, since: formatInstant(NOW - 60_000), kept_from: null, skipped: [] };
const WELL: ReaderStatus = { state: 'ok', reason: null, since: NOW, keptFrom: null, skipped: [] };
const GONE: Source = { ...OK, state: 'missing', reason: 'It is gone.', kept_from: KEPT_FROM };

function items(
  sources: Partial<Sources>,
  stores: AttentionFacts['stores'] = {},
  cut = 0,
  waiting: WaitingAnswer = { edges: [], cycles: [] },
) {
  const all = {
    ...{ registry: OK, locks: OK, watcher: { ...OK, mode: 'events' as const }, config: OK, claude_code: OK, hooks: OK },
    log: { ...OK, gaps: 0, losses: [], unterminated_tail: null, backlog: null },
    history: { ...OK, mode: 'file' as const, role: 'recorder' as const },
    zone: { ...OK, zone: 'UTC', suggested: null },
    ...sources,
  };
  return sourceItems({
    ...{
      agents: [],
      departed: [],
      locks: [],
      overlaps: [],
      sources: all,
      stores,
      startedAt: NOW,
      staleTimeoutSeconds: 300,
    },
    ...{ waiting, pendingAcks: { acks: [], status: WELL }, time: new DeadlineClock(NOW) },
    unresolved: { epoch: '', questions: [], failures: [], awaiting: [], cut },
    limits: { questionFromMs: 0, questionUntilMs: 0, deliveryUntilMs: 0, ackOverdueMs: 0, unreadFromMs: 0 },
  });
}

test('sourceItems(): a vanished source is listed with its consequence, one that was never there is not', () => {
  assert.deepEqual(items({ registry: { ...GONE, kept_from: null } }), []);
  const [registry] = items({ registry: GONE });
  assert.deepEqual(
    [registry?.kind, registry?.severity, registry?.reason],
    ['source_unreadable', 'critical', 'It is gone.'],
  );
  assert.deepEqual(registry?.why.facts, ['It is gone.', `It was last read at ${KEPT_FROM}.`]);
  assert.equal(items({ locks: GONE })[0]?.severity, 'warning');
  const store = { ...WELL, state: 'missing' as const, reason: 'gone', since: NOW - 60_000, keptFrom: NOW - 61_000 };
  assert.deepEqual(
    items({}, { 'TASKS.json': store }).map(({ severity, subject }) => [severity, subject]),
    [['notice', 'TASKS.json']],
  );
});

test('sourceItems(): an outage of less than two seconds is no item', () => {
  assert.deepEqual(items({ registry: { ...GONE, since: formatInstant(NOW - 1000) } }), []);
});

test('sourceItems(): a doubtful zone is a notice that names its setting', () => {
  const zone = { ...OK, state: 'degraded' as const, reason: 'No fit.', zone: 'UTC', suggested: 'UTC-5' };
  const found = items({ zone });
  assert.deepEqual(
    found.map(({ kind, severity, why }) => [kind, severity, why.setting]),
    [['zone_mismatch', 'notice', 'SWARM_TZ']],
  );
});

test('sourceItems(): a zone that only the system clock contradicts is not blamed on messages', () => {
  const reason = `The server's zone (TZ="GMT+2") names no zone that fits.`;
  const [found] = items({ zone: { ...OK, state: 'degraded' as const, reason, zone: 'Etc/GMT+2', suggested: null } });
  assert.deepEqual([found?.kind, found?.reason, found?.why.threshold], ['zone_mismatch', reason, null]);
  assert.match(found?.why.rule ?? '', /the clock of its system/);
});

test('sourceItems(): every item states its rule and its facts', () => {
  const broken = { ...OK, state: 'unreadable' as const, reason: 'It is broken.' };
  const found = items({ registry: GONE, locks: broken, config: { ...broken, state: 'degraded' } }, {}, 3);
  assert.equal(found.length, 4);
  for (const { why } of found) assert.ok(why.rule.length > 0 && why.facts.length > 0);
});

test('sourceItems(): waits beyond the listed ones are mentioned', () => {
  const facts = (truncated: boolean) =>
    items({}, {}, 0, { edges: [], cycles: [], ...(truncated ? { truncated } : {}) });
  assert.deepEqual(facts(false), []);
  assert.deepEqual(
    facts(true).map(({ kind, severity, key }) => [kind, severity, key]),
    [['source_unreadable', 'notice', 'waits']],
  );
});
