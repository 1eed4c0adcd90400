/**
 * The record of commands. Every process on a history writes its own rows, each in a small transaction: before the
 * effect of the command, and after it. The process that records also drops old ones.
 */
import type Database from 'better-sqlite3';
import { type ActionRecord, type KnownAction, STARTED, UNKNOWN } from '../contract/action-record';

const UNKNOWN_DETAIL = 'The dashboard ended while the command ran, so it is not known what it did.';

/** Which rows may be dropped. */
export interface ActionRetention {
  /** Rows from before this instant, milliseconds since 1970. */
  before: number;
  /** The newest rows that stay. */
  rows: number;
  /** Keys of rows from before this instant are forgotten. */
  keysBefore: number;
}

export class Actions {
  readonly #db: Database.Database;
  readonly #process: string;
  readonly #statements;

  /**
   * @param process a random name of this process, the same while it lives
   * @throws errors of SQLite, as all methods do
   */
  constructor(db: Database.Database, process: string) {
    this.#db = db;
    this.#process = process;
    const insert = `INSERT INTO actions (run, process, at, ended_at, principal, client, action, target, agent, request,
      outcome, detail, key, fingerprint, answer) VALUES (@run, @process, @at, @endedAt, @principal, @client, @action,
      @target, @agentId, @request, @outcome, @detail`;
    this.#statements = {
      known: db.prepare('SELECT at, outcome, fingerprint, answer FROM actions WHERE principal = ? AND key = ?'),
      start: db.prepare(`${insert}, @key, @fingerprint, @answer)`),
      // A key may be given up here, but never taken.
      end: db.prepare(`UPDATE actions SET ended_at = @endedAt, outcome = @outcome, detail = @detail,
        key = CASE WHEN @key IS NOT NULL THEN key END, fingerprint = @fingerprint, answer = @answer WHERE run = @run`),
      // Its beginning is in another history, or was never written.
      add: db.prepare(`${insert}, NULL, NULL, NULL)`),
      running: db.prepare(`SELECT DISTINCT process FROM actions WHERE outcome = '${STARTED}'`),
      lose: db.prepare(
        `UPDATE actions SET outcome = '${UNKNOWN}', detail = ? WHERE outcome = '${STARTED}' AND process = ?`,
      ),
      forget: db.prepare(
        'UPDATE actions SET key = NULL, fingerprint = NULL, answer = NULL WHERE key IS NOT NULL AND at < ?',
      ),
      newest: db.prepare('SELECT coalesce(max(id), 0) AS id FROM actions'),
      // In the order of ids, so that the first row that is not old ends the search.
      firstByAge: db.prepare('SELECT id FROM actions WHERE +at >= ? ORDER BY id LIMIT 1'),
      firstWithKey: db.prepare('SELECT id FROM actions WHERE id < ? AND key IS NOT NULL ORDER BY id LIMIT 1'),
      drop: db.prepare('DELETE FROM actions WHERE id IN (SELECT id FROM actions WHERE id < ? ORDER BY id LIMIT ?)'),
    };
  }

  /**
   * Commits the beginning of a command, so that it survives even a power cut.
   *
   * @returns null, or the earlier command of its principal with its key; then nothing is written
   */
  start(record: ActionRecord): KnownAction | null {
    this.#db.pragma('synchronous = FULL');
    try {
      return this.#db
        .transaction(() => {
          const known = record.key === null ? undefined : this.#statements.known.get(record.principal, record.key);
          if (known) return known as KnownAction;
          this.#statements.start.run({ ...record, process: this.#process });
          return null;
        })
        .immediate();
    } finally {
      this.#db.pragma('synchronous = NORMAL');
    }
  }

  /** Commits the end of a command; adds its record, without its key, if the beginning is not here. */
  end(record: ActionRecord): void {
    const row = { ...record, process: this.#process };
    this.#db
      .transaction(() => {
        if (this.#statements.end.run(row).changes === 0) this.#statements.add.run(row);
      })
      .immediate();
  }

  /**
   * Marks commands of processes that have ended as unknown.
   *
   * @param isAlive whether the process with a name lives
   */
  review(isAlive: (process: string) => boolean): void {
    const running = this.#statements.running.all() as { process: string }[];
    for (const { process } of running) {
      if (process !== this.#process && !isAlive(process)) this.#statements.lose.run(UNKNOWN_DETAIL, process);
    }
  }

  /**
   * Drops old rows, from the oldest on without a gap, so that a cursor shows whether rows after it were dropped. Rows
   * whose keys are still needed stay, and those after them.
   *
   * @param most upper bound of one call
   * @returns the number of dropped rows
   */
  prune({ before, rows, keysBefore }: ActionRetention, most: number): number {
    return this.#db
      .transaction(() => {
        this.#statements.forget.run(keysBefore);
        const newest = idIn(this.#statements.newest.get()) ?? 0;
        const byAge = idIn(this.#statements.firstByAge.get(before)) ?? newest + 1;
        const first = Math.max(byAge, newest - rows + 1);
        return this.#statements.drop.run(idIn(this.#statements.firstWithKey.get(first)) ?? first, most).changes;
      })
      .immediate();
  }
}

function idIn(row: unknown): number | undefined {
  return (row as { id: number } | undefined)?.id;
}
