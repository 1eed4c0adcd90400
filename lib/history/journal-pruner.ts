/** Drops old parts of the journal with their snapshots and spans. */
import type Database from 'better-sqlite3';
import { knownSince } from './snapshots';
import type { Spans } from './spans';

type SnapshotId = { journal_id: number | null } | undefined;

export class JournalPruner {
  readonly #db: Database.Database;
  readonly #spans: Spans;
  readonly #statements;

  constructor(db: Database.Database, spans: Spans) {
    this.#db = db;
    this.#spans = spans;
    this.#statements = {
      oldEnough: db.prepare('SELECT journal_id FROM snapshots WHERE at <= ? ORDER BY at DESC LIMIT 1'),
      farEnough: db.prepare(
        'SELECT max(journal_id) AS journal_id FROM snapshots WHERE journal_id <= (SELECT max(id) FROM journal) - ?',
      ),
      snapshots: db.prepare('SELECT journal_id FROM snapshots WHERE journal_id < ? ORDER BY journal_id LIMIT ?'),
      dropSnapshot: db.prepare('DELETE FROM snapshots WHERE journal_id = ?'),
      oldest: db.prepare('SELECT min(journal_id) AS journal_id FROM snapshots'),
      // The oldest snapshot contains what was before it; its own entry stays, because it says since when.
      entries: db.prepare('DELETE FROM journal WHERE id IN (SELECT id FROM journal WHERE id < ? ORDER BY id LIMIT ?)'),
    };
  }

  /** See `Journal.prune`. */
  prune(before: number, entries: number, most: number): number {
    return this.#db.transaction(() => {
      const byAge = this.#statements.oldEnough.get(before) as SnapshotId;
      const byCount = this.#statements.farEnough.get(entries) as SnapshotId;
      const first = Math.max(byAge?.journal_id ?? 0, byCount?.journal_id ?? 0);
      const snapshots = this.#statements.snapshots.all(first, most) as { journal_id: number }[];
      for (const { journal_id } of snapshots) this.#statements.dropSnapshot.run(journal_id);
      const known = knownSince(this.#db);
      if (known === null) return 0;
      const { journal_id } = this.#statements.oldest.get() as { journal_id: number };
      const { changes } = this.#statements.entries.run(journal_id, most);
      return snapshots.length + changes + this.#spans.prune(known, most);
    })();
  }
}
