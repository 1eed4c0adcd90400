/**
 * What happened to agents, locks and sources, and when the server looked at all: an append-only list of changes in the
 * database of the history. Each row holds a thing's state after the change, or null where it has gone, so that any
 * moment can be told from the rows before it.
 */
import type Database from 'better-sqlite3';

export type JournalKind = 'agent' | 'lock' | 'source' | 'server';

/** How the things of one kind stand at an instant. */
export interface JournalUpdate {
  kind: JournalKind;
  /** Milliseconds since 1970. */
  at: number;
  /** JSON texts by name; those equal to what is journaled last are no change. */
  changed: readonly (readonly [subject: string, body: string])[];
  gone: readonly string[];
  /** `changed` holds everything of the kind: whatever else was there before has gone. */
  complete: boolean;
}

export interface JournalEntry {
  id: number;
  at: number;
  kind: JournalKind;
  subject: string;
  body: string | null;
}

/** Fields that change all the time and mean nothing by themselves: kept, but not a change. */
const RESTLESS = /"(?:last_seen|last_evidence_at)":"[^"]*",?/g;

export class Journal {
  readonly #db: Database.Database;
  readonly #statements;
  readonly #now = new Map<string, string>();

  constructor(db: Database.Database) {
    this.#db = db;
    this.#statements = {
      insert: db.prepare('INSERT INTO journal (at, kind, subject, body) VALUES (?, ?, ?, ?)'),
      set: db.prepare('INSERT OR REPLACE INTO journal_now VALUES (?, ?, ?)'),
      drop: db.prepare('DELETE FROM journal_now WHERE kind = ? AND subject = ?'),
      entries: db.prepare('SELECT * FROM journal WHERE id > ? ORDER BY id LIMIT ?'),
      prune: db.prepare(
        `DELETE FROM journal WHERE id IN (SELECT id FROM journal ORDER BY id LIMIT @most)
         AND (at < @before OR id <= (SELECT max(id) FROM journal) - @entries)`,
      ),
    };
    const rows = db.prepare('SELECT kind, subject, body FROM journal_now').all() as JournalEntry[];
    for (const { kind, subject, body } of rows) this.#now.set(keyOf(kind, subject), body ?? '');
  }

  /**
   * Journals what differs from the last known state, in one transaction.
   *
   * @returns how many changes there were
   */
  record(update: JournalUpdate): number {
    const { kind, at } = update;
    const changed = update.changed.filter(([subject, body]) => this.#differs(keyOf(kind, subject), body));
    const gone = (update.complete ? this.#missingFrom(update) : update.gone).filter((subject) =>
      this.#now.has(keyOf(kind, subject)),
    );
    if (changed.length + gone.length === 0) return 0;
    this.#db.transaction(() => {
      for (const [subject, body] of changed) {
        this.#statements.insert.run(at, kind, subject, body);
        this.#statements.set.run(kind, subject, body);
      }
      for (const subject of gone) {
        this.#statements.insert.run(at, kind, subject, null);
        this.#statements.drop.run(kind, subject);
      }
    })();
    for (const [subject, body] of changed) this.#now.set(keyOf(kind, subject), body);
    for (const subject of gone) this.#now.delete(keyOf(kind, subject));
    return changed.length + gone.length;
  }

  /** Journals something that happened and is over, such as a start of the server. */
  note(kind: JournalKind, subject: string, body: object, at: number): void {
    this.#statements.insert.run(at, kind, subject, JSON.stringify(body));
  }

  /** @returns entries after an id, oldest first. */
  entries(afterId: number, limit: number): JournalEntry[] {
    return this.#statements.entries.all(afterId, limit) as JournalEntry[];
  }

  /** Keeps the newest entries that are not older than an instant; drops at most so many at once. Returns how many. */
  prune(before: number, entries: number, most: number): number {
    return this.#statements.prune.run({ before, entries, most }).changes;
  }

  #differs(key: string, body: string): boolean {
    const known = this.#now.get(key);
    return known === undefined || known.replace(RESTLESS, '') !== body.replace(RESTLESS, '');
  }

  #missingFrom(update: JournalUpdate): string[] {
    const present = new Set(update.changed.map(([subject]) => keyOf(update.kind, subject)));
    const prefix = keyOf(update.kind, '');
    return [...this.#now.keys()]
      .filter((key) => key.startsWith(prefix) && !present.has(key))
      .map((key) => key.slice(prefix.length));
  }
}

function keyOf(kind: string, subject: string): string {
  return `${kind}\n${subject}`;
}
