/**
 * Messages with a time as columns of numbers, hour by hour, kept from one question to the next: a timeline is asked for
 * again and again, and reading a day of messages is most of its work.
 */
import type Database from 'better-sqlite3';
import { ANY_RECIPIENT_SET } from '../times-writer';
import type { RowVisitor } from './row-visitor';

export const HOUR_US = 3_600_000_000;
/** So many messages are kept, 20 bytes each; those asked for last. */
const MAX_KEPT = 500_000;
/** More than these are not added to what is known but read anew. */
const MAX_ADDED = 50_000;
/** Missing hours in a row are read with one statement. */
const HOURS_AT_ONCE = 24;

/** Messages sent within one hour, in no order. */
export class HourColumns {
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
  /** The one asked for last stands last. */
  readonly #hours = new Map<number, HourColumns>();
  #kept = 0;
  #head = 0;
  #epoch = '';

  constructor(db: Database.Database, visitor: RowVisitor) {
    this.#visitor = visitor;
    const visit = 'SELECT visit(sent_at, voice, audience, seq) FROM messages';
    this.#statements = {
      place: db.prepare(
        // Times that were computed again count as another history.
        `SELECT value || coalesce((SELECT value FROM meta WHERE key = 'zone'), '') AS epoch, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'messages'), 0) AS head
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

  /**
   * To be used within one transaction, or what is counted and what is read may differ.
   *
   * @param first hours since 1970, both included
   * @returns the hours that hold messages, in order
   */
  *hours(first: number, last: number): Iterable<HourColumns> {
    this.#addNew();
    const counts = this.#statements.counts.all(first, last) as [hour: number, count: number][];
    for (const [index, [hour, count]] of counts.entries()) {
      // What was added is in it; so a difference means that some were dropped.
      if (this.#hours.get(hour)?.size !== count) this.#read(counts, index);
      const columns = this.#hours.get(hour);
      if (!columns) continue;
      this.#hours.delete(hour);
      this.#hours.set(hour, columns);
      yield columns;
      this.#forgetOldest();
    }
  }

  /** Takes what was recorded since the last question into the hours that are known. */
  #addNew(): void {
    const { epoch, head } = this.#statements.place.get() as { epoch: string; head: number };
    const before = this.#head;
    this.#head = head;
    if (epoch !== this.#epoch || head < before || head - before > MAX_ADDED) {
      this.#epoch = epoch;
      this.#hours.clear();
      this.#kept = 0;
      return;
    }
    if (head === before || this.#hours.size === 0) return;
    this.#visitor.each(
      this.#statements.added,
      [before],
      (sentAt: number, senderType: number, recipientSet: number, seq: number) => {
        const columns = this.#hours.get(Math.floor(sentAt / HOUR_US));
        if (!columns) return;
        columns.add(sentAt, senderType, recipientSet, seq);
        this.#kept += 1;
      },
    );
  }

  /** Reads an hour, and those after it that are missing or differ as well. */
  #read(counts: readonly [hour: number, count: number][], from: number): void {
    const missing: HourColumns[] = [];
    for (const [hour, count] of counts.slice(from, from + HOURS_AT_ONCE)) {
      const known = this.#hours.get(hour);
      if (known?.size === count) break;
      this.#kept += count - (known?.size ?? 0);
      missing.push(new HourColumns(hour, count));
    }
    const [first, last] = [missing[0], missing.at(-1)] as [HourColumns, HourColumns];
    for (const columns of missing) this.#hours.set(columns.hour, columns);
    let columns: HourColumns | undefined = first;
    this.#visitor.each(
      this.#statements.between,
      [first.hour * HOUR_US, (last.hour + 1) * HOUR_US],
      (sentAt: number, senderType: number, recipientSet: number, seq: number) => {
        const hour = Math.floor(sentAt / HOUR_US);
        if (hour !== columns?.hour) columns = this.#hours.get(hour);
        columns?.add(sentAt, senderType, recipientSet, seq);
      },
    );
  }

  #forgetOldest(): void {
    for (const [hour, { size }] of this.#hours) {
      if (this.#kept <= MAX_KEPT) return;
      this.#hours.delete(hour);
      this.#kept -= size;
    }
  }
}
