/** What lasted within a span of time, counted for a timeline: spans too short to be drawn one by one stand together. */
import type Database from 'better-sqlite3';
import type { TimeSpan } from './message-times';

/** Spans of one agent and value that begin in one step of time and end in one. */
export interface SpanCell {
  agent: string;
  /** Health, or state of the lock. */
  value: string;
  /** How many spans it stands for; of locks the other fields are those of the first, of health those of the longest. */
  count: number;
  /** Lock file, path; '' where it has none. */
  subject: string;
  path: string;
  /** Milliseconds since 1970; null while it lasts. */
  since: number;
  until: number | null;
}

/** @returns the locks that touch a span of time; those that begin and end within one step are counted together */
export function lockCells(db: Database.Database, span: TimeSpan, step: number): SpanCell[] {
  return db.prepare(sqlOf('lock', 'agent, value', 'min(since)')).all(bindings(span, step)) as SpanCell[];
}

/** @returns the health that agents had in a span of time; what begins and ends within one step is told as the longest */
export function healthCells(db: Database.Database, span: TimeSpan, step: number): SpanCell[] {
  return db.prepare(sqlOf('health', 'agent', 'max(until - since)')).all(bindings(span, step)) as SpanCell[];
}

function bindings({ since, until }: TimeSpan, step: number) {
  return { since, until, step, sinceSecond: Math.floor(since / 1000), untilSecond: Math.ceil(until / 1000) };
}

/** @param representative an aggregate: the other fields come from the row that gives it */
function sqlOf(kind: string, lane: string, representative: string): string {
  return `SELECT agent, value, count(*) AS count, subject, path, since, until, ${representative}
    FROM spans WHERE id IN (SELECT id FROM span_times WHERE since <= @untilSecond AND until >= @sinceSecond)
    AND kind = '${kind}' AND since <= @until AND (until IS NULL OR until >= @since)
    GROUP BY ${lane}, since / CAST(@step AS INTEGER),
      CASE WHEN until / CAST(@step AS INTEGER) = since / CAST(@step AS INTEGER) THEN 0 ELSE id END
    ORDER BY since, id`;
}
