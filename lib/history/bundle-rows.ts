/** A span of time as rows: read for a bundle, page by page, and written again from one into an empty history. */
import type { Bundle, BundledEntry, BundledMessage, BundledSpan } from '../contract/bundle-schemas';
import { formatMicroseconds } from '../contract/instant';
import type { History } from './history';
import { knownSince, Snapshots, type State } from './snapshots';
import { EVERYTHING } from './spans';

/** The rate of a moment counts the minute before it. */
const LEAD_US = 60_000_000;
const NEWEST = 50;

/** Milliseconds since 1970, both inclusive. */
interface Span {
  since: number;
  until: number;
}

export interface BundleSize {
  messages: number;
  entries: number;
}

/** A page of rows; `last` is where the next one begins, null after the end. */
export interface Rows<Row> {
  rows: Row[];
  last: number | null;
}

/**
 * What the journal knows of a span.
 *
 * @returns from when on, null if of no moment in it, and the entries that stand then and at its end
 */
export function journalBounds(
  { db }: History,
  { since, until }: Span,
): { from: number | null; first: number; last: number } {
  // Entries before the first whole state tell of things of which not all are known.
  const from = Math.max(since, knownSince(db) ?? Number.POSITIVE_INFINITY);
  if (from > until) return { from: null, first: 0, last: 0 };
  const at = db.prepare('SELECT id FROM journal WHERE at <= ? ORDER BY at DESC, id DESC LIMIT 1');
  const idAt = (moment: number) => (at.get(moment) as { id: number } | undefined)?.id ?? 0;
  const first = idAt(from);
  return { from, first, last: Math.max(first, idAt(until)) };
}

/** @returns how much a span holds */
export function sizeOf(history: History, span: Span): BundleSize {
  const { first, last } = journalBounds(history, span);
  const { db } = history;
  const entries = db.prepare('SELECT count(*) AS count FROM journal WHERE id > ? AND id <= ?').get(first, last);
  const { sql, values } = between(history, span.since * 1000, span.until * 1000 + 999);
  const messages = db.prepare(`SELECT count(*) AS count FROM messages WHERE ${sql}`).get(...values);
  return { messages: (messages as { count: number }).count, entries: (entries as { count: number }).count };
}

/** @returns entries after one, up to the last of a span */
export function entryRows({ db }: History, last: number, after: number, limit: number): Rows<EntryRow> {
  const sql = 'SELECT id, at, kind, subject, body FROM journal WHERE id > ? AND id <= ? ORDER BY id LIMIT ?';
  const rows = db.prepare(sql).all(after, last, limit) as EntryRow[];
  return { rows, last: rows.length < limit ? null : (rows.at(-1)?.id ?? null) };
}

export type EntryRow = Omit<BundledEntry, 'body'> & { body: string | null };

/** @returns spans that touch the time, cut where it ends: what came later is no part of it */
export function spanRows({ db }: History, { since, until }: Span, after: number, limit: number): Rows<BundledSpan> {
  const sql = `SELECT spans.* FROM span_times JOIN spans ON spans.id = span_times.id
    WHERE span_times.since <= ? AND span_times.until >= ? AND spans.id > ? AND spans.since <= ?
    AND coalesce(spans.until, ?) >= ? ORDER BY spans.id LIMIT ?`;
  const inSeconds = [Math.floor(until / 1000), Math.floor(since / 1000)];
  const found = db.prepare(sql).all(...inSeconds, after, until, until, since, limit) as (BundledSpan & {
    id: number;
  })[];
  const rows = found.map(({ id: _, ...span }) =>
    span.until === null || span.until <= until ? span : { ...span, until: null, ended: null },
  );
  return { rows, last: found.length < limit ? null : (found.at(-1)?.id ?? null) };
}

/** @returns lines of messages after one: those of the span and of the minute before it, and the newest at its beginning */
export function lineRows(history: History, { since, until }: Span, after: number, limit: number): Rows<BundledMessage> {
  const newest = history.page({ limit: NEWEST, filter: { until: since } }).messages.map(({ seq }) => seq);
  const { sql, values } = between(history, since * 1000 + 999 - LEAD_US, until * 1000 + 999);
  const rows = history.db
    .prepare(
      `SELECT seq, sent_at, line FROM messages WHERE seq > ? AND (${sql}) UNION
       SELECT seq, sent_at, line FROM messages WHERE seq > ? AND seq IN (SELECT value FROM json_each(?))
       ORDER BY seq LIMIT ?`,
    )
    .all(after, ...values, after, JSON.stringify(newest), limit) as { seq: number; sent_at: number; line: string }[];
  return {
    rows: rows.map(({ seq, sent_at, line }) => ({ seq, sent_at: formatMicroseconds(sent_at) ?? '', line })),
    last: rows.length < limit ? null : (rows.at(-1)?.seq ?? null),
  };
}

