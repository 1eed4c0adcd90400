/** The figures over all kept messages as of now, for the dashboard's statistics. */

import type Database from 'better-sqlite3';
import type { Meta } from './meta';
import { seqBounds } from './seq-bounds';
import type { Summary } from './summary';
import { SECOND_US } from './time-units';
import { boundedTypes } from './type-counts';

const MINUTES_OF_AN_HOUR = 60;
const SECONDS_OF_A_MINUTE = 60;

export class LiveSummary {
  readonly #meta: Meta;
  readonly #statements;
  readonly #seqBounds;
  /** Messages by second of sending; null until this process appends. */
  #seconds: Map<number, number> | null = null;

  constructor(db: Database.Database, meta: Meta) {
    this.#meta = meta;
    this.#seqBounds = seqBounds(db);
    this.#statements = {
      types: db.prepare('SELECT type, count FROM types').raw(),
      minutes: db
        .prepare('SELECT minute, count FROM minutes WHERE minute BETWEEN ? AND ? AND count > 0 ORDER BY minute')
        .raw(),
      seconds: db
        .prepare(
          `SELECT sent_at / ${SECOND_US} AS second, count(*) AS count FROM messages
           WHERE seq BETWEEN @first AND @last AND sent_at > @since GROUP BY second ORDER BY second`,
        )
        .raw(),
    };
  }

  /** @param now milliseconds since 1970 */
  at(now: number): Summary {
    const types = this.#statements.types.all() as [type: string, count: number][];
    const thisMinute = Math.floor(now / 60_000);
    const latest = this.#meta.read('latest_activity');
    return {
      count: types.reduce((sum, [, count]) => sum + count, 0),
      ...boundedTypes(types),
      failed: this.#meta.readNumber('failed'),
      latestActivity: latest === null ? null : JSON.parse(latest),
      minutes: this.#statements.minutes.all(thisMinute - MINUTES_OF_AN_HOUR, thisMinute + 1) as [number, number][],
      seconds: this.#lastMinute(now),
    };
  }

  /** From the first call on, `add` must be called for each message: the last minute is then not read from rows. */
  startCounting(now: number): void {
    this.#seconds ??= this.#countFromRows(now);
  }

  /** @param sentAt microseconds since 1970 */
  add(sentAt: number): void {
    if (!this.#seconds) return;
    const second = Math.floor(sentAt / SECOND_US);
    this.#seconds.set(second, (this.#seconds.get(second) ?? 0) + 1);
  }

  /** Times of sending have changed: the last minute is read from rows again. */
  recount(): void {
    this.#seconds = null;
  }

  /** A process that appends counts as it goes; one that only follows reads the rows each time. */
  #lastMinute(now: number): [number, number][] {
    const since = Math.floor(now / 1000) - SECONDS_OF_A_MINUTE;
    const seconds = this.#seconds ?? this.#countFromRows(now);
    for (const second of seconds.keys()) if (second < since) seconds.delete(second);
    return [...seconds];
  }

  #countFromRows(now: number): Map<number, number> {
    const since = now - SECONDS_OF_A_MINUTE * 1000;
    const bounds = this.#seqBounds(Math.floor(since / 60_000), Math.floor(Number.MAX_SAFE_INTEGER / 60_000));
    if (!bounds) return new Map();
    return new Map(this.#statements.seconds.all({ ...bounds, since: since * 1000 }) as [number, number][]);
  }
}
