import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UsageAnswer, UsageRow } from '@/lib/contract/claude-schemas';
import { NO_SUM } from '@/lib/contract/defaults';
import { MAX_SERIES, usageChart, usageSums } from './usage';

const HOURS = ['2026-02-03T08:00:00.000+00:00', '2026-02-03T09:00:00.000+00:00', '2026-02-03T10:00:00.000+00:00'];

function row(hour: number, part: string | null, cost_usd: number | null, input = 10): UsageRow {
  const since = HOURS[hour] ?? '';
  return { ...NO_SUM, key: since, since, part, cost_usd, messages: 1, tokens: { ...NO_SUM.tokens, input } };
}

function answer(rows: UsageRow[]): UsageAnswer {
  return {
    ...{ since: HOURS[0] ?? '', until: HOURS[2] ?? '', by: 'hour', part: 'agent', zone: 'UTC', estimated: true },
    ...{ rows, periods: HOURS, count: rows.length, total: NO_SUM, unknown_models: [], progress: null },
  };
}

test('usageChart(): bars stack the largest series at the bottom, and a period without usage stays empty', () => {
  const { series, bars, most } = usageChart(
    answer([row(0, 'a', 1), row(0, 'b', 2), row(2, 'b', 5), row(2, null, 0.5)]),
    'cost',
  );
  assert.deepEqual(
    series.map(({ kind, key }) => [kind, key]),
    [
      ['named', 'b'],
      ['named', 'a'],
      ['unknown', ''],
    ],
  );
  assert.deepEqual(
    bars.map(({ total, parts }) => [total, parts.map(({ series: { key }, from, value }) => [key, from, value])]),
    [
      [
        3,
        [
          ['b', 0, 2],
          ['a', 2, 1],
        ],
      ],
      [0, []],
      [
        5.5,
        [
          ['b', 0, 5],
          ['', 5, 0.5],
        ],
      ],
    ],
  );
  assert.equal(most, 5.5);
});

test('usageChart(): beyond the largest series the rest is one, and nothing is lost', () => {
  const rows = Array.from({ length: MAX_SERIES + 4 }, (_, index) => row(1, `agent-${index}`, index + 1));
  const { series, bars } = usageChart(answer(rows), 'cost');
  assert.equal(series.length, MAX_SERIES + 1);
  assert.deepEqual([series.at(-1)?.kind, series.at(-1)?.sum.cost_usd], ['rest', 1 + 2 + 3 + 4]);
  assert.equal(bars[1]?.total, (12 * 13) / 2);
});

test('usageChart(): tokens without a known price count as tokens, and have no cost', () => {
  const unpriced = answer([row(0, 'a', null, 70), row(0, 'b', 1, 5)]);
  assert.equal(usageChart(unpriced, 'cost').bars[0]?.total, 1);
  assert.equal(usageChart(unpriced, 'tokens').bars[0]?.total, 75);
  assert.deepEqual(
    usageSums(unpriced).map(({ key, sum }) => [key, sum.cost_usd]),
    [
      ['b', 1],
      ['a', null],
    ],
  );
});

test('usageChart(): an agent named like another kind of series is a series of its own', () => {
  const { series } = usageChart(answer([row(0, 'unknown', 1), row(0, null, 2)]), 'cost');
  assert.deepEqual(
    series.map(({ kind }) => kind),
    ['unknown', 'named'],
  );
});
