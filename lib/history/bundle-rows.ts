/** The rows of a time range: read page by page for a bundle, and written from a bundle into an empty history. */

import { STARTED, UNKNOWN } from '../contract/action-record';
import type { Bundle, BundledAction, BundledEntry, BundledMessage, BundledSpan } from '../contract/bundle-schemas';
import { formatMicroseconds } from '../contract/instant';
import type { TimeSpan } from '../contract/time-span';
import { type ActionRow, actionIds, bundledActionRows, countActions, writeBundledActions } from './action-rows';
import type { History } from './history';
import { seqBounds } from './seq-bounds';
import { knownSince, Snapshots, type State } from './snapshots';
import { EVERYTHING } from './spans';

/** The rates of a moment count the minute before it. */
const LEAD_US = 60_000_000;
const NEWEST = 50;

/** The contents of a bundle, fixed at its beginning: rows that are recorded while it is read are not part of it. */
export interface BundleSize {
  /** Messages of the time range itself. */
  messages: number;
  entries: number;
  spans: number;
  actions: number;
  /** Messages including those that the bundle needs from before the time range. */
  lines: number;
  /**
   * The last message, span and command in the history, and the journal entries between which those of the bundle lie.
   */
  marks: { message: number; span: number; action: number; first: number; last: number };
}

export type BundleMarks = BundleSize['marks'];

/** A page of rows; the next page begins after `last`, null at the end. */
export interface Rows<Row> {
  rows: Row[];
  last: number | null;
}

/**
 * The part of the journal that covers a time range.
 *
 * @returns since when the state is known, null if at no moment of the range; and the last entries by then and by its
 *   end
 */
export function journalBounds(
  { db }: History,
  { since, until }: TimeSpan,
): { from: number | null; first: number; last: number } {
  // Entries before the first snapshot belong to a state that is not completely known.
  const from = Math.max(since, knownSince(db) ?? Number.POSITIVE_INFINITY);
  if (from > until) return { from: null, first: 0, last: 0 };
  const at = db.prepare('SELECT id FROM journal WHERE at <= ? ORDER BY at DESC, id DESC LIMIT 1');
  const idAt = (moment: number) => (at.get(moment) as { id: number } | undefined)?.id ?? 0;
  const first = idAt(from);
  return { from, first, last: Math.max(first, idAt(until)) };
}

/** @returns the number of rows in a time range */
export function measureBundle(history: History, span: TimeSpan): BundleSize {
  const { db } = history;
  const { first, last } = journalBounds(history, span);
  const newest = db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'spans'").get() as
    | { seq: number }
    | undefined;
  const marks = { message: history.head(), span: newest?.seq ?? 0, action: actionIds(db).head, first, last };
  const count = (sql: string, values: readonly unknown[]) =>
    (db.prepare(`SELECT count(*) AS count FROM (${sql})`).get(...values) as { count: number }).count;
  const { sql, values } = between(history, span.since * 1000, span.until * 1000 + 999);
  const lines = lineQuery(history, span, marks, 0);
  const spans = spanQuery(span, marks, 0);
  return {
    messages: count(`SELECT 1 FROM messages WHERE ${sql}`, values),
    entries: count('SELECT 1 FROM journal WHERE id > ? AND id <= ?', [first, last]),
    spans: count(spans.sql, spans.values),
    actions: countActions(db, span),
    lines: count(lines.sql, lines.values),
    marks,
  };
}

/** @returns journal entries after the one with id `after` */
export function entryRows({ db }: History, { first, last }: BundleMarks, after: number, limit: number): Rows<EntryRow> {
  const sql = 'SELECT id, at, kind, subject, body FROM journal WHERE id > ? AND id <= ? ORDER BY id LIMIT ?';
  const rows = db.prepare(sql).all(Math.max(first, after), last, limit) as EntryRow[];
  return { rows, last: rows.length < limit ? null : (rows.at(-1)?.id ?? null) };
}

export type EntryRow = Omit<BundledEntry, 'body'> & { body: string | null };

/** @returns spans that touch the time range, cut at its end: later facts are not part of it */
export function spanRows({ db }: History, span: TimeSpan, marks: BundleMarks, after: number, limit: number) {
  const { sql, values } = spanQuery(span, marks, after);
  const found = db.prepare(`${sql} ORDER BY spans.id LIMIT ?`).all(...values, limit) as (BundledSpan & {
    id: number;
  })[];
  const rows = found.map(
    ({ id: _, ...row }): BundledSpan =>
      row.until === null || row.until <= span.until ? row : { ...row, until: null, ended: null },
  );
  return { rows, last: found.length < limit ? null : (found.at(-1)?.id ?? null) };
}

/**
 * @returns messages after the one with seq `after`: those of the time range, those of the minute before it, and the
 *   newest at its beginning
 */
export function lineRows(
  history: History,
  span: TimeSpan,
  marks: BundleMarks,
  after: number,
  limit: number,
): Rows<BundledMessage> {
  const { sql, values } = lineQuery(history, span, marks, after);
  const rows = history.db.prepare(`${sql} ORDER BY seq LIMIT ?`).all(...values, limit) as {
    seq: number;
    sent_at: number;
    line: string;
    team: string | null;
  }[];
  return {
    rows: rows.map(({ seq, sent_at, line, team }) => ({
      ...{ seq, sent_at: formatMicroseconds(sent_at) ?? '', line },
      ...(team !== null && { team }),
    })),
    last: rows.length < limit ? null : (rows.at(-1)?.seq ?? null),
  };
}

