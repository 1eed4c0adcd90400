/**
 * Facts with a duration, as intervals: the health and the activity of an agent, a lock in one state, a time for which something is
 * unknown.
 */
import type Database from 'better-sqlite3';
import { isAnotherLife, lifeKey } from '../contract/life';
import type { LockSpan } from '../contract/past-schemas';
import type { AgentHealth } from '../contract/schemas';

export type SpanKind = 'health' | 'activity' | 'lock' | 'unknown';

/** The fields of a span except its times. */
export interface SpanContent {
  /** The agent in whose lane it is drawn; '' if none. */
  agent: string;
  /** Lock: its path; health: key of the life of the agent's id; else ''. */
  path: string;
  /** Health, state of the activity, or state of the lock. */
  value: string;
  /** Reason of the lock, why something is unknown, or pid and pane of an agent as JSON. */
  detail: string | null;
}

export interface SpanRow extends SpanContent {
  id: number;
  kind: SpanKind;
  subject: string;
  /** Milliseconds since 1970. */
  since: number;
  until: number | null;
  ended: LockSpan['ended'];
}

interface OpenSpan extends SpanContent {
  id: number;
  since: number;
}

const REWOUND = 'The clock was set back, so this time occurred twice.';
/** Conditions in the order of the index, so that SQLite uses it. */
const UNKNOWN = "SELECT id, since, until FROM spans WHERE agent = '' AND kind = 'unknown'";
/** The largest second that the index of times can store. */
const FAR_AHEAD_S = 2 ** 31 - 1;

/** Writes spans. Each call belongs into the transaction of the journal entry that causes it. */
export class Spans {
  readonly #statements;
  readonly #open = new Map<string, OpenSpan>();

  constructor(db: Database.Database) {
    this.#statements = {
      insert: db.prepare(
        `INSERT INTO spans (kind, subject, agent, path, value, detail, since, until, ended)
         VALUES (@kind, @subject, @agent, @path, @value, @detail, @since, @until, @ended)`,
      ),
      insertTimes: db.prepare('INSERT INTO span_times VALUES (?, ?, ?)'),
      end: db.prepare('UPDATE spans SET until = ?, ended = ? WHERE id = ?'),
      endTimes: db.prepare('UPDATE span_times SET until = ? WHERE id = ?'),
      detail: db.prepare('UPDATE spans SET detail = ? WHERE id = ?'),
      prunable: db.prepare('SELECT id FROM span_times WHERE until < ? LIMIT ?'),
      // Earlier versions wrote the other sentence for a clock rewind.
      unseen: db.prepare(
        `${UNKNOWN} AND subject = ? AND detail NOT IN (?, 'The clock was set back, so this time was lived twice.')
         AND until > ? AND since <= ? ORDER BY since`,
      ),
      rewound: db.prepare(
        `${UNKNOWN} AND subject = ? AND detail IN (?, 'The clock was set back, so this time was lived twice.')
         AND until > ? ORDER BY until`,
      ),
      drop: db.prepare('DELETE FROM spans WHERE id = ?'),
      dropTimes: db.prepare('DELETE FROM span_times WHERE id = ?'),
    };
    const open = db.prepare('SELECT * FROM spans WHERE until IS NULL').all() as SpanRow[];
    for (const span of open) this.#open.set(spanKey(span.kind, span.subject), span);
  }

  isOpen(kind: SpanKind, subject: string): boolean {
    return this.#open.has(spanKey(kind, subject));
  }

  /** Sets the current state of a thing: extends its span, or ends it and begins another. */
  become(kind: SpanKind, subject: string, content: SpanContent, at: number): void {
    const open = this.#open.get(spanKey(kind, subject));
    if (open && open.agent === content.agent && open.path === content.path && open.value === content.value) {
      if (open.detail === content.detail) return;
      open.detail = content.detail;
      this.#statements.detail.run(content.detail, open.id);
      return;
    }
    if (open) this.end(kind, subject, at, isTakenOver(kind, open, content) ? 'taken_over' : 'changed');
    this.#begin(kind, subject, content, at);
  }

  /** Ends the span of a thing that was removed, or of which nothing more is known. */
  end(kind: SpanKind, subject: string, at: number, ended: NonNullable<SpanRow['ended']>): void {
    const open = this.#open.get(spanKey(kind, subject));
    if (!open) return;
    this.#open.delete(spanKey(kind, subject));
    // After a clock rewind, a span must not end before its beginning.
    const until = Math.max(at, open.since);
    this.#endAt(open.id, until, ended);
  }

  /** Ends all spans at an instant since which nobody has read the files: their facts may have changed. */
  endAllUnseen(at: number): void {
    for (const key of [...this.#open.keys()]) {
      const [kind, subject] = splitSpanKey(key);
      if (kind !== 'unknown') this.end(kind, subject, at, 'unseen');
    }
  }

  /** Adds a period in the past for which something is unknown. */
  addUnknown(about: string, detail: string, since: number, until: number): void {
    const content = { agent: '', path: '', value: about, detail };
    const row = { kind: 'unknown', subject: about, ...content, since, until, ended: 'changed' };
    const id = Number(this.#statements.insert.run(row).lastInsertRowid);
    this.#statements.insertTimes.run(id, Math.floor(since / 1000), secondAfter(until));
  }

  /**
   * Notes a clock rewind: the period since the new time occurs twice and is marked so. Periods of it for which nothing
   * was known may become known now: these claims are withdrawn.
   *
   * @param since the time after the rewind
   * @param until the time before the rewind
   * @param knownSince nothing that happened before it is kept
   */
  rewind(since: number, until: number, knownSince: number): void {
    const unseen = this.#statements.unseen.all(EVERYTHING, REWOUND, since, until) as {
      id: number;
      since: number;
      until: number;
    }[];
    let from = Math.max(since, knownSince);
    for (const gap of unseen) {
      if (gap.since > from) this.addUnknown(EVERYTHING, REWOUND, from, gap.since);
      from = Math.max(from, gap.until);
      if (gap.since >= since) this.#drop(gap.id);
      else this.#endAt(gap.id, since, 'changed');
    }
    if (from <= until) this.addUnknown(EVERYTHING, REWOUND, from, until);
  }

  /** The ends of rewound periods that lie after an instant, the earliest first. */
  rewoundUntil(after: number): number[] {
    return (this.#statements.rewound.all(EVERYTHING, REWOUND, after) as { until: number }[]).map(({ until }) => until);
  }

  /** Drops up to `most` spans that ended before an instant. Returns their number. */
  prune(before: number, most: number): number {
    const ended = this.#statements.prunable.all(Math.floor(before / 1000), most) as { id: number }[];
    for (const { id } of ended) this.#drop(id);
    return ended.length;
  }

  #endAt(id: number, until: number, ended: NonNullable<SpanRow['ended']>): void {
    this.#statements.end.run(until, ended, id);
    this.#statements.endTimes.run(secondAfter(until), id);
  }

  #drop(id: number): void {
    this.#statements.drop.run(id);
    this.#statements.dropTimes.run(id);
  }

  #begin(kind: SpanKind, subject: string, content: SpanContent, since: number): void {
    const row = { kind, subject, ...content, since, until: null, ended: null };
    const id = Number(this.#statements.insert.run(row).lastInsertRowid);
    this.#statements.insertTimes.run(id, Math.floor(since / 1000), FAR_AHEAD_S);
    this.#open.set(spanKey(kind, subject), { id, since, ...content });
  }
}

