/** The figures of a past moment over the messages that had been sent by then. Read-only. */
import type Database from 'better-sqlite3';
import type { Summary } from './summary';
import { HOUR_US, MINUTE_US, SECOND_US } from './time-units';
import { ANY_RECIPIENT_SET } from './times-writer';
import { boundedTypes } from './type-counts';

const MINUTES_OF_AN_HOUR = 60;

interface TypeTotal {
  type: string;
  count: number;
  failed: number;
}

export class MessageTotals {
  readonly #statements;

  constructor(db: Database.Database) {
    this.#statements = prepare(db);
  }

  /** See `MessageTimes.totalsUntil`. */
  until(at: number): Summary {
    const until = at * 1000 + 999;
    const hour = Math.floor(until / HOUR_US);
    const rows = this.#statements.totals.all({ hour, since: hour * HOUR_US, until }) as TypeTotal[];
    const types = new Map<string, number>();
    let [count, failed] = [0, 0];
    for (const row of rows) {
      types.set(row.type, (types.get(row.type) ?? 0) + row.count);
      count += row.count;
      failed += row.failed;
    }
    const { line } = (this.#statements.newest.get(until) as { line: string } | undefined) ?? {};
    const latestActivity = line === undefined ? null : (JSON.parse(line) as { timestamp?: unknown }).timestamp;
    return {
      count,
      ...boundedTypes(types),
      failed,
      latestActivity,
      minutes: this.#minutes(until),
      seconds: this.#statements.seconds.all(until - MINUTE_US, until) as [number, number][],
    };
  }

  /** Messages by minute of sending in the hour before an instant; the last, partial minute is counted from rows. */
  #minutes(until: number): [number, number][] {
    const last = Math.floor(until / MINUTE_US);
    const whole = this.#statements.minutes.all(last - MINUTES_OF_AN_HOUR, last) as [number, number][];
    const { count } = this.#statements.between.get(last * MINUTE_US, until) as { count: number };
    return count === 0 ? whole : [...whole, [last, count]];
  }
}

function prepare(db: Database.Database) {
  return {
    totals: db.prepare(
      `SELECT sender, type, sum(sums.count) AS count, sum(failed) AS failed FROM (
         SELECT voice, sum(count) AS count, sum(failed) AS failed FROM hours
           WHERE audience = ${ANY_RECIPIENT_SET} AND hour < @hour GROUP BY voice
         UNION ALL SELECT voice, count(*), sum(failed) FROM messages
           WHERE sent_at BETWEEN @since AND @until GROUP BY voice
       ) AS sums JOIN voices ON voices.id = voice GROUP BY voice`,
    ),
    newest: db.prepare(
      `SELECT line FROM messages WHERE sent_at = (SELECT max(sent_at) FROM messages WHERE sent_at <= ?)
       ORDER BY seq DESC LIMIT 1`,
    ),
    minutes: db
      .prepare('SELECT minute, count FROM minutes WHERE minute >= ? AND minute < ? AND count > 0 ORDER BY minute')
      .raw(),
    between: db.prepare('SELECT count(*) AS count FROM messages WHERE sent_at BETWEEN ? AND ?'),
    seconds: db
      .prepare(
        `SELECT sent_at / ${SECOND_US} AS second, count(*) FROM messages
         WHERE sent_at > ? AND sent_at <= ? GROUP BY second ORDER BY second`,
      )
      .raw(),
  };
}
