/**
 * Computes the times of sending again from the recorded lines, for a history whose naive times were read in another
 * time zone. Works from the newest message to the oldest, in steps, so that the thread of the history stays responsive.
 * The progress is stored in the database, and a restart continues there.
 */
import type Database from 'better-sqlite3';
import type { ReadTime } from './read-time';
import { MINUTE_US } from './time-units';
import { type Speech, TimesWriter } from './times-writer';

const STEP_MESSAGES = 1000;

interface Row extends Speech {
  seq: number;
  sent_at: number | null;
  failed: number;
  line: string;
}

interface Progress {
  zone: string;
  /** Messages from this `seq` on are done; 0 when all are. */
  from: number;
}

export class Retimer {
  readonly #db: Database.Database;
  readonly #readTime: ReadTime;
  readonly #times: TimesWriter;
  readonly #statements;

  /** @param readTime reads in the zone that `begin` names */
  constructor(db: Database.Database, readTime: ReadTime) {
    this.#db = db;
    this.#readTime = readTime;
    this.#times = new TimesWriter(db);
    this.#statements = prepare(db);
  }

  /**
   * Stores the zone in which times are read from now on. Times that were read in another zone become due.
   *
   * @param zone its name; a history of an earlier version has none stored, and is read again too
   * @param head the `seq` of the newest message
   * @returns the previous zone if it was another one, else null
   */
  begin(zone: string, head: number): string | null {
    const before = this.#progress();
    if (before?.zone === zone) return null;
    this.#save({ zone, from: head + 1 });
    return before?.zone ?? null;
  }

  /** Whether there are messages whose times were read in another zone. */
  get due(): boolean {
    return (this.#progress()?.from ?? 0) > 0;
  }

  /**
   * Computes the times of up to a thousand older messages, in one transaction.
   *
   * @returns whether more are due
   */
  step(): boolean {
    const progress = this.#progress();
    if (progress === null || progress.from === 0) return false;
    return this.#db.transaction(() => {
      const rows = this.#statements.rows.all(progress.from, STEP_MESSAGES) as Row[];
      const times = this.#times.begin();
      for (const row of rows) {
        const { timestamp } = JSON.parse(row.line) as { timestamp?: unknown };
        const sentAt = this.#readTime(timestamp);
        if (sentAt === row.sent_at) continue;
        this.#statements.set.run(sentAt, row.seq);
        // Moves the message from the counts of its former hour to those of its new one.
        times.count(row, row.sent_at, row.failed, -1);
        times.count(row, sentAt, row.failed, 1);
        if (row.sent_at !== null) this.#statements.dropFromMinute.run(Math.floor(row.sent_at / MINUTE_US));
        if (sentAt !== null) this.#statements.addToMinute.run(Math.floor(sentAt / MINUTE_US), row.seq, row.seq);
      }
      times.flush();
      const from = rows.length < STEP_MESSAGES ? 0 : (rows.at(-1) as Row).seq;
      this.#save({ zone: progress.zone, from });
      if (from === 0) this.#statements.dropEmptyMinutes.run();
      return from > 0;
    })();
  }

  #progress(): Progress | null {
    const { value } = (this.#statements.read.get() as { value: string } | undefined) ?? {};
    return value === undefined ? null : (JSON.parse(value) as Progress);
  }

  #save(progress: Progress): void {
    this.#statements.write.run(JSON.stringify(progress));
  }
}

function prepare(db: Database.Database) {
  return {
    read: db.prepare("SELECT value FROM meta WHERE key = 'zone'"),
    write: db.prepare("INSERT INTO meta VALUES ('zone', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"),
    rows: db.prepare(
      'SELECT seq, sent_at, failed, voice AS senderType, audience AS recipientSet, line FROM messages WHERE seq < ? ORDER BY seq DESC LIMIT ?',
    ),
    set: db.prepare('UPDATE messages SET sent_at = ? WHERE seq = ?'),
    dropFromMinute: db.prepare('UPDATE minutes SET count = count - 1 WHERE minute = ?'),
    addToMinute: db.prepare(
      `INSERT INTO minutes VALUES (?, 1, ?, ?) ON CONFLICT (minute) DO UPDATE SET count = count + 1,
       first_seq = min(first_seq, excluded.first_seq), last_seq = max(last_seq, excluded.last_seq)`,
    ),
    dropEmptyMinutes: db.prepare('DELETE FROM minutes WHERE count <= 0'),
  };
}