/** Messages are in order of recording: the minutes tell in which stretch of it a time can stand. */
function between({ db }: History, sinceUs: number, untilUs: number): { sql: string; values: number[] } {
  const minutes = [Math.floor(sinceUs / 60_000_000), Math.floor(untilUs / 60_000_000)];
  const bounds = db
    .prepare('SELECT min(first_seq) AS first, max(last_seq) AS last FROM minutes WHERE minute BETWEEN ? AND ?')
    .get(...minutes) as { first: number | null; last: number | null };
  return {
    sql: 'seq BETWEEN ? AND ? AND sent_at BETWEEN ? AND ?',
    values: [bounds.first ?? 0, bounds.last ?? -1, sinceUs, untilUs],
  };
}

/**
 * Writes what a bundle holds into an empty history.
 *
 * @param microseconds reads an instant of the bundle
 */
export function fillFrom(history: History, bundle: Bundle, microseconds: (instant: string) => number | null): void {
  history.db.transaction(() => {
    history.takeOver(bundle.epoch);
    const lines = bundle.messages.map(({ seq, sent_at, line }) => ({
      text: line,
      fields: JSON.parse(line) as Record<string, unknown>,
      kept: { seq, sentAt: microseconds(sent_at) },
    }));
    history.append(lines, 'null', Date.parse(bundle.until));
    writeSpans(history, endedAt(bundle));
    writeJournal(history, bundle);
  })();
}

/** Nobody looked after the end of a bundle, which is said as the journal says it; the last moment itself is known. */
function endedAt({ spans, until }: Bundle): BundledSpan[] {
  const end = Date.parse(until);
  const ended = spans.map((span) =>
    span.until === null && span.kind !== 'unknown' ? { ...span, until: end, ended: 'unseen' as const } : span,
  );
  const beyond: BundledSpan = {
    kind: 'unknown',
    subject: EVERYTHING,
    agent: '',
    path: '',
    value: EVERYTHING,
    detail: 'The recording ends there.',
    since: end + 1,
    until: null,
    ended: null,
  };
  return [...ended, beyond];
}

function writeSpans({ db }: History, spans: readonly BundledSpan[]): void {
  const insert = db.prepare(
    `INSERT INTO spans (kind, subject, agent, path, value, detail, since, until, ended)
     VALUES (@kind, @subject, @agent, @path, @value, @detail, @since, @until, @ended)`,
  );
  const times = db.prepare('INSERT INTO span_times VALUES (?, ?, ?)');
  for (const span of spans) {
    const { lastInsertRowid } = insert.run(span);
    const until = span.until === null ? FAR_AHEAD_S : Math.min(Math.ceil(span.until / 1000), FAR_AHEAD_S);
    times.run(lastInsertRowid, Math.floor(span.since / 1000), until);
  }
}

const FAR_AHEAD_S = 2 ** 31 - 1;

function writeJournal({ db }: History, { things, entry, known_since, journal }: Bundle): void {
  const insert = db.prepare('INSERT INTO journal (id, at, kind, subject, body) VALUES (?, ?, ?, ?, ?)');
  const state: State = new Map();
  const set = (kind: BundledEntry['kind'], subject: string, body: string | null) => {
    const ofKind = state.get(kind) ?? new Map<string, string>();
    state.set(kind, ofKind);
    if (body === null) ofKind.delete(subject);
    else ofKind.set(subject, body);
  };
  const snapshots = new Snapshots(db);
  if (things !== null && known_since !== null) {
    const at = Date.parse(known_since);
    // The state at the beginning stands after an entry, which says nothing of its own here.
    insert.run(entry, at, 'server', 'bundle', null);
    for (const [kind, subjects] of Object.entries(things)) {
      for (const [subject, body] of Object.entries(subjects)) {
        set(kind as BundledEntry['kind'], subject, JSON.stringify(body));
      }
    }
    snapshots.entered(1, 0, at, state);
  }
  // Entries of one instant may be of one change: a snapshot between them would be a state that never was.
  for (let from = 0; from < journal.length; ) {
    const at = (journal[from] as BundledEntry).at;
    let bytes = 0;
    let to = from;
    for (; to < journal.length && (journal[to] as BundledEntry).at === at; to++) {
      const { id, kind, subject, body } = journal[to] as BundledEntry;
      const text = body === null ? null : JSON.stringify(body);
      insert.run(id, at, kind, subject, text);
      set(kind, subject, text);
      bytes += text?.length ?? 0;
    }
    snapshots.entered(to - from, bytes, at, state);
    from = to;
  }
}
