/** Sums of tokens and cost over answers of the API, read from the running sums of a history. */
import type Database from 'better-sqlite3';
import type { UsageSum } from '../contract/claude-schemas';
import type { TimeSpan } from '../contract/time-span';

/** Offsets of zones are multiples of it. */
export const QUARTER_MS = 900_000;

/** As the tables have them. `cost` in US dollars is that of the `priced` messages. */
export interface UsageSums {
  messages: number;
  input: number;
  output: number;
  cache_read: number;
  cache_write_5m: number;
  cache_write_1h: number;
  priced: number;
  cost: number;
  unpriced_tokens: number;
}

/** An agent of '' is not known. */
export interface AgentSums extends UsageSums {
  agent: string;
  model: string;
}

/** `at` is an instant of the quarter of an hour, milliseconds since 1970. */
export type TimedSums = AgentSums & { at: number };

export function emptySums(): UsageSums {
  return {
    ...{ messages: 0, input: 0, output: 0, cache_read: 0, cache_write_5m: 0, cache_write_1h: 0 },
    ...{ priced: 0, cost: 0, unpriced_tokens: 0 },
  };
}

export const SUM_COLUMNS = Object.keys(emptySums()) as readonly (keyof UsageSums)[];

/** Adds to the first one in place. */
export function addSums(to: UsageSums, sums: UsageSums): void {
  for (const name of SUM_COLUMNS) to[name] += sums[name];
}

/** @returns the sums as the API has them */
export function usageSumOf(sums: UsageSums): UsageSum {
  const { messages, input, output, cache_read, cache_write_5m, cache_write_1h, priced, cost, unpriced_tokens } = sums;
  return {
    messages,
    tokens: { input, output, cache_read, cache_write_5m, cache_write_1h },
    cost_usd: messages > 0 && priced === 0 ? null : cost,
    unpriced_tokens,
  };
}

const SUMMED = SUM_COLUMNS.map((name) => `sum(${name}) AS ${name}`).join(', ');
const ROW_SUMS = `1 AS messages, input, output, cache_read, cache_write_5m, cache_write_1h, cost IS NOT NULL AS priced,
  ifnull(cost, 0) AS cost, iif(cost IS NULL, input + output + cache_read + cache_write_5m + cache_write_1h, 0)
  AS unpriced_tokens`;

/** @returns the sums since the history began, by agent and model */
export function usageTotals(db: Database.Database): AgentSums[] {
  return db.prepare(`SELECT agent, model, ${SUM_COLUMNS.join(', ')} FROM usage_totals`).all() as AgentSums[];
}

/**
 * @param since the beginning of a quarter of an hour, included; milliseconds since 1970
 * @param until the beginning of a later one, not included
 * @returns the sums of the time between, by agent and model
 */
export function usageBetween(db: Database.Database, since: number, until: number): AgentSums[] {
  const sql = `SELECT agent, model, ${SUMMED} FROM usage_quarters WHERE quarter >= ? AND quarter < ?
    GROUP BY agent, model`;
  return db.prepare(sql).all(Math.floor(since / QUARTER_MS), Math.floor(until / QUARTER_MS)) as AgentSums[];
}

/**
 * @param span both ends included
 * @param byTime whether the sums of each quarter of an hour are needed, or only those of the whole span
 * @returns the sums by agent and model, and by quarter of an hour; at the ends only the answers within the span
 */
export function usageWithin(
  db: Database.Database,
  { since, until }: TimeSpan,
  byTime: boolean,
): IterableIterator<TimedSums> {
  const [first, after] = [Math.ceil(since / QUARTER_MS), Math.floor((until + 1) / QUARTER_MS)];
  const single = `SELECT at, agent, model, ${ROW_SUMS} FROM usage WHERE at >= ? AND at < ?`;
  const quarters = `SELECT quarter * ${QUARTER_MS} AS at, agent, model, ${SUM_COLUMNS.join(', ')} FROM usage_quarters
    WHERE quarter >= ? AND quarter < ?`;
  const whole = first < after;
  const rows = whole ? `${quarters} UNION ALL ${single} UNION ALL ${single}` : single;
  // Handing over each row takes longer than adding it.
  const sql = byTime ? rows : `SELECT min(at) AS at, agent, model, ${SUMMED} FROM (${rows}) GROUP BY agent, model`;
  const bounds = whole ? [first, after, since, first * QUARTER_MS, after * QUARTER_MS, until + 1] : [since, until + 1];
  return db.prepare(sql).iterate(...bounds) as IterableIterator<TimedSums>;
}
