/** Reads messages by `seq`, and pages of those that match a filter. */
import type Database from 'better-sqlite3';
import type { MessageFilter, MessageState } from '../contract/schemas';
import { type KeptMessage, keptMessage, type MessageRow } from './kept-message';
import { MSG_ID } from './schema';
import { matchExpression } from './search-terms';
import { type SeqBounds, seqBounds } from './seq-bounds';

/** Where a page of messages begins; the newest page if none of `before`, `after` and `around` is given. */
export interface PageQuery {
  limit: number;
  filter: MessageFilter;
  before?: number;
  after?: number;
  around?: number;
  /** The numbers of the questions without an answer; needed for the filter `unanswered`. */
  unanswered?: readonly number[];
}

export interface Page {
  messages: KeptMessage[];
  /** Whether matching messages older than the first one of the page are kept. */
  hasOlder: boolean;
}

interface Selection {
  filter: MessageFilter;
  unanswered: readonly number[] | undefined;
  before?: number | undefined;
  after?: number;
  limit: number;
}

const STATES: Record<MessageState, string> = {
  failed: 'm.failed > 0',
  unanswered: 'm.seq IN (SELECT value FROM json_each(@unanswered))',
  // A type that is no text is counted as UNKNOWN, which a line may also have as its text.
  untyped:
    "(m.type = '' OR (m.type = 'UNKNOWN' AND json_valid(m.line) AND json_type(m.line, '$.msg_type') IS NOT 'text'))",
};

const ALL: SeqBounds = { first: 0, last: Number.MAX_SAFE_INTEGER };

export class MessageReader {
  readonly #db: Database.Database;
  readonly #statements;
  readonly #seqBounds;