/** The subject of a period in which nobody read the files. */
export const EVERYTHING = 'everything';

function spanKey(kind: SpanKind, subject: string): string {
  return `${kind}\n${subject}`;
}

function splitSpanKey(key: string): [SpanKind, string] {
  const end = key.indexOf('\n');
  return [key.slice(0, end) as SpanKind, key.slice(end + 1)];
}

function secondAfter(milliseconds: number): number {
  return Math.min(Math.ceil(milliseconds / 1000), FAR_AHEAD_S);
}

/** Another agent has the lock, or another process has the id. */
function isTakenOver(kind: SpanKind, before: SpanContent, after: SpanContent): boolean {
  return before.agent !== after.agent || (kind === 'health' && isAnotherLife(before.path, after.path));
}

interface AgentBody {
  id?: string;
  health: AgentHealth;
  pid?: unknown;
  tmux_pane_id?: unknown;
  pane_index?: unknown;
  life_began_at?: string | null;
}

/** Fields of the registry may be any JSON; a longer text is not a pid or a pane. */
const MAX_DETAIL_LENGTH = 500;

/** @returns health and life of an agent, from its journaled body */
export function healthContent(subject: string, body: string): SpanContent {
  const agent = JSON.parse(body) as AgentBody;
  const { id, health, pid = null, pane_index = null, tmux_pane_id = null } = agent;
  const path = lifeKey(agent);
  const detail = path === '' ? null : JSON.stringify({ pid, pane_index, tmux_pane_id });
  const isKept = detail !== null && detail.length <= MAX_DETAIL_LENGTH;
  return { agent: id ?? subject, path, value: health, detail: isKept ? detail : null };
}

/** @returns the activity of an agent, from its journaled body; null where it is not known */
export function activityContent(subject: string, body: string): SpanContent | null {
  const { id, activity } = JSON.parse(body) as { id?: string; activity?: { state?: unknown } };
  const state = activity?.state;
  if (typeof state !== 'string' || state === 'unknown') return null;
  return { agent: id ?? subject, path: '', value: state, detail: null };
}

/** @returns whether a lock was past its timeout, by its journaled body */
export function isPastTimeout(body: string | null): boolean {
  return (JSON.parse(body ?? '{}') as { stale?: unknown }).stale === true;
}

/** @returns the state of a lock, from its journaled body; `orphaned` takes precedence over `stale` */
export function lockContent(body: string): SpanContent {
  const { agent_id, filepath, reason, stale, orphaned } = JSON.parse(body) as Record<string, unknown>;
  const value = orphaned === true ? 'orphaned' : stale === true ? 'stale' : 'held';
  return {
    agent: spanText(agent_id),
    path: spanText(filepath),
    value,
    detail: reason == null ? null : spanText(reason),
  };
}

/** @returns a value of a file as text; files may have any JSON value in place of a string */
export function spanText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}
