/** Messages with a time as columns of numbers, hour by hour, cached between questions. */

import type Database from 'better-sqlite3';
import { HOUR_US } from '../time-units';
import { ANY_RECIPIENT_SET } from '../times-writer';
import { type CachePlace, HourCache, type HourRows } from './hour-cache';
import type { RowVisitor } from './row-visitor';

/** 20 bytes each. */
const MAX_CACHED_MESSAGES = 500_000;
const MAX_ADDED_MESSAGES = 50_000;

/** Messages sent within one hour, in no order. */
export class HourColumns implements HourRows {
  size = 0;
  /** Microseconds since the hour began. */
  at: Uint32Array;
  senderType: Int32Array;
  recipientSet: Int32Array;
  seq: Float64Array;

  /** @param hour hours since 1970 */
  constructor(
    readonly hour: number,
    capacity: number,
  ) {
    this.at = new Uint32Array(capacity);
    this.senderType = new Int32Array(capacity);
    this.recipientSet = new Int32Array(capacity);
    this.seq = new Float64Array(capacity);
  }

  /** @param sentAt microseconds since 1970, within the hour */
  add(sentAt: number, senderType: number, recipientSet: number, seq: number): void {
    if (this.size === this.at.length) this.#grow();
    this.at[this.size] = sentAt - this.hour * HOUR_US;
    this.senderType[this.size] = senderType;
    this.recipientSet[this.size] = recipientSet;
    this.seq[this.size] = seq;
    this.size += 1;
  }

  #grow(): void {
    const larger = new HourColumns(this.hour, 2 * this.size + 16);
    larger.at.set(this.at);
    larger.senderType.set(this.senderType);
    larger.recipientSet.set(this.recipientSet);
    larger.seq.set(this.seq);
    [this.at, this.senderType, this.recipientSet, this.seq] = [
      larger.at,
      larger.senderType,
      larger.recipientSet,
      larger.seq,
    ];
  }
}

export class MessageColumns {
  readonly #visitor: RowVisitor;
  readonly #statements;
  readonly #cache = new HourCache<HourColumns>({
    maxRows: MAX_CACHED_MESSAGES,
    maxAdded: MAX_ADDED_MESSAGES,
    create: (hour, capacity) => new HourColumns(hour, capacity),
  });

  constructor(db: Database.Database, visitor: RowVisitor) {
    this.#visitor = visitor;
    this.#statements = prepare(db);
  }

  /**
   * Must be used within one transaction, or the counts and the rows may differ.
   *
   * @param first hours since 1970, both included
   * @returns the hours that contain messages, ascending; each is valid until the next one is taken
   */
  hours(first: number, last: number): Iterable<HourColumns> {
    const { addAfter } = this.#cache.advance(this.#statements.place.get() as CachePlace);
    if (addAfter !== null) this.#visit(this.#statements.added, [addAfter]);
    // New messages were added above, so a different count means that some were dropped.
    const counts = new Map(this.#statements.counts.all(first, last) as [hour: number, count: number][]);
    return this.#cache.read([...counts.keys()], this.#readHours, (hour) => counts.get(hour));
  }

  readonly #readHours = (first: number, last: number): void => {
    this.#visit(this.#statements.between, [first * HOUR_US, (last + 1) * HOUR_US]);
  };

  /** Adds rows to the cached hours; rows of other hours are ignored. */
  #visit(statement: Database.Statement, values: readonly number[]): void {
    // Rows are nearly in order of time: most of them need no lookup.
    let columns: HourColumns | undefined;
    this.#visitor.each(statement, values, (sentAt: number, senderType: number, recipientSet: number, seq: number) => {
      const hour = Math.floor(sentAt / HOUR_US);
      if (hour !== columns?.hour) columns = this.#cache.peek(hour);
      if (!columns) return;
      columns.add(sentAt, senderType, recipientSet, seq);
      this.#cache.grew();
    });
  }
}

function prepare(db: Database.Database) {
  const visit = 'SELECT visit(sent_at, voice, audience, seq) FROM messages';
  return {
    // A time zone change computes all times again, which invalidates the hours like another epoch.
    place: db.prepare(
      `SELECT value || coalesce((SELECT value FROM meta WHERE key = 'zone'), '') AS epoch,
         coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'messages'), 0) AS head
       FROM meta WHERE key = 'epoch'`,
    ),
    added: db.prepare(`${visit} WHERE seq > ? AND sent_at IS NOT NULL`),
    counts: db
      .prepare(
        `SELECT hour, sum(count) FROM hours WHERE audience = ${ANY_RECIPIENT_SET} AND hour BETWEEN ? AND ? GROUP BY hour`,
      )
      .raw(),
    between: db.prepare(`${visit} INDEXED BY messages_by_time WHERE sent_at >= ? AND sent_at < ?`),
  };
}