  constructor(db: Database.Database) {
    this.#db = db;
    this.#seqBounds = seqBounds(db);
    this.#statements = {
      head: db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'messages'"),
      oldest: db.prepare('SELECT min(seq) AS seq FROM messages'),
      lastRecorded: db.prepare('SELECT recorded_at FROM messages ORDER BY seq DESC LIMIT 1'),
      after: db.prepare('SELECT seq, sent_at, line, team FROM messages WHERE seq > ? ORDER BY seq LIMIT ?'),
      newest: db.prepare('SELECT seq, sent_at, line, team FROM messages ORDER BY seq DESC LIMIT ?'),
      senders: db.prepare("SELECT sender FROM voices WHERE sender <> '' GROUP BY sender ORDER BY min(id) DESC LIMIT ?"),
    };
  }

  /** The newest `seq` ever given; 0 before the first. */
  head(): number {
    return (this.#statements.head.get() as { seq: number } | undefined)?.seq ?? 0;
  }

  /** The oldest kept `seq`; the next one to be given if no message is kept. */
  oldest(): number {
    return (this.#statements.oldest.get() as { seq: number | null }).seq ?? this.head() + 1;
  }

  /** When the newest message was recorded, milliseconds since 1970; null if none is kept. */
  lastRecordedAt(): number | null {
    return (this.#statements.lastRecorded.get() as { recorded_at: number } | undefined)?.recorded_at ?? null;
  }

  /** See `History.after`. */
  after(seq: number, limit: number, characters: number): KeptMessage[] {
    const kept: KeptMessage[] = [];
    let left = characters;
    for (const row of this.#statements.after.iterate(seq, limit) as IterableIterator<MessageRow>) {
      kept.push(keptMessage(row));
      left -= row.line.length;
      if (left <= 0) break;
    }
    return kept;
  }

  /** @returns the newest messages, oldest first */
  newest(limit: number): KeptMessage[] {
    return this.newestRows(limit).map(keptMessage);
  }

  /** @returns the newest messages as they were recorded, oldest first */
  newestRows(limit: number): MessageRow[] {
    return (this.#statements.newest.all(limit) as MessageRow[]).reverse();
  }

  /** @returns one page of the matching messages, oldest first */
  page(query: PageQuery): Page {
    const { filter, unanswered } = query;
    const select = (range: Omit<Selection, 'filter' | 'unanswered'>) => this.#select({ filter, unanswered, ...range });
    if (query.around !== undefined) {
      const older = select({ before: query.around + 1, limit: Math.ceil(query.limit / 2) + 1 });
      const newer = select({ after: query.around, limit: Math.floor(query.limit / 2) });
      const hasOlder = older.length > Math.ceil(query.limit / 2);
      if (hasOlder) older.pop();
      return { messages: [...older.reverse(), ...newer].map(keptMessage), hasOlder };
    }
    if (query.after !== undefined) {
      const rows = select({ after: query.after, limit: query.limit });
      const hasOlder = select({ before: rows[0]?.seq ?? query.after + 1, limit: 1 }).length > 0;
      return { messages: rows.map(keptMessage), hasOlder };
    }
    const rows = select({ before: query.before, limit: query.limit + 1 });
    const hasOlder = rows.length > query.limit;
    if (hasOlder) rows.pop();
    return { messages: rows.reverse().map(keptMessage), hasOlder };
  }

  /** @returns names of senders; the one whose first message is newest comes first */
  senders(limit: number): string[] {
    return (this.#statements.senders.all(limit) as { sender: string }[]).map(({ sender }) => sender);
  }

  /** Matching rows; newest first unless `after` is given. */
  #select({ filter, unanswered, ...range }: Selection): MessageRow[] {
    const match = matchExpression(filter);
    const bounds = this.#boundsOf(filter);
    if (match === 'nothing' || bounds === null) return [];
    const seq = match === null ? 'm.seq' : 'search.rowid';
    const conditions = [
      match === null ? '' : 'search MATCH @match',
      // Numbers of JavaScript are bound as REAL, but FTS5 only seeks to an INTEGER: it would read every newer hit.
      `${seq} >= CAST(@first AS INTEGER)`,
      `${seq} <= CAST(@last AS INTEGER)`,
      filter.since === undefined ? '' : 'm.sent_at >= @since',
      filter.until === undefined ? '' : 'm.sent_at <= @until',
      filter.msg_id === undefined ? '' : `${MSG_ID} = @msgId`,
      filter.not_type === undefined ? '' : 'm.type NOT IN (SELECT value FROM json_each(@notTypes))',
      ...(filter.only ?? []).map((state) => STATES[state]),
    ].filter((condition) => condition !== '');
    const from = match === null ? 'messages m' : 'search JOIN messages m ON m.seq = search.rowid';
    const order = range.after === undefined ? 'DESC' : 'ASC';
    // By rowid and never by rank: ranking reads every hit before it returns the first.
    const sql = `SELECT m.seq, m.sent_at, m.line, m.team FROM ${from} WHERE ${conditions.join(' AND ')} ORDER BY ${seq} ${order} LIMIT @limit`;
    return this.#db.prepare(sql).all({
      match,
      first: Math.max(bounds.first, (range.after ?? -1) + 1),
      last: Math.min(bounds.last, (range.before ?? Number.MAX_SAFE_INTEGER) - 1),
      since: (filter.since ?? 0) * 1000,
      until: (filter.until ?? 0) * 1000 + 999,
      msgId: filter.msg_id,
      notTypes: JSON.stringify(filter.not_type ?? []),
      unanswered: JSON.stringify(unanswered ?? []),
      limit: range.limit,
    }) as MessageRow[];
  }

  /** The range of `seq` that contains every message of the filter's time range; null if there is none. */
  #boundsOf({ since, until }: MessageFilter): SeqBounds | null {
    if (since === undefined && until === undefined) return ALL;
    return this.#seqBounds(
      Math.floor((since ?? Number.MIN_SAFE_INTEGER) / 60_000),
      Math.floor((until ?? Number.MAX_SAFE_INTEGER) / 60_000),
    );
  }
}
