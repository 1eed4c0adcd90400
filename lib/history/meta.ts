/** Single values of a history by key: its epoch, the checkpoint of the log, and what the recorder must not forget. */
import type Database from 'better-sqlite3';

type MetaKey =
  | 'epoch'
  | 'checkpoint'
  /** Identity of the database file (`fileIdentity`), to notice that it was restored from a copy. */
  | 'file'
  /** The project that owns the history, JSON. */
  | 'root'
  /** '1' if messages were deleted by age after a jump of the clock. */
  | 'aged_by_jump'
  /** Unresolved messages, JSON of the recorder. */
  | 'open_matters'
  /** Which agents had which ids, JSON of the recorder. */
  | 'lives'
  /** Number of kept messages that some recipient did not get. */
  | 'failed'
  /** Timestamp of the newest message that has one, JSON. */
  | 'latest_activity'
  /** Answers of the API up to this time may have been dropped, milliseconds since 1970; see usage.ts. */
  | 'usage_floor'
  | 'probed';

export class Meta {
  readonly #statements;

  constructor(db: Database.Database) {
    this.#statements = {
      read: db.prepare('SELECT value FROM meta WHERE key = ?'),
      write: db.prepare('INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value'),
      claim: db.prepare('INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO NOTHING'),
    };
  }

  /** @returns null if the key was never written */
  read(key: MetaKey): string | null {
    return (this.#statements.read.get(key) as { value: string } | undefined)?.value ?? null;
  }

  /** @returns 0 if the key was never written */
  readNumber(key: MetaKey): number {
    return Number(this.read(key) ?? 0);
  }

  write(key: MetaKey, value: string): void {
    this.#statements.write.run(key, value);
  }

  /** Writes the value unless the key has one. */
  claim(key: MetaKey, value: string): void {
    this.#statements.claim.run(key, value);
  }
}
