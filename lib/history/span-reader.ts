/** Spans as the API gives them: pages of what lasted, newest first, and the times of which something is not known. */
import type Database from 'better-sqlite3';
import { formatInstant } from '../contract/instant';
import type { HealthSpan, LockSpan, UnknownSpan } from '../contract/past-schemas';
import type { SpanRow } from './spans';

/** A page of spans, newest first. */
export interface SpanRows {
  rows: SpanRow[];
  /** The id to ask on from; null at the oldest. */
  previous: number | null;
}

interface Bounds {
  limit: number;
  /** The id of a span: only older ones. */
  before?: number | undefined;
}

/** @returns health and locks of an agent together, null if the span to go on from is no longer kept */
export function spansOfAgent(db: Database.Database, agent: string, bounds: Bounds): SpanRows | null {
  const place = spanPlace(db, bounds.before);
  if (!place) return null;
  const sql = `SELECT * FROM spans WHERE agent = ? AND kind = ? AND (since, id) < (?, ?)
               ORDER BY since DESC, id DESC LIMIT ?`;
  const ofKind = (kind: string) => db.prepare(sql).all(agent, kind, ...place, bounds.limit + 1) as SpanRow[];
  const rows = [...ofKind('health'), ...ofKind('lock')].sort((a, b) => b.since - a.since || b.id - a.id);
  return spanPage(rows, bounds.limit);
}

/** So many spans of an agent's health are read for its lives, the newest ones. */
const MAX_HEALTH_SPANS = 20_000;

/** @returns the newest spans of an agent's health, oldest first */
export function healthSpansOf(db: Database.Database, agent: string): SpanRow[] {
  const sql = "SELECT * FROM spans WHERE agent = ? AND kind = 'health' ORDER BY since DESC, id DESC LIMIT ?";
  return (db.prepare(sql).all(agent, MAX_HEALTH_SPANS) as SpanRow[]).reverse();
}

/** @returns the locks of a path, of one holder if given; null if the span to go on from is no longer kept */
export function spansOfPath(
  db: Database.Database,
  path: string,
  holder: string | undefined,
  bounds: Bounds,
): SpanRows | null {
  const place = spanPlace(db, bounds.before);
  if (!place) return null;
  const sql = `SELECT * FROM spans WHERE path = ? AND path <> '' AND kind = 'lock' AND (since, id) < (?, ?) AND agent = coalesce(?, agent)
               ORDER BY since DESC, id DESC LIMIT ?`;
  return spanPage(db.prepare(sql).all(path, ...place, holder ?? null, bounds.limit + 1) as SpanRow[], bounds.limit);
}

/** Ids rise with the time of writing, which a clock set back parts from the time of beginning. */
function spanPlace(db: Database.Database, before: number | undefined): [since: number, id: number] | null {
  if (before === undefined) return [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
  const span = db.prepare('SELECT since, id FROM spans WHERE id = ?').get(before) as SpanRow | undefined;
  return span ? [span.since, span.id] : null;
}

function spanPage(rows: SpanRow[], limit: number): SpanRows {
  const page = rows.slice(0, limit);
  return { rows: page, previous: rows.length > limit ? (page.at(-1)?.id ?? null) : null };
}

/** @returns an agent's health over a time, as the API gives it */
export function healthSpanOf({ agent, path, value, since, until }: SpanRow): HealthSpan {
  return {
    agent,
    health: value as HealthSpan['health'],
    life: path,
    since: formatInstant(since),
    until: instantOrNull(until),
  };
}

/** @returns a lock's span as the API gives it */
export function lockSpanOf(row: SpanRow): LockSpan {
  return {
    agent: row.agent,
    lock_file: row.subject,
    filepath: row.path,
    reason: row.detail,
    state: row.value as LockSpan['state'],
    since: formatInstant(row.since),
    until: instantOrNull(row.until),
    ended: row.ended,
  };
}

/**
 * The times of which something is not known, oldest first.
 *
 * @param since of those that touch the time between these two; milliseconds since 1970
 * @param knownSince before it everything is unknown; null if nothing is known at all
 */
export function unknownSpans(
  db: Database.Database,
  since: number,
  until: number,
  knownSince: number | null,
): UnknownSpan[] {
  const rows = db
    .prepare(
      `SELECT * FROM spans WHERE agent = '' AND kind = 'unknown' AND since <= ? AND coalesce(until, ?) >= ? ORDER BY since`,
    )
    .all(until, since, since) as SpanRow[];
  const kept = rows.map(
    (row): UnknownSpan => ({
      since: formatInstant(row.since),
      until: instantOrNull(row.until),
      about: row.value as UnknownSpan['about'],
      reason: row.detail ?? '',
    }),
  );
  if (knownSince !== null && since >= knownSince) return kept;
  const before = knownSince === null ? null : formatInstant(knownSince);
  return [{ since: null, until: before, about: 'everything', reason: 'Nothing older is kept.' }, ...kept];
}

function instantOrNull(at: number | null): string | null {
  return at === null ? null : formatInstant(at);
}
