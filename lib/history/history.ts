/**
 * The lasting history of one swarm: every message with its `seq`, the place in the log up to which they were read, and
 * an index over them. Synchronous: it belongs to a thread of its own.
 */
import { crc32 } from 'node:zlib';
import type Database from 'better-sqlite3';
import type { MessageFilter } from '../contract/schemas';
import { RowVisitor } from './columns/row-visitor';
import { SpanColumns } from './columns/span-columns';
import { fileIdentity, MSG_ID, newEpoch, openDatabase } from './database';
import { encodeMessage } from './encode-message';
import { MessageTimes } from './message-times';
import type { ReadTime } from './read-time';
import { Retimer } from './retimer';
import { indexed, matchExpression, messageSender, messageType, recipientNames } from './search-terms';
import type { Summary } from './summary';
import { type TimesBatch, TimesWriter } from './times-writer';

const SECOND_US = 1_000_000;
const MINUTE_US = 60_000_000;
const MINUTES_OF_AN_HOUR = 60;

/** A line to be kept: its JSON text, without line breaks, and what it parses to. */
export interface Line {
  text: string;
  fields: Readonly<Record<string, unknown>>;
  /** What another history knew of it, which stays: its number, and its time in microseconds since 1970. */
  kept?: { seq: number; sentAt: number | null };
}

/** A message as the API gives it. */
export interface KeptMessage {
  seq: number;
  json: string;
}

/** Where a page of messages is taken from; without any of them: the newest. */
export interface PageQuery {
  limit: number;
  filter: MessageFilter;
  before?: number;
  after?: number;
  around?: number;
}

export interface Page {
  messages: KeptMessage[];
  /** Whether matching messages older than the page's first are kept. */
  hasOlder: boolean;
}

export interface Retention {
  days: number;
  messages: number;
}

interface Row {
  seq: number;
  sent_at: number | null;
  line: string;
}

/** What an append changes besides rows, counted up first: one statement for each key instead of one for each line. */
interface Tally {
  types: Map<string, number>;
  minutes: Map<number, { count: number; first: number; last: number }>;
  times: TimesBatch;
  failed: number;
  latestActivity: unknown;
}

export class History {
  readonly file: string;
  readonly db: Database.Database;
  readonly #readTime: ReadTime;
  readonly #statements;
  readonly times: MessageTimes;
  readonly spans: SpanColumns;
  readonly #timesWriter: TimesWriter;
  readonly #retimer: Retimer;
  readonly #append;
  #epoch: string;
  #dataVersion: unknown = null;
  /** Messages by second of sending; null until this process appends. */
  #seconds: Map<number, number> | null = null;

  /**
   * @param file absolute path, or ':memory:'
   * @throws {HistoryFault}
   */
  constructor(file: string, options: { readonly?: boolean; readTime?: ReadTime } = {}) {
    this.file = file;
    this.#readTime = options.readTime ?? (() => null);
    this.db = openDatabase(file, options);
    this.#statements = prepare(this.db);
    const visitor = new RowVisitor(this.db);
    this.times = new MessageTimes(this.db, visitor);
    this.spans = new SpanColumns(this.db, visitor);
    this.#timesWriter = new TimesWriter(this.db);
    this.#retimer = new Retimer(this.db, this.#readTime);
    this.#append = this.db.transaction(this.#appendInTransaction.bind(this));
    this.#epoch = this.#readMeta('epoch') ?? '';
  }

  get epoch(): string {
    return this.#epoch;
  }

  /** @returns whether another process has changed the database since the last call; cheap enough for a short poll. */
  changedElsewhere(): boolean {
    const version = this.db.pragma('data_version', { simple: true });
    const changed = version !== this.#dataVersion;
    this.#dataVersion = version;
    if (changed) this.#epoch = this.#readMeta('epoch') ?? '';
    return changed;
  }

