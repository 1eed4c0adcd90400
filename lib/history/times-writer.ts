/** Keeps the tables for questions by time consistent with the messages: senders, recipients, and counts by hour. */
import type Database from 'better-sqlite3';

const HOUR_US = 3_600_000_000;
/** The `audience` of rows of `hours` that count each message once, whatever its recipients. */
export const ANY_AUDIENCE = 0;

/** Sender with type, and recipients of a message, as the numbers of their rows in `voices` and `audiences`. */
export interface Speech {
  readonly voice: number;
  readonly audience: number;
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
  readonly #voices = new Map<string, Map<string, number>>();
  readonly #audiences = new Map<string, number>();
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
    return { voice: this.#voice(sender, type), audience: this.#audience(recipients) };
  }

  /**
   * @param sentAt microseconds since 1970; a message without a time is not counted by hour
   * @param failed number of recipients that did not get it
   * @param sign -1 for a message that is dropped
   */
  count({ voice, audience }: Speech, sentAt: number | null, failed: number, sign: 1 | -1): void {
    const byAudience = this.#cells.get(voice) ?? new Map<number, Cell>();
    if (byAudience.size === 0) this.#cells.set(voice, byAudience);
    const hour = sentAt === null ? null : Math.floor(sentAt / HOUR_US);
    let cell = byAudience.get(audience);
    if (cell?.hour !== hour) {
      // Messages are nearly in order of time, so there are few cells; equal hours are added up in `flush`.
      cell = { hour, count: 0, failed: 0, earlier: cell };
      byAudience.set(audience, cell);
    }
    cell.count += sign;
    cell.failed += failed * sign;
  }

  /** Writes the counts, and deletes rows whose count becomes 0. */
  flush(): void {
    const audiences = new Map<number, number>();
    for (const [voice, byAudience] of this.#cells) {
      const hours = new Map<number, Sums>();
      let used = 0;
      for (const [audience, newest] of byAudience) {
        for (let cell: Cell | undefined = newest; cell; cell = cell.earlier) {
          used += cell.count;
          audiences.set(audience, (audiences.get(audience) ?? 0) + cell.count);
          if (cell.hour === null) continue;
          this.#addHour(audience, cell.hour, voice, cell);
          const { count = 0, failed = 0 } = hours.get(cell.hour) ?? {};
          hours.set(cell.hour, { count: count + cell.count, failed: failed + cell.failed });
        }
      }
      for (const [hour, sums] of hours) this.#addHour(ANY_AUDIENCE, hour, voice, sums);
      this.#statements.addVoice.run(used, voice);
      if (used < 0) this.#statements.dropVoice.run(voice);
    }
    for (const [audience, used] of audiences) {
      this.#statements.addAudience.run(used, audience);
      if (used < 0) this.#statements.dropAudience.run(audience);
    }
    for (const map of [this.#cells, this.#voices, this.#audiences]) map.clear();
  }

  #addHour(audience: number, hour: number, voice: number, { count, failed }: Sums): void {
    this.#statements.addHour.run(audience, hour, voice, count, failed);
    if (count < 0) this.#statements.dropEmptyHour.run(audience, hour, voice);
  }

  #voice(sender: string, type: string): number {
    const byType = this.#voices.get(sender) ?? new Map<string, number>();
    if (byType.size === 0) this.#voices.set(sender, byType);
    const { findVoice, insertVoice } = this.#statements;
    return byType.get(type) ?? numberOf(byType, type, findVoice, insertVoice, sender, type);
  }

  #audience(recipients: readonly string[]): number {
    const text = JSON.stringify(recipients);
    const { findAudience, insertAudience } = this.#statements;
    return this.#audiences.get(text) ?? numberOf(this.#audiences, text, findAudience, insertAudience, text);
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

function numberOf(
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
    findVoice: db.prepare('SELECT id FROM voices WHERE sender = ? AND type = ?'),
    insertVoice: db.prepare('INSERT INTO voices (sender, type, count) VALUES (?, ?, 0)'),
    addVoice: db.prepare('UPDATE voices SET count = count + ? WHERE id = ?'),
    dropVoice: db.prepare('DELETE FROM voices WHERE id = ? AND count <= 0'),
    findAudience: db.prepare('SELECT id FROM audiences WHERE recipients = ?'),
    insertAudience: db.prepare('INSERT INTO audiences (recipients, count) VALUES (?, 0)'),
    addAudience: db.prepare('UPDATE audiences SET count = count + ? WHERE id = ?'),
    dropAudience: db.prepare('DELETE FROM audiences WHERE id = ? AND count <= 0'),
    addHour: db.prepare(
      `INSERT INTO hours (audience, hour, voice, count, failed) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET count = count + excluded.count, failed = failed + excluded.failed`,
    ),
    dropEmptyHour: db.prepare('DELETE FROM hours WHERE audience = ? AND hour = ? AND voice = ? AND count <= 0'),
  };
}
