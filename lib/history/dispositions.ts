/**
 * The attention items that were acknowledged or snoozed. Every process on a history may write here, in transactions
 * of one row; the one that records also drops ended decisions.
 */
import type Database from 'better-sqlite3';

/** Author of a decision, null without credentials, and its time in milliseconds since 1970. */
interface Done {
  by: string | null;
  at: number;
}

/** The decision about one attention item; valid while the facts of the item stay the same. */
export interface Disposition {
  /** The id of the item. */
  id: string;
  /** The fingerprint of the facts at the time of the decision. */
  fingerprint: string;
  acknowledged: Done | null;
  /** `until` in milliseconds since 1970; null: until the facts change. */
  snoozed: (Done & { until: number | null }) | null;
}

/** One decision; `withdraw` removes acknowledgement and snooze. */
export type DispositionChange = { id: string; fingerprint: string } & (
  | { action: 'acknowledge'; by: string | null; at: number }
  | { action: 'snooze'; by: string | null; at: number; until: number | null }
  | { action: 'withdraw'; at: number }
);

/** Which items exist, and which decisions have ended because facts changed or time passed. */
export interface DispositionReview {
  present: readonly string[];
  ended: readonly Pick<Disposition, 'id' | 'fingerprint'>[];
}

/** An item that comes back within this time with the same facts is still acknowledged. */
export const MAX_ABSENCE_MS = 24 * 3_600_000;

interface Row {
  id: string;
  fingerprint: string;
  acknowledged_by: string | null;
  acknowledged_at: number | null;
  snoozed_by: string | null;
  snoozed_at: number | null;
  snoozed_until: number | null;
  seen_at: number;
}

export class Dispositions {
  readonly #db: Database.Database;
  readonly #statements;

  /** @throws errors of SQLite, as all methods do */
  constructor(db: Database.Database) {
    this.#db = db;
    this.#statements = {
      all: db.prepare('SELECT * FROM dispositions ORDER BY id'),
      one: db.prepare('SELECT * FROM dispositions WHERE id = ?'),
      drop: db.prepare('DELETE FROM dispositions WHERE id = ?'),
      end: db.prepare('DELETE FROM dispositions WHERE id = ? AND fingerprint = ?'),
      see: db.prepare('UPDATE dispositions SET seen_at = ? WHERE id IN (SELECT value FROM json_each(?))'),
      prune: db.prepare('DELETE FROM dispositions WHERE seen_at < ?'),
      put: db.prepare(`INSERT OR REPLACE INTO dispositions VALUES (@id, @fingerprint, @acknowledged_by,
        @acknowledged_at, @snoozed_by, @snoozed_at, @snoozed_until, @seen_at)`),
    };
  }

  /** All decisions, by id. */
  all(): Disposition[] {
    return (this.#statements.all.all() as Row[]).map(dispositionFrom);
  }

  /** Commits one decision. It replaces an earlier decision about other facts of the same item. */
  change(change: DispositionChange): void {
    this.#db.transaction(() => this.#change(change)).immediate();
  }

  /**
   * Drops ended decisions, and those about items that have not existed for a day.
   *
   * @param now milliseconds since 1970
   */
  review({ present, ended }: DispositionReview, now: number): void {
    this.#db
      .transaction(() => {
        for (const { id, fingerprint } of ended) this.#statements.end.run(id, fingerprint);
        this.#statements.see.run(now, JSON.stringify(present));
        this.#statements.prune.run(now - MAX_ABSENCE_MS);
      })
      .immediate();
  }

  /** Replaces all decisions by those of another database. */
  replace(known: readonly Disposition[], now: number): void {
    this.#db
      .transaction(() => {
        this.#db.exec('DELETE FROM dispositions');
        for (const one of known) this.#statements.put.run(rowFrom(one, now));
      })
      .immediate();
  }

  #change(change: DispositionChange): void {
    const { id, fingerprint, at } = change;
    if (change.action === 'withdraw') {
      this.#statements.drop.run(id);
      return;
    }
    const row = this.#statements.one.get(id) as Row | undefined;
    const before = row?.fingerprint === fingerprint ? dispositionFrom(row) : null;
    const { by } = change;
    const after: Disposition = {
      id,
      fingerprint,
      acknowledged: change.action === 'acknowledge' ? { by, at } : (before?.acknowledged ?? null),
      snoozed: change.action === 'snooze' ? { by, at, until: change.until } : (before?.snoozed ?? null),
    };
    this.#statements.put.run(rowFrom(after, at));
  }
}

function dispositionFrom(row: Row): Disposition {
  const { acknowledged_at, acknowledged_by, snoozed_at, snoozed_by, snoozed_until } = row;
  return {
    id: row.id,
    fingerprint: row.fingerprint,
    acknowledged: acknowledged_at === null ? null : { by: acknowledged_by, at: acknowledged_at },
    snoozed: snoozed_at === null ? null : { by: snoozed_by, at: snoozed_at, until: snoozed_until },
  };
}

function rowFrom({ id, fingerprint, acknowledged, snoozed }: Disposition, seenAt: number): Row {
  return {
    id,
    fingerprint,
    acknowledged_by: acknowledged?.by ?? null,
    acknowledged_at: acknowledged?.at ?? null,
    snoozed_by: snoozed?.by ?? null,
    snoozed_at: snoozed?.at ?? null,
    snoozed_until: snoozed?.until ?? null,
    seen_at: seenAt,
  };
}
