/** What lasted, as intervals: an agent's health, a lock in one state, a time of which something is not known. */
import type Database from 'better-sqlite3';
import { isAnotherLife, lifeKey } from '../contract/life';
import type { LockSpan } from '../contract/past-schemas';
import type { AgentHealth } from '../contract/schemas';

export type SpanKind = 'health' | 'lock' | 'unknown';

/** What a span holds besides its times. */
export interface SpanContent {
  /** Whose lane it is drawn in, '' if none. */
  agent: string;
  /** The path of a lock, the key of an agent's life, else ''. */
  path: string;
  /** Health, or state of the lock. */
  value: string;
  /** Reason of the lock, why something is not known, or an agent's pid and pane as JSON. */
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

const CLOCK_REWIND = 'The clock was set back, so this time was lived twice.';
/** In the order of the index, so that it is used. */
const UNKNOWN = "SELECT id, since, until FROM spans WHERE agent = '' AND kind = 'unknown'";
const FAR_AHEAD_S = 2 ** 31 - 1;

/** Writes spans; every call belongs into the transaction of the journal entry that it follows from. */
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
      // In the order of the index, so that it is used.
      prunable: db.prepare('SELECT id FROM span_times WHERE until < ? LIMIT ?'),
      unseen: db.prepare(`${UNKNOWN} AND subject = ? AND detail <> ? AND until > ? AND since <= ? ORDER BY since`),
      rewinds: db.prepare(`${UNKNOWN} AND subject = ? AND detail = ? AND until > ? ORDER BY until`),
      drop: db.prepare('DELETE FROM spans WHERE id = ?'),
      dropTimes: db.prepare('DELETE FROM span_times WHERE id = ?'),
    };
    const open = db.prepare('SELECT * FROM spans WHERE until IS NULL').all() as SpanRow[];
    for (const span of open) this.#open.set(spanKey(span.kind, span.subject), span);
  }

  isOpen(kind: SpanKind, subject: string): boolean {
    return this.#open.has(spanKey(kind, subject));
  }

  /** How a thing stands from now on: goes on with its span, or ends it and begins another. */
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

  /** A thing has gone, or nobody knows what became of it. */
  end(kind: SpanKind, subject: string, at: number, ended: NonNullable<SpanRow['ended']>): void {
    const open = this.#open.get(spanKey(kind, subject));
    if (!open) return;
    this.#open.delete(spanKey(kind, subject));
    // A clock set back must not end a span before its beginning.
    const until = Math.max(at, open.since);
    this.#endAt(open.id, until, ended);
  }

  /** Nobody looked from an instant on: what was so until then may not be so any more. */
  endAllUnseen(at: number): void {
    for (const key of [...this.#open.keys()]) {
      const [kind, subject] = splitSpanKey(key);
      if (kind !== 'unknown') this.end(kind, subject, at, 'unseen');
    }
  }

  /** A time of which something was unknown and that is over. */
  addUnknown(about: string, detail: string, since: number, until: number): void {
    const content = { agent: '', path: '', value: about, detail };
    const row = { kind: 'unknown', subject: about, ...content, since, until, ended: 'changed' };
    const id = Number(this.#statements.insert.run(row).lastInsertRowid);
    this.#statements.insertTimes.run(id, Math.floor(since / 1000), secondAfter(until));
  }

  /**
   * A clock was set back: what was lived of the time since then is lived twice, and marked so. What nobody saw of it may
   * be seen now: nothing is claimed of that any more.
   *
   * @param since where the clock stands now
   * @param until where it stood before
   * @param knownSince before it nothing that was lived is kept
   */
  rewind(since: number, until: number, knownSince: number): void {
    const unseen = this.#statements.unseen.all(EVERYTHING, CLOCK_REWIND, since, until) as {
      id: number;
      since: number;
      until: number;
    }[];
    let from = Math.max(since, knownSince);
    for (const gap of unseen) {
      if (gap.since > from) this.addUnknown(EVERYTHING, CLOCK_REWIND, from, gap.since);
      from = Math.max(from, gap.until);
      if (gap.since >= since) this.#drop(gap.id);
      else this.#endAt(gap.id, since, 'changed');
    }
    if (from <= until) this.addUnknown(EVERYTHING, CLOCK_REWIND, from, until);
  }

  /** Where times end that are lived twice, those after an instant, the first first. */
  rewindEnds(after: number): number[] {
    return (this.#statements.rewinds.all(EVERYTHING, CLOCK_REWIND, after) as { until: number }[]).map(
      ({ until }) => until,
    );
  }

  /** Drops spans that ended before an instant, at most so many at once. Returns how many. */
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

/** The subject of a time when nobody looked at all. */
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

/** A lock in the hands of another, or an id that another process has. */
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

/** Fields of the registry may hold any JSON; what is longer than this is no pid and no pane. */
const MAX_DETAIL_LENGTH = 500;

/**
 * @returns the health that an agent's journaled body tells, and of which life of its id
 */
export function healthContent(subject: string, body: string): SpanContent {
  const agent = JSON.parse(body) as AgentBody;
  const { id, health, pid = null, pane_index = null, tmux_pane_id = null } = agent;
  const path = lifeKey(agent);
  const detail = path === '' ? null : JSON.stringify({ pid, pane_index, tmux_pane_id });
  const isKept = detail !== null && detail.length <= MAX_DETAIL_LENGTH;
  return { agent: id ?? subject, path, value: health, detail: isKept ? detail : null };
}

/** @returns whether a lock's journaled body says that it is past its timeout */
export function isPastTimeout(body: string | null): boolean {
  return (JSON.parse(body ?? '{}') as { stale?: unknown }).stale === true;
}

/** @returns the state that a lock's journaled body tells; who is gone counts for more than how long ago */
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

/** Files may hold any JSON value where a text belongs. */
function spanText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}
