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
  return cellsOf(db, 'lock', span, step, (cell) => cell.value);
}

/** @returns the health that agents had in a span of time; what begins and ends within one step is told as the longest */
export function healthCells(db: Database.Database, span: TimeSpan, step: number): SpanCell[] {
  return cellsOf(db, 'health', span, step, () => null);
}

type Row = [agent: string, value: string, subject: string, path: string, since: number, until: number | null];

/**
 * Counted here and not by SQLite, which would sort all of them with their texts.
 *
 * @param commonOf what cells that stand together have in common; null where the longest stands for any
 */
function cellsOf(
  db: Database.Database,
  kind: string,
  { since, until }: TimeSpan,
  step: number,
  commonOf: (cell: SpanCell) => string | null,
): SpanCell[] {
  const seconds = [Math.floor(since / 1000), Math.ceil(until / 1000)];
  const rows = db.prepare(TOUCHING).raw().all(seconds[1], seconds[0], kind, until, since) as Row[];
  // Nearly in order already, which is little work here; SQLite would sort all their texts.
  rows.sort((one, other) => one[4] - other[4]);
  const cells: SpanCell[] = [];
  const places = new Map<string, number>();
  for (const [agent, value, subject, path, begin, end] of rows) {
    const cell: SpanCell = { agent, value, count: 1, subject, path, since: begin, until: end };
    const beginStep = Math.floor(begin / step);
    if (end === null || Math.floor(end / step) !== beginStep) {
      cells.push(cell);
      continue;
    }
    const common = commonOf(cell);
    const key = `${beginStep} ${common ?? ''} ${agent}`;
    const place = places.get(key);
    const known = place === undefined ? undefined : cells[place];
    if (place === undefined || known === undefined) places.set(key, cells.push(cell) - 1);
    else cells[place] = { ...(common === null ? longer(known, cell) : known), count: known.count + 1 };
  }
  // Whoever stands for others may have begun after what was found later.
  return cells.sort((one, other) => one.since - other.since);
}

function longer(one: SpanCell, other: SpanCell): SpanCell {
  return (other.until ?? 0) - other.since > (one.until ?? 0) - one.since ? other : one;
}

const TOUCHING = `SELECT agent, value, subject, path, since, until FROM spans
  WHERE id IN (SELECT id FROM span_times WHERE since <= ? AND until >= ?)
  AND kind = ? AND since <= ? AND (until IS NULL OR until >= ?) ORDER BY id`;
