/** Drops messages beyond the retention, together with everything that is counted of them. */
import type Database from 'better-sqlite3';
import type { Meta } from './meta';
import { DAY_MS, MINUTE_US } from './time-units';
import { type Speech, TimesWriter } from './times-writer';

/** What is kept: at most so many messages, none older than so many days. */
export interface Retention {
  days: number;
  messages: number;
}

interface PrunableRow extends Speech {
  seq: number;
  sent_at: number | null;
  type: string;
  failed: number;
}

export class MessagePruner {
  readonly #db: Database.Database;
  readonly #meta: Meta;
  readonly #times: TimesWriter;
  readonly #statements;

  constructor(db: Database.Database, meta: Meta) {
    this.#db = db;
    this.#meta = meta;
    this.#times = new TimesWriter(db);
    this.#statements = prepare(db);
  }

  /** See `History.prune`. */
  prune(retention: Retention, now: number, most: number): number {
    const { count } = this.#statements.count.get() as { count: number };
    const excess = Math.min(most, count - retention.messages);
    const until = now - retention.days * DAY_MS;
    const first = this.#statements.firstRecorded.get() as { recorded_at: number } | undefined;
    if (excess <= 0 && (first === undefined || first.recorded_at >= until)) return 0;
    return this.#db.transaction(() => {
      const rows = this.#statements.prunable.all({ until, excess, most }) as PrunableRow[];
      this.#drop(rows);
      return rows.length;
    })();
  }

  #drop(rows: readonly PrunableRow[]): void {
    const types = new Map<string, number>();
    const times = this.#times.begin();
    let failed = 0;
    for (const row of rows) {
      const { seq, type, sent_at } = row;
      this.#statements.dropMessage.run(seq);
      this.#statements.dropIndexed.run(seq);
      types.set(type, (types.get(type) ?? 0) + 1);
      failed += row.failed;
      times.count(row, sent_at, row.failed, -1);
      if (sent_at !== null) this.#statements.dropFromMinute.run(Math.floor(sent_at / MINUTE_US));
    }
    times.flush();
    for (const [type, count] of types) this.#statements.dropFromType.run({ type, count });
    this.#statements.dropEmptyTypes.run();
    this.#statements.dropEmptyMinutes.run();
    if (failed > 0) this.#meta.write('failed', String(this.#meta.readNumber('failed') - failed));
  }
}

function prepare(db: Database.Database) {
  return {
    count: db.prepare('SELECT coalesce(sum(count), 0) AS count FROM types'),
    firstRecorded: db.prepare('SELECT recorded_at FROM messages ORDER BY seq LIMIT 1'),
    // Rows are in order of recording, so the oldest are the first ones: no row is read beyond those that are dropped.
    prunable: db.prepare(
      `SELECT seq, sent_at, type, failed, voice AS senderType, audience AS recipientSet FROM
         (SELECT *, row_number() OVER (ORDER BY seq) AS place FROM (SELECT * FROM messages ORDER BY seq LIMIT @most))
       WHERE recorded_at < @until OR place <= @excess`,
    ),
    dropMessage: db.prepare('DELETE FROM messages WHERE seq = ?'),
    dropIndexed: db.prepare('DELETE FROM search WHERE rowid = ?'),
    dropFromMinute: db.prepare('UPDATE minutes SET count = count - 1 WHERE minute = ?'),
    dropFromType: db.prepare('UPDATE types SET count = count - @count WHERE type = @type'),
    dropEmptyTypes: db.prepare('DELETE FROM types WHERE count <= 0'),
    dropEmptyMinutes: db.prepare('DELETE FROM minutes WHERE count <= 0'),
  };
}
