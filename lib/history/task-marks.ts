/** Reads the changes of tasks from the journal, as the marks of a timeline. */
import type Database from 'better-sqlite3';
import type { TimeSpan } from '../contract/time-span';

/**
 * Changes of one task, or of several, within one step of time; the fields are those of the first. Times are milliseconds
 * since 1970.
 */
export interface TaskMarkRow {
  /** To whom it was assigned after the change; '' for nobody, and for a task that is no longer listed. */
  agent: string;
  at: number;
  lastAt: number;
  count: number;
  key: string;
  objective: string;
  status: string | null;
  listed: boolean;
}

interface Entry {
  id: number;
  at: number;
  subject: string;
}

interface Group {
  /** Of the first change. */
  id: number;
  at: number;
  /** The number of its task. */
  task: number;
  lastAt: number;
  count: number;
}

interface Body {
  key: string;
  agent: string | null;
  status: string | null;
  objective: string | null;
  listed: 0 | 1;
}

const MAX_OBJECTIVE_LENGTH = 200;
/** Read from an index alone, in its order: if sorted by `id` too, SQLite reads every change of the time range. */
const ENTRIES = "SELECT id, at, subject FROM journal WHERE kind = 'task' AND at BETWEEN ? AND ? ORDER BY at";
const BODY = `SELECT subject AS key, body IS NOT NULL AS listed, body ->> '$.assigned_to' AS agent, body ->> '$.status' AS status,
  substr(body ->> '$.objective', 1, ${MAX_OBJECTIVE_LENGTH}) AS objective FROM journal WHERE id = ?`;

/**
 * Merges the changes of one task within one step. The steps grow until the marks are few enough; if that takes the whole
 * span, the changes of all tasks within one step are merged.
 *
 * @param step milliseconds
 * @param most the greatest number of marks
 * @returns the marks, oldest first
 */
export function taskMarks(db: Database.Database, span: TimeSpan, step: number, most: number): TaskMarkRow[] {
  const entries = db.prepare(ENTRIES).all(span.since, span.until) as Entry[];
  const numbers = new Map<string, number>();
  for (const { subject } of entries) if (!numbers.has(subject)) numbers.set(subject, numbers.size);
  const changes = entries.map(({ id, at, subject }): Group => {
    return { id, at, task: numbers.get(subject) ?? 0, lastAt: at, count: 1 };
  });
  const length = span.until - span.since;
  let groups = merged(changes, span, step, numbers.size);
  // Two steps of the last size are one of the next, so its groups are made of the last ones.
  for (let next = 2 * step; groups.length > most && next <= 2 * length; next *= 2) {
    groups = merged(groups, span, next, numbers.size);
  }
  if (groups.length > most) {
    const ofNone = changes.map((change) => ({ ...change, task: 0 }));
    // The last step ends after the span, so there is one step fewer than marks.
    groups = merged(ofNone, span, Math.max(step, Math.ceil(length / (most - 1))), 1);
  }
  const body = db.prepare(BODY);
  return groups.map(({ id, at, lastAt, count }): TaskMarkRow => {
    const { key, agent, status, objective, listed } = body.get(id) as Body;
    return { agent: agent ?? '', at, lastAt, count, key, objective: objective ?? '', status, listed: listed === 1 };
  });
}

/**
 * @param groups oldest first; merged within one step if they are of one task
 * @param tasks how many tasks there are
 */
function merged(groups: readonly Group[], { since }: TimeSpan, step: number, tasks: number): Group[] {
  const found = new Map<number, Group>();
  for (const group of groups) {
    // With texts as keys, 5,000 changes of a day took 80 to 150 ms of processor time instead of 20 to 40.
    const place = Math.floor((group.at - since) / step) * tasks + group.task;
    const first = found.get(place);
    if (first === undefined) {
      found.set(place, { ...group });
    } else {
      first.lastAt = Math.max(first.lastAt, group.lastAt);
      first.count += group.count;
    }
  }
  return [...found.values()];
}
