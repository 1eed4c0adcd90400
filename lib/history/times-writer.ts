/** Keeps the tables for questions by time consistent with the messages: senders, recipients, and counts by hour. */
import type Database from 'better-sqlite3';
import { HOUR_US } from './time-units';

/** The `recipientSet` of rows of `hours` that count each message once, whatever its recipients. */
export const ANY_RECIPIENT_SET = 0;

/** Sender with type, and recipients of a message, as the numbers of their rows in the tables `voices` and `audiences`. */
export interface Speech {
  readonly senderType: number;
  readonly recipientSet: number;
}

export class TimesWriter {
  readonly #statements;

  constructor(db: Database.Database) {
    this.#statements = prepare(db);
  }

  /** Begins to count within a transaction; counts must be flushed before it ends. */
  begin(): TimesBatch {
    return new TimesBatch(this.#statements);
  }
}

/** Sums up the messages of one transaction: one statement for each count instead of one for each message. */
export class TimesBatch {
  readonly #statements: Statements;
  /** By sender and type; joining both into one key would cost more than everything else together. */
  readonly #senderTypes = new Map<string, Map<string, number>>();
  readonly #recipientSets = new Map<string, number>();
  readonly #cells = new Map<number, Map<number, Cell>>();

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  /**
   * @param sender '' if the line names no sender
   * @param recipients names, each once
   * @returns the numbers to store with the message
   */
  speech(sender: string, type: string, recipients: readonly string[]): Speech {
    return { senderType: this.#senderType(sender, type), recipientSet: this.#recipientSet(recipients) };
  }

  /**
   * @param sentAt microseconds since 1970; a message without a time is not counted by hour
   * @param failed number of recipients that did not get it
   * @param sign -1 for a message that is dropped
   */
  count({ senderType, recipientSet }: Speech, sentAt: number | null, failed: number, sign: 1 | -1): void {
    const byRecipientSet = this.#cells.get(senderType) ?? new Map<number, Cell>();
    if (byRecipientSet.size === 0) this.#cells.set(senderType, byRecipientSet);
    const hour = sentAt === null ? null : Math.floor(sentAt / HOUR_US);
    let cell = byRecipientSet.get(recipientSet);
    if (cell?.hour !== hour) {
      // Messages are nearly in order of time, so there are few cells; equal hours are added up in `flush`.
      cell = { hour, count: 0, failed: 0, earlier: cell };
      byRecipientSet.set(recipientSet, cell);
    }
    cell.count += sign;
    cell.failed += failed * sign;
  }

  /** Writes the counts, and deletes rows whose count becomes 0. */
  flush(): void {
    const recipientSets = new Map<number, number>();
    for (const [senderType, byRecipientSet] of this.#cells) {
      const hours = new Map<number, Sums>();
      let used = 0;
      for (const [recipientSet, newest] of byRecipientSet) {
        for (let cell: Cell | undefined = newest; cell; cell = cell.earlier) {
          used += cell.count;
          recipientSets.set(recipientSet, (recipientSets.get(recipientSet) ?? 0) + cell.count);
          if (cell.hour === null) continue;
          this.#addHour(recipientSet, cell.hour, senderType, cell);
          const { count = 0, failed = 0 } = hours.get(cell.hour) ?? {};
          hours.set(cell.hour, { count: count + cell.count, failed: failed + cell.failed });
        }
      }
      for (const [hour, sums] of hours) this.#addHour(ANY_RECIPIENT_SET, hour, senderType, sums);
      this.#statements.addSenderType.run(used, senderType);
      if (used < 0) this.#statements.dropSenderType.run(senderType);
    }
    for (const [recipientSet, used] of recipientSets) {
      this.#statements.addRecipientSet.run(used, recipientSet);
      if (used < 0) this.#statements.dropRecipientSet.run(recipientSet);
    }
    for (const map of [this.#cells, this.#senderTypes, this.#recipientSets]) map.clear();
  }

  #addHour(recipientSet: number, hour: number, senderType: number, { count, failed }: Sums): void {
    this.#statements.addHour.run(recipientSet, hour, senderType, count, failed);
    if (count < 0) this.#statements.dropEmptyHour.run(recipientSet, hour, senderType);
  }

  #senderType(sender: string, type: string): number {
    const byType = this.#senderTypes.get(sender) ?? new Map<string, number>();
    if (byType.size === 0) this.#senderTypes.set(sender, byType);
    const { findSenderType, insertSenderType } = this.#statements;
    return byType.get(type) ?? findOrInsert(byType, type, findSenderType, insertSenderType, sender, type);
  }

  #recipientSet(recipients: readonly string[]): number {
    const text = JSON.stringify(recipients);
    const { findRecipientSet, insertRecipientSet } = this.#statements;
    return (
      this.#recipientSets.get(text) ??
      findOrInsert(this.#recipientSets, text, findRecipientSet, insertRecipientSet, text)
    );
  }
}

interface Sums {
  count: number;
  failed: number;
}

/** Messages of one voice and audience in one hour, or without a time. */
interface Cell extends Sums {
  hour: number | null;
  /** The previous cell, of another hour. */
  earlier: Cell | undefined;
}

function findOrInsert(
  known: Map<string, number>,
  key: string,
  find: Database.Statement,
  insert: Database.Statement,
  ...texts: string[]
): number {
  const found = find.get(...texts) as { id: number } | undefined;
  const id = found?.id ?? Number(insert.run(...texts).lastInsertRowid);
  known.set(key, id);
  return id;
}

type Statements = ReturnType<typeof prepare>;

function prepare(db: Database.Database) {
  return {
    findSenderType: db.prepare('SELECT id FROM voices WHERE sender = ? AND type = ?'),
    insertSenderType: db.prepare('INSERT INTO voices (sender, type, count) VALUES (?, ?, 0)'),
    addSenderType: db.prepare('UPDATE voices SET count = count + ? WHERE id = ?'),
    dropSenderType: db.prepare('DELETE FROM voices WHERE id = ? AND count <= 0'),
    findRecipientSet: db.prepare('SELECT id FROM audiences WHERE recipients = ?'),
    insertRecipientSet: db.prepare('INSERT INTO audiences (recipients, count) VALUES (?, 0)'),
    addRecipientSet: db.prepare('UPDATE audiences SET count = count + ? WHERE id = ?'),
    dropRecipientSet: db.prepare('DELETE FROM audiences WHERE id = ? AND count <= 0'),
    addHour: db.prepare(
      `INSERT INTO hours (audience, hour, voice, count, failed) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET count = count + excluded.count, failed = failed + excluded.failed`,
    ),
    dropEmptyHour: db.prepare('DELETE FROM hours WHERE audience = ? AND hour = ? AND voice = ? AND count <= 0'),
  };
}