  /** The newest seq ever given; 0 before the first. */
  head(): number {
    return (this.#statements.head.get() as { seq: number } | undefined)?.seq ?? 0;
  }

  /** The oldest kept seq; the next one to be given if nothing is kept. */
  oldest(): number {
    return (this.#statements.oldest.get() as { seq: number | null }).seq ?? this.head() + 1;
  }

  /** When the newest message was recorded, milliseconds since 1970; null if none is kept. */
  lastRecordedAt(): number | null {
    return (this.#statements.lastRecorded.get() as { recorded_at: number } | undefined)?.recorded_at ?? null;
  }

  /** @returns the JSON that the last append was given, null before the first. */
  checkpoint(): string | null {
    return this.#readMeta('checkpoint');
  }

  /** @returns whose history it is, as JSON; null if it names nobody */
  owner(): string | null {
    return this.#readMeta('root');
  }

  /** Makes somebody the owner, given as JSON, unless it has one. */
  claim(owner: string): void {
    this.#statements.claimMeta.run('root', owner);
  }

  /** Makes somebody the owner, given as JSON. */
  setOwner(owner: string): void {
    this.#writeMeta('root', owner);
  }

  /** Whether a jump of the clock was believed, so that what was deleted by age may not have been old. */
  agedByJump(): boolean {
    return this.#readMeta('aged_by_jump') === '1';
  }

  noteAgedByJump(aged: boolean): void {
    this.#writeMeta('aged_by_jump', aged ? '1' : '0');
  }

  /** @returns what `keepUnresolved` was given last, null before the first time */
  readUnresolved(): string | null {
    return this.#readMeta('open_matters');
  }

  /** Keeps what the recorder knows to be open, as JSON. */
  keepUnresolved(json: string): void {
    this.#writeMeta('open_matters', json);
  }

  /** @returns what `keepLives` was given last, null before the first time */
  lives(): string | null {
    return this.#readMeta('lives');
  }

  /** Keeps which agents had which ids, as JSON. */
  keepLives(json: string): void {
    this.#writeMeta('lives', json);
  }

  /** How many kept messages have this very line. */
  copiesOf = ({ text }: Line): number => {
    const found = this.#statements.copies.get(crc32(text), text) as { count: number };
    return found.count;
  };

  /**
   * Keeps lines and the checkpoint after them, in one transaction.
   *
   * @param checkpoint JSON that says where reading goes on
   * @param now milliseconds since 1970
   * @param before the checkpoint that must still be there; left out, any may be
   * @param recordedAt the instant from which their age counts, by the clock of the retention
   * @returns the messages with their seq; null, and nothing is kept, if another process has appended meanwhile
   */
  append(lines: readonly Line[], checkpoint: string, now: number): KeptMessage[];
  append(
    lines: readonly Line[],
    checkpoint: string,
    now: number,
    before: string | null,
    recordedAt: number,
  ): KeptMessage[] | null;
  append(
    lines: readonly Line[],
    checkpoint: string,
    now: number,
    before?: string | null,
    recordedAt = now,
  ): KeptMessage[] | null {
    this.#seconds ??= this.#countSeconds(now);
    // Immediate: whoever reads first and writes then would find that another has written between.
    return this.#append.immediate(lines, checkpoint, recordedAt, before);
  }

  /**
   * @param characters no message after the one that reaches them
   * @returns the messages that follow a seq, oldest first
   */
  after(seq: number, limit: number, characters = Number.POSITIVE_INFINITY): KeptMessage[] {
    const kept: KeptMessage[] = [];
    let left = characters;
    for (const row of this.#statements.after.iterate(seq, limit) as IterableIterator<Row>) {
      kept.push(keptMessage(row));
      left -= row.line.length;
      if (left <= 0) break;
    }
    return kept;
  }

  /** @returns the newest messages, oldest first. */
  newest(limit: number): KeptMessage[] {
    return (this.#statements.newest.all(limit) as Row[]).reverse().map(keptMessage);
  }

  /** @returns the raw lines of the newest messages, oldest first. */
  newestLines(limit: number): string[] {
    return (this.#statements.newest.all(limit) as Row[]).reverse().map(({ line }) => line);
  }

  /** @returns one page of the matching messages, oldest first. */
  page(query: PageQuery): Page {
    if (query.around !== undefined) {
      const older = this.#select(query.filter, { before: query.around + 1, limit: Math.ceil(query.limit / 2) + 1 });
      const newer = this.#select(query.filter, { after: query.around, limit: Math.floor(query.limit / 2) });
      const hasOlder = older.length > Math.ceil(query.limit / 2);
      if (hasOlder) older.pop();
      return { messages: [...older.reverse(), ...newer].map(keptMessage), hasOlder };
    }
    if (query.after !== undefined) {
      const rows = this.#select(query.filter, { after: query.after, limit: query.limit });
      const hasOlder = this.#select(query.filter, { before: rows[0]?.seq ?? query.after + 1, limit: 1 }).length > 0;
      return { messages: rows.map(keptMessage), hasOlder };
    }
    const rows = this.#select(query.filter, { before: query.before, limit: query.limit + 1 });
    const hasOlder = rows.length > query.limit;
    if (hasOlder) rows.pop();
    return { messages: rows.reverse().map(keptMessage), hasOlder };
  }

  /** @returns the names of the senders, those that were first seen last before the others */
  senders(limit: number): string[] {
    return (this.#statements.senders.all(limit) as { sender: string }[]).map(({ sender }) => sender);
  }

  /** @param now milliseconds since 1970 */
  summary(now: number): Summary {
    const types = this.#statements.types.all() as { type: string; count: number }[];
    const thisMinute = Math.floor(now / 60_000);
    const minutes = this.#statements.minutes.all(thisMinute - MINUTES_OF_AN_HOUR, thisMinute + 1) as MinuteRow[];
    const latest = this.#readMeta('latest_activity');
    return {
      count: types.reduce((sum, { count }) => sum + count, 0),
      types: Object.fromEntries(types.map(({ type, count }) => [type, count])),
      failed: this.#number('failed'),
      latestActivity: latest === null ? null : JSON.parse(latest),
      minutes: minutes.map(({ minute, count }) => [minute, count]),
      seconds: this.#lastSeconds(now),
    };
  }

  /**
   * Drops what is beyond the retention, the oldest first.
   *
   * @param now milliseconds since 1970, by the clock of the retention; age counts from when a message was recorded
   * @param most how many at once, so that a step stays short
   * @returns how many were dropped
   */
  prune(retention: Retention, now: number, most: number): number {
    const { count } = this.#statements.count.get() as { count: number };
    const excess = Math.min(most, count - retention.messages);
    const until = now - retention.days * 86_400_000;
    const first = this.#statements.firstRecorded.get() as { recorded_at: number } | undefined;
    if (excess <= 0 && (first === undefined || first.recorded_at >= until)) return 0;
    return this.db.transaction(() => {
      const dropped = this.#statements.prunable.all({ until, excess, most }) as (Row & {
        type: string;
        failed: number;
        senderType: number;
        recipientSet: number;
      })[];
      const types = new Map<string, number>();
      const times = this.#timesWriter.begin();
      let failed = 0;
      for (const { seq, type, sent_at, failed: hasFailed, senderType, recipientSet } of dropped) {
        this.#statements.dropMessage.run(seq);
        this.#statements.dropIndexed.run(seq);
        types.set(type, (types.get(type) ?? 0) + 1);
        failed += hasFailed;
        times.count({ senderType, recipientSet }, sent_at, hasFailed, -1);
        if (sent_at !== null) this.#statements.dropFromMinute.run(Math.floor(sent_at / MINUTE_US));
      }
      times.flush();
      for (const [type, dropCount] of types) this.#statements.addType.run({ type, count: -dropCount });
      this.#statements.dropEmptyTypes.run();
      this.#statements.dropEmptyMinutes.run();
      if (failed > 0) this.#writeMeta('failed', String(this.#number('failed') - failed));
      return dropped.length;
    })();
  }

  /**
   * Notes the zone in which times are read. Where it was another one, the newest messages are read again at once.
   *
   * @returns the zone before, if it was another one; `retime` goes on with the older messages then
   */
  enterZone(zone: string): string | null {
    const before = this.#retimer.begin(zone, this.head());
    this.retime();
    return before;
  }

  /**
   * Computes the times of sending of a thousand more messages again.
   *
   * @returns whether there were any, and whether more are to be done
   */
  retime(): { due: boolean; more: boolean } {
    if (!this.#retimer.due) return { due: false, more: false };
    this.#seconds = null;
    return { due: true, more: this.#retimer.step() };
  }

  /**
   * Gives the history a new epoch if this file was restored from a copy: what followed the copy was given the same
   * numbers once already.
   *
   * @param lastSeen the head that this place was known to have before, null if unknown
   * @returns whether it did
   */
  renewIfRestored(lastSeen: number | null): boolean {
    const identity = fileIdentity(this.file);
    const known = this.#readMeta('file');
    const restored = (known !== null && known !== identity) || (lastSeen !== null && lastSeen > this.head());
    if (known === identity && !restored) return false;
    this.db.transaction(() => {
      if (identity !== null) this.#writeMeta('file', identity);
      if (restored) this.#writeMeta('epoch', newEpoch());
    })();
    this.#epoch = this.#readMeta('epoch') ?? '';
    return restored;
  }

  /** Takes the name of another history, whose messages this one is given with their numbers. */
  takeOver(epoch: string): void {
    this.#writeMeta('epoch', epoch);
    this.#epoch = epoch;
  }

  /** Writes something small, to learn whether the database can be written. */
  probe(): void {
    this.#writeMeta('probed', '1');
  }

  close(): void {
    this.db.close();
  }

  #appendInTransaction(lines: readonly Line[], checkpoint: string, recordedAt: number, before?: string | null) {
    if (before !== undefined && this.checkpoint() !== before) return null;
    const times = this.#timesWriter.begin();
    const tally: Tally = { types: new Map(), minutes: new Map(), times, failed: 0, latestActivity: undefined };
    const kept = lines.map((line) => this.#insert(line, recordedAt, tally));
    for (const [type, count] of tally.types) this.#statements.addType.run({ type, count });
    for (const [minute, { count, first, last }] of tally.minutes) {
      this.#statements.addMinute.run({ minute, count, first, last });
    }
    times.flush();
    if (tally.failed > 0) this.#writeMeta('failed', String(this.#number('failed') + tally.failed));
    if (tally.latestActivity !== undefined) this.#writeMeta('latest_activity', JSON.stringify(tally.latestActivity));
    this.#writeMeta('checkpoint', checkpoint);
    return kept;
  }

  #insert(line: Line, recordedAt: number, tally: Tally): KeptMessage {
    const { fields, text, kept } = line;
    const type = messageType(fields);
    const failed = failedDeliveries(fields);
    const sentAt = kept ? kept.sentAt : this.#readTime(fields.timestamp);
    const speech = tally.times.speech(messageSender(fields), type, recipientNames(fields));
    tally.times.count(speech, sentAt, failed, 1);
    const { senderType, recipientSet } = speech;
    const { lastInsertRowid } = this.#statements.insert.run(
      kept?.seq ?? null,
      recordedAt,
      sentAt,
      type,
      failed,
      crc32(text),
      text,
      senderType,
      recipientSet,
    );
    const seq = Number(lastInsertRowid);
    const { content, tags } = indexed(fields, type);
    this.#statements.index.run(seq, content, tags);
    tally.types.set(type, (tally.types.get(type) ?? 0) + 1);
    tally.failed += failed;
    if (this.#seconds && sentAt !== null) {
      const second = Math.floor(sentAt / SECOND_US);
      this.#seconds.set(second, (this.#seconds.get(second) ?? 0) + 1);
    }
    if (fields.timestamp !== undefined && fields.timestamp !== null) tally.latestActivity = fields.timestamp;
    if (sentAt !== null) {
      const minute = Math.floor(sentAt / MINUTE_US);
      const known = tally.minutes.get(minute);
      tally.minutes.set(minute, { count: (known?.count ?? 0) + 1, first: known?.first ?? seq, last: seq });
    }
    return keptMessage({ seq, sent_at: sentAt, line: text });
  }

  /** Matching rows; newest first unless `after` is given. */
  #select(filter: MessageFilter, range: { before?: number | undefined; after?: number; limit: number }): Row[] {
    const match = matchExpression(filter);
    const bounds = this.#seqBounds(filter);
    if (match === 'nothing' || bounds === null) return [];
    const seq = match === null ? 'm.seq' : 'search.rowid';
    const conditions = [
      match === null ? '' : 'search MATCH @match',
      // Numbers of JavaScript are bound as REAL, and FTS5 seeks to an INTEGER only: it would walk every newer hit.
      `${seq} >= CAST(@first AS INTEGER)`,
      `${seq} <= CAST(@last AS INTEGER)`,
      filter.since === undefined ? '' : 'm.sent_at >= @since',
      filter.until === undefined ? '' : 'm.sent_at <= @until',
      filter.msg_id === undefined ? '' : `${MSG_ID} = @msgId`,
    ].filter((condition) => condition !== '');
    const from = match === null ? 'messages m' : 'search JOIN messages m ON m.seq = search.rowid';
    const order = range.after === undefined ? 'DESC' : 'ASC';
    // By rowid and never by rank: ranking reads every hit before it gives the first.
    const sql = `SELECT m.seq, m.sent_at, m.line FROM ${from} WHERE ${conditions.join(' AND ')} ORDER BY ${seq} ${order} LIMIT @limit`;
    return this.db.prepare(sql).all({
      match,
      first: Math.max(bounds.first, (range.after ?? -1) + 1),
      last: Math.min(bounds.last, (range.before ?? Number.MAX_SAFE_INTEGER) - 1),
      since: (filter.since ?? 0) * 1000,
      until: (filter.until ?? 0) * 1000 + 999,
      msgId: filter.msg_id,
      limit: range.limit,
    }) as Row[];
  }

  /** The range of seq in which messages of a time can stand; null if there are none. */
  #seqBounds(filter: MessageFilter): { first: number; last: number } | null {
    if (filter.since === undefined && filter.until === undefined) return { first: 0, last: Number.MAX_SAFE_INTEGER };
    const bounds = this.#statements.minuteBounds.get(
      Math.floor((filter.since ?? Number.MIN_SAFE_INTEGER) / 60_000),
      Math.floor((filter.until ?? Number.MAX_SAFE_INTEGER) / 60_000),
    ) as { first: number | null; last: number | null };
    return bounds.first === null || bounds.last === null ? null : { first: bounds.first, last: bounds.last };
  }

  /** Counted from rows once; a process that appends keeps counting, one that only follows asks again. */
  #lastSeconds(now: number): [number, number][] {
    const since = Math.floor(now / 1000) - 60;
    const seconds = this.#seconds ?? this.#countSeconds(now);
    for (const second of seconds.keys()) if (second < since) seconds.delete(second);
    return [...seconds];
  }

