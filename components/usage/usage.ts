/** Usage over time as a stacked chart, and as sums: what the view draws. */
import { agentColour } from '@/lib/client/agent-colour';
import { tokensOf } from '@/lib/client/usage-words';
import type { UsageAnswer, UsageRow, UsageSum } from '@/lib/contract/claude-schemas';

/** What the height of a bar shows. */
export type UsageMeasure = 'cost' | 'tokens';

/** As many as there are hues; the rest is one more. */
export const MAX_SERIES = 8;

const OTHER_COLOUR = 'text-muted';

/** All of one agent or model; the rest beyond the largest ones, or an agent that is not known, has no key. */
export interface UsageSeries {
  kind: 'named' | 'unknown' | 'rest';
  key: string;
  sum: UsageSum;
  /** The class of its colour, the same in the chart and in the tables. */
  colour: string;
}

export interface UsageBar {
  /** The beginning of its day or hour, an instant. */
  since: string;
  total: number;
  /** From the bottom to the top, in the order of the series; those with nothing are left out. */
  parts: { series: UsageSeries; value: number; from: number }[];
}

export interface UsageChart {
  /** The largest first. */
  series: readonly UsageSeries[];
  bars: readonly UsageBar[];
  /** The highest bar; 0 if there is nothing to draw. */
  most: number;
}

/** @param answer grouped by day or hour, with agents or models as parts */
export function usageChart(answer: UsageAnswer, measure: UsageMeasure): UsageChart {
  const series = seriesOf(usageSums(answer), measure);
  const named = new Map(series.filter(({ kind }) => kind !== 'rest').map((one) => [seriesId(one), one]));
  const rest = series.find(({ kind }) => kind === 'rest');
  const values = new Map<string, Map<UsageSeries, number>>();
  for (const row of answer.rows) {
    const one = named.get(rowId(row)) ?? rest;
    if (row.since === null || one === undefined) continue;
    const ofPeriod = values.get(row.since) ?? new Map<UsageSeries, number>();
    values.set(row.since, ofPeriod.set(one, (ofPeriod.get(one) ?? 0) + measured(row, measure)));
  }
  const bars = answer.periods.map((since) => barOf(since, series, values.get(since)));
  return { series, bars, most: Math.max(0, ...bars.map(({ total }) => total)) };
}

/** @returns one sum for each agent or model of the answer, the largest cost first */
export function usageSums(answer: UsageAnswer): UsageSeries[] {
  const sums = new Map<string, UsageSeries>();
  for (const row of answer.rows) {
    const known = sums.get(rowId(row));
    const kind = row.part == null ? ('unknown' as const) : ('named' as const);
    const sum = known ? added(known.sum, row) : row;
    sums.set(rowId(row), { kind, key: row.part ?? '', sum, colour: OTHER_COLOUR });
  }
  const byName = [...sums.values()].filter(({ kind }) => kind === 'named').sort((a, b) => (a.key < b.key ? -1 : 1));
  // The names of models end with equal numbers; agents have the colour that they have everywhere.
  for (const [place, one] of byName.entries())
    one.colour = agentColour(answer.part === 'agent' ? one.key : String(place));
  return [...sums.values()].sort(largest('cost'));
}

/** @returns the height of a bar for a sum; a cost that is not known has none */
export function measured(sum: UsageSum, measure: UsageMeasure): number {
  return measure === 'cost' ? (sum.cost_usd ?? 0) : tokensOf(sum);
}

function seriesOf(sums: readonly UsageSeries[], measure: UsageMeasure): UsageSeries[] {
  const sorted = sums.toSorted(largest(measure));
  if (sorted.length <= MAX_SERIES) return sorted;
  const [first, ...others] = sorted.slice(MAX_SERIES);
  if (first === undefined) return sorted;
  const sum = others.reduce((all, one) => added(all, one.sum), first.sum);
  return [...sorted.slice(0, MAX_SERIES), { kind: 'rest', key: '', sum, colour: OTHER_COLOUR }];
}

function barOf(since: string, series: readonly UsageSeries[], values?: ReadonlyMap<UsageSeries, number>): UsageBar {
  const parts: UsageBar['parts'] = [];
  let total = 0;
  for (const one of series) {
    const value = values?.get(one) ?? 0;
    if (value <= 0) continue;
    parts.push({ series: one, value, from: total });
    total += value;
  }
  return { since, total, parts };
}

function largest(measure: UsageMeasure) {
  return (one: UsageSeries, other: UsageSeries) =>
    measured(other.sum, measure) - measured(one.sum, measure) || tokensOf(other.sum) - tokensOf(one.sum);
}

function seriesId({ kind, key }: UsageSeries): string {
  return kind === 'unknown' ? 'unknown' : `named ${key}`;
}

function rowId({ part }: UsageRow): string {
  return part == null ? 'unknown' : `named ${part}`;
}

function added(one: UsageSum, other: UsageSum): UsageSum {
  const { tokens } = one;
  return {
    messages: one.messages + other.messages,
    tokens: {
      input: tokens.input + other.tokens.input,
      output: tokens.output + other.tokens.output,
      cache_read: tokens.cache_read + other.tokens.cache_read,
      cache_write_5m: tokens.cache_write_5m + other.tokens.cache_write_5m,
      cache_write_1h: tokens.cache_write_1h + other.tokens.cache_write_1h,
    },
    cost_usd: one.cost_usd === null && other.cost_usd === null ? null : (one.cost_usd ?? 0) + (other.cost_usd ?? 0),
    unpriced_tokens: one.unpriced_tokens + other.unpriced_tokens,
  };
}
