/** Tokens and cost in a span of time, grouped. */
import type { UsageAnswer, UsageGrouping, UsageRow } from '../contract/claude-schemas';
import { formatInstant } from '../contract/instant';
import type { History } from '../history/history';
import { addSums, emptySums, type TimedSums, type UsageSums, usageSumOf, usageWithin } from '../history/usage-sums';
import { processZone } from '../sources/claudeswarm/naive-time';
import { dateIn, startOfDay, startOfHour } from '../sources/claudeswarm/zone-days';
import type { Questions } from './questions';

const MAX_ROWS = 5000;
const MAX_PERIODS = 1000;

/** The value of one grouping. */
interface Key {
  /** Null if it is not known. */
  text: string | null;
  /** Milliseconds since 1970; null for an agent or a model. */
  since: number | null;
}

interface Group {
  key: Key;
  part: Key | null;
  sums: UsageSums;
}

/** @returns a `UsageAnswer` as JSON */
export function usage(history: History, query: Questions['usage']['query']): string {
  const { since, until, by, part, zone = processZone(), progress = null, unknownModels = [] } = query;
  const groups = new Map<string, Group>();
  const total = emptySums();
  const unpriced = new Set<string>();
  const [keyOf, partOf] = [keyReader(by, zone), part === undefined ? null : keyReader(part, zone)];
  for (const row of usageWithin(history.db, { since, until }, timeUnit(query) !== undefined)) {
    const [key, partKey] = [keyOf(row), partOf?.(row) ?? null];
    const id = JSON.stringify([key.text, partKey?.text]);
    const group = groups.get(id) ?? { key, part: partKey, sums: emptySums() };
    groups.set(id, group);
    addSums(group.sums, row);
    addSums(total, row);
    if (row.unpriced_tokens > 0) unpriced.add(row.model);
  }
  const answer: UsageAnswer = {
    since: formatInstant(since),
    until: formatInstant(until),
    ...{ by, part: part ?? null, zone, estimated: true },
    rows: [...groups.values()].sort(compare).slice(0, MAX_ROWS).map(rowOf),
    periods: periodsOf(query, zone),
    count: groups.size,
    total: usageSumOf(total),
    unknown_models: unknownModels.filter((model) => unpriced.has(model)),
    progress,
  };
  return JSON.stringify(answer);
}

/** Many rows are of the same quarter of an hour, and asking for the zone's rules takes longer than anything else here. */
function keyReader(by: UsageGrouping, zone: string): (row: TimedSums) => Key {
  if (by === 'agent') return ({ agent }) => ({ text: agent === '' ? null : agent, since: null });
  if (by === 'model') return ({ model }) => ({ text: model, since: null });
  const known = new Map<number, Key>();
  return ({ at }) => {
    const key = known.get(at) ?? timeKey(by, zone, at);
    known.set(at, key);
    return key;
  };
}

function timeKey(by: 'day' | 'hour', zone: string, at: number): Key {
  if (by === 'day') return { text: dateIn(zone, at), since: startOfDay(zone, at) };
  const since = startOfHour(zone, at);
  return { text: formatInstant(since), since };
}

/** @returns the unit of the periods; undefined if neither grouping is by time */
function timeUnit({ by, part }: Questions['usage']['query']): 'day' | 'hour' | undefined {
  return [by, part].find((grouping) => grouping === 'day' || grouping === 'hour');
}

/** @returns the beginnings of the days or hours in the span, oldest first */
function periodsOf(query: Questions['usage']['query'], zone: string): string[] {
  const { since, until } = query;
  const unit = timeUnit(query);
  if (unit === undefined) return [];
  const startOf = unit === 'day' ? startOfDay : startOfHour;
  const periods: string[] = [];
  for (let start = startOf(zone, until); periods.length < MAX_PERIODS; start = startOf(zone, start - 1)) {
    periods.push(formatInstant(start));
    if (start <= since) break;
  }
  return periods.reverse();
}

function rowOf({ key, part, sums }: Group): UsageRow {
  const since = key.since ?? part?.since ?? null;
  return {
    key: key.text,
    ...(part && { part: part.text }),
    since: since === null ? null : formatInstant(since),
    ...usageSumOf(sums),
  };
}

function compare(one: Group, other: Group): number {
  const byTime = (one.key.since ?? 0) - (other.key.since ?? 0) || (one.part?.since ?? 0) - (other.part?.since ?? 0);
  return byTime || other.sums.cost - one.sums.cost || tokens(other.sums) - tokens(one.sums);
}

function tokens({ input, output, cache_read, cache_write_5m, cache_write_1h }: UsageSums): number {
  return input + output + cache_read + cache_write_5m + cache_write_1h;
}