  #countSeconds(now: number): Map<number, number> {
    const bounds = this.#seqBounds({ since: now - 60_000 });
    const since = (now - 60_000) * 1000;
    const rows = bounds ? (this.#statements.seconds.all({ ...bounds, since }) as SecondRow[]) : [];
    return new Map(rows.map(({ second, count }) => [second, count]));
  }

  #readMeta(key: string): string | null {
    return (this.#statements.readMeta.get(key) as { value: string } | undefined)?.value ?? null;
  }

  #writeMeta(key: string, value: string): void {
    this.#statements.writeMeta.run(key, value);
  }

  #number(key: string): number {
    return Number(this.#readMeta(key) ?? 0);
  }
}

interface MinuteRow {
  minute: number;
  count: number;
}

interface SecondRow {
  second: number;
  count: number;
}

function prepare(db: Database.Database) {
  return {
    readMeta: db.prepare('SELECT value FROM meta WHERE key = ?'),
    writeMeta: db.prepare('INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value'),
    claimMeta: db.prepare('INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO NOTHING'),
    insert: db.prepare(
      `INSERT INTO messages (seq, recorded_at, sent_at, type, failed, line_hash, line, voice, audience)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    index: db.prepare('INSERT INTO search (rowid, content, tags) VALUES (?, ?, ?)'),
    addType: db.prepare(
      'INSERT INTO types VALUES (@type, @count) ON CONFLICT (type) DO UPDATE SET count = count + excluded.count',
    ),
    dropEmptyTypes: db.prepare('DELETE FROM types WHERE count <= 0'),
    dropEmptyMinutes: db.prepare('DELETE FROM minutes WHERE count <= 0'),
    firstRecorded: db.prepare('SELECT recorded_at FROM messages ORDER BY seq LIMIT 1'),
    lastRecorded: db.prepare('SELECT recorded_at FROM messages ORDER BY seq DESC LIMIT 1'),
    addMinute: db.prepare(
      `INSERT INTO minutes VALUES (@minute, @count, @first, @last) ON CONFLICT (minute) DO UPDATE SET
       count = count + excluded.count, last_seq = excluded.last_seq`,
    ),
    dropFromMinute: db.prepare('UPDATE minutes SET count = count - 1 WHERE minute = ?'),
    head: db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'messages'"),
    oldest: db.prepare('SELECT min(seq) AS seq FROM messages'),
    count: db.prepare('SELECT coalesce(sum(count), 0) AS count FROM types'),
    copies: db.prepare('SELECT count(*) AS count FROM messages WHERE line_hash = ? AND line = ?'),
    after: db.prepare('SELECT seq, sent_at, line FROM messages WHERE seq > ? ORDER BY seq LIMIT ?'),
    newest: db.prepare('SELECT seq, sent_at, line FROM messages ORDER BY seq DESC LIMIT ?'),
    senders: db.prepare("SELECT sender FROM voices WHERE sender <> '' GROUP BY sender ORDER BY min(id) DESC LIMIT ?"),
    types: db.prepare('SELECT type, count FROM types ORDER BY type'),
    minutes: db.prepare('SELECT minute, count FROM minutes WHERE minute BETWEEN ? AND ? AND count > 0 ORDER BY minute'),
    minuteBounds: db.prepare(
      'SELECT min(first_seq) AS first, max(last_seq) AS last FROM minutes WHERE minute BETWEEN ? AND ?',
    ),
    seconds: db.prepare(
      `SELECT sent_at / 1000000 AS second, count(*) AS count FROM messages
       WHERE seq BETWEEN @first AND @last AND sent_at > @since GROUP BY second ORDER BY second`,
    ),
    // Rows are in order of recording, so the oldest are the first ones: no scan beyond what is dropped.
    prunable: db.prepare(
      `SELECT seq, sent_at, type, failed, voice AS senderType, audience AS recipientSet, '' AS line FROM
         (SELECT *, row_number() OVER (ORDER BY seq) AS place FROM (SELECT * FROM messages ORDER BY seq LIMIT @most))
       WHERE recorded_at < @until OR place <= @excess`,
    ),
    dropMessage: db.prepare('DELETE FROM messages WHERE seq = ?'),
    dropIndexed: db.prepare('DELETE FROM search WHERE rowid = ?'),
  };
}

function keptMessage({ seq, sent_at, line }: Row): KeptMessage {
  return { seq, json: encodeMessage(seq, sent_at, line) };
}

/** How many recipients did not get it: as the count says, or else the single deliveries. */
function failedDeliveries({ failure_count: count, delivery_status: status }: Line['fields']): number {
  if (typeof count === 'number') return Number.isSafeInteger(count) && count > 0 ? count : 0;
  const deliveries = typeof status === 'object' && status !== null ? Object.values(status) : [];
  return deliveries.filter((delivered) => delivered === false).length;
}