/** @returns commands of the time range; what is known of them only after its end is not part of it */
export function commandRows(
  { db }: History,
  span: TimeSpan,
  marks: BundleMarks,
  after: number,
  limit: number,
): Rows<ActionRow> {
  const { rows, last } = bundledActionRows(db, span, { after, last: marks.action, limit });
  const ended = rows.map((row) => (row.ended_at === null || row.ended_at <= span.until ? row : startedOnly(row)));
  return { rows: ended, last };
}

function startedOnly(row: ActionRow): ActionRow {
  return { ...row, ended_at: null, outcome: STARTED, detail: null };
}

interface Query {
  sql: string;
  values: unknown[];
}

function spanQuery({ since, until }: TimeSpan, marks: BundleMarks, after: number): Query {
  const sql = `SELECT spans.* FROM span_times JOIN spans ON spans.id = span_times.id
    WHERE span_times.since <= ? AND span_times.until >= ? AND spans.id > ? AND spans.id <= ? AND spans.since <= ?
    AND coalesce(spans.until, ?) >= ?`;
  const seconds = [Math.floor(until / 1000), Math.floor(since / 1000)];
  return { sql, values: [...seconds, after, marks.span, until, until, since] };
}

function lineQuery(history: History, { since, until }: TimeSpan, marks: BundleMarks, after: number): Query {
  const before = marks.message + 1;
  const newest = history.page({ limit: NEWEST, filter: { until: since }, before }).messages.map(({ seq }) => seq);
  const { sql, values } = between(history, since * 1000 + 999 - LEAD_US, until * 1000 + 999);
  return {
    sql: `SELECT seq, sent_at, line, team FROM messages WHERE seq > ? AND seq < ? AND (${sql}) UNION
      SELECT seq, sent_at, line, team FROM messages WHERE seq > ? AND seq IN (SELECT value FROM json_each(?))`,
    values: [after, before, ...values, after, JSON.stringify(newest)],
  };
}

/** Messages are in order of recording, not of sending: `seqBounds` limits the rows that are read. */
function between({ db }: History, sinceUs: number, untilUs: number): Query {
  const bounds = seqBounds(db)(Math.floor(sinceUs / 60_000_000), Math.floor(untilUs / 60_000_000));
  return {
    sql: 'seq BETWEEN ? AND ? AND sent_at BETWEEN ? AND ?',
    values: [bounds?.first ?? 0, bounds?.last ?? -1, sinceUs, untilUs],
  };
}

/**
 * Writes the contents of a bundle into an empty history.
 *
 * @param microseconds converts an instant of the bundle into microseconds since 1970
 */
export function fillFrom(history: History, bundle: Bundle, microseconds: (instant: string) => number | null): void {
  history.db.transaction(() => {
    history.takeOver(bundle.epoch);
    const lines = bundle.messages.map(({ seq, sent_at, line, team }) => ({
      ...(team !== undefined && { team }),
      text: line,
      fields: JSON.parse(line) as Record<string, unknown>,
      kept: { seq, sentAt: microseconds(sent_at) },
    }));
    history.append(lines, 'null', Date.parse(bundle.until));
    writeSpans(history, endedAt(bundle));
    writeBundledActions(history.db, (bundle.actions ?? []).map(withKnownEnd));
    writeJournal(history, bundle);
  })();
}

/** How a command ended after the end of a bundle is not known. */
function withKnownEnd(action: BundledAction): BundledAction {
  const detail = 'It had not ended when the exported time range ends.';
  return action.outcome === STARTED ? { ...action, outcome: UNKNOWN, detail } : action;
}

/** Everything after the end of a bundle is unknown, as after the end of a journal; the last moment itself is known. */
function endedAt({ spans, since, until, missing }: Bundle): BundledSpan[] {
  const end = Date.parse(until);
  const ended = spans.map((span) =>
    span.until === null && span.kind !== 'unknown' ? { ...span, until: end, ended: 'unseen' as const } : span,
  );
  const whole = { since: Date.parse(since), until: end };
  const lost = { actions: 0, ...(missing ?? { messages: 0, entries: 0, spans: 0 }) };
  const gone = 'was dropped from the history while the bundle was made.';
  return [
    ...ended,
    ...(lost.messages > 0 ? [unknownSpan('log', `A part of the messages ${gone}`, whole)] : []),
    ...(lost.entries + lost.spans + (lost.actions ?? 0) > 0
      ? [unknownSpan(EVERYTHING, `A part of the journal ${gone}`, whole)]
      : []),
    unknownSpan(EVERYTHING, 'The exported time range ends there.', { since: end + 1, until: null }),
  ];
}

function unknownSpan(
  about: string,
  detail: string,
  { since, until }: { since: number; until: number | null },
): BundledSpan {
  const ended = until === null ? null : ('changed' as const);
  return { kind: 'unknown', subject: about, agent: '', path: '', value: about, detail, since, until, ended };
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
    // An empty entry, only because every snapshot belongs to an entry.
    insert.run(entry, at, 'server', 'bundle', null);
    for (const [kind, subjects] of Object.entries(things)) {
      for (const [subject, body] of Object.entries(subjects)) {
        set(kind as BundledEntry['kind'], subject, JSON.stringify(body));
      }
    }
    snapshots.entered(1, 0, at, state);
  }
  // Entries of one instant may belong to one change: a snapshot between them would be a state that never existed.
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
