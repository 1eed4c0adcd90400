/**
 * What happened to agents, locks and sources, and when the files were read: an append-only list of changes in the
 * database of the history. Each row has the state of a thing after the change, or null if the thing was removed.
 * Snapshots and spans are kept consistent with it, in the same transaction.
 */
import type Database from 'better-sqlite3';
import type { LockCounts } from '../contract/locks-answer';
import { type ClockStep, JournalClock } from './journal-clock';
import type { JournalKind } from './journal-kind';
import { JournalPruner } from './journal-pruner';
import { JournalSpans } from './journal-spans';
import { addIndexes } from './schema';
import { Snapshots, type State } from './snapshots';
import { EVERYTHING, Spans } from './spans';

/** What changed at an instant. */
export interface JournalUpdate {
  /** Milliseconds since 1970. */
  at: number;
  /** JSON texts, null for a removed thing; a text equal to the last journaled one is not a change. */
  changed: readonly (readonly [kind: JournalKind, subject: string, body: string | null])[];
  /** `changed` lists everything of these kinds: any other thing was removed. */
  complete: readonly JournalKind[];
  /** Locks of `changed` that still exist, but are no longer journaled. */
  leftOff?: readonly string[];
}

/** The journaled body of `server`, `locks` while not every lock is journaled: the counts of all locks. */
export type JournaledLockCounts = LockCounts;

type Change = JournalUpdate['changed'][number];

interface JournaledRow {
  kind: JournalKind;
  subject: string;
  body: string;
}

export class Journal {
  readonly #statements;
  readonly #transactions;
  readonly #snapshots: Snapshots;
  readonly #spans: Spans;
  readonly #thingSpans: JournalSpans;
  readonly #clock: JournalClock;
  readonly #pruner: JournalPruner;
  readonly #now: State = new Map();
  /** Kinds that were complete in this life; before that, a change of the kind proves nothing. */
  readonly #learned = new Set<JournalKind>();

  /**
   * Begins a life of the journal: until its first complete update, the state before it is unknown.
   *
   * @param db no other process writes to it
   * @param life.aliveAt when the previous life was last known to read the files, milliseconds since 1970; null if
   *   unknown
   * @param life.reason a sentence: why nobody has read the files since
   */
  constructor(db: Database.Database, life: { aliveAt: number | null; reason: string; now: number }) {
    addIndexes(db);
    // Created once: `refreshed` is called every second, and `record` for each change.
    this.#transactions = {
      refreshed: db.transaction(this.#refreshed.bind(this)),
      record: db.transaction(this.#record.bind(this)),
    };
    this.#statements = {
      insert: db.prepare('INSERT INTO journal (at, kind, subject, body) VALUES (?, ?, ?, ?)'),
      set: db.prepare('INSERT OR REPLACE INTO journal_now VALUES (?, ?, ?)'),
      drop: db.prepare('DELETE FROM journal_now WHERE kind = ? AND subject = ?'),
      // After a clock rewind the newest entry does not have the latest time.
      last: db.prepare('SELECT at FROM journal ORDER BY id DESC LIMIT 1'),
    };
    const rows = db.prepare('SELECT kind, subject, body FROM journal_now').all() as JournaledRow[];
    for (const { kind, subject, body } of rows) this.#ofKind(kind).set(subject, body);
    this.#snapshots = new Snapshots(db);
    this.#spans = new Spans(db);
    this.#thingSpans = new JournalSpans(this.#spans);
    this.#pruner = new JournalPruner(db, this.#spans);
    const last = this.#statements.last.get() as { at: number } | undefined;
    const refreshedAt = Math.max(life.aliveAt ?? 0, last?.at ?? 0) || life.now;
    this.#clock = new JournalClock(db, this.#spans, refreshedAt);
    if (last === undefined && life.aliveAt === null) return;
    db.transaction(() => this.#clock.beginUnknown(life.now, life.reason))();
  }

  /** When the files of the swarm were last known to be read, milliseconds since 1970. */
  get refreshedAt(): number {
    return this.#clock.refreshedAt;
  }

  /** Notes that the files of the swarm were read; `record` was called before for any differences. */
  refreshed(at: number): void {
    if (this.#knowsAll) this.#transactions.refreshed(at);
  }

  /**
   * Journals the differences from the last known state, in one transaction.
   *
   * @returns the number of changes
   */
  record(update: JournalUpdate): number {
    return this.#transactions.record(update);
  }

  /**
   * Drops the journal up to a snapshot, so that the state at every later moment stays exact.
   *
   * @param before milliseconds since 1970: the state at later moments is kept
   * @param entries this number of newest entries is kept
   * @param most upper bound of one call, so that it stays short
   * @returns the number of dropped rows
   */
  prune(before: number, entries: number, most: number): number {
    return this.#pruner.prune(before, entries, most);
  }

  #refreshed(refreshedAt: number): void {
    const step = this.#clock.advance(refreshedAt);
    if (step.again) this.#updateAllSpans(step.at);
  }

  #record(update: JournalUpdate): number {
    for (const kind of update.complete) this.#learned.add(kind);
    const { at, again }: ClockStep = this.#clock.advance(update.at);
    this.#clock.born(at);
    const changes = [...this.#differing(update), ...this.#missingFrom(update)];
    const leftOff = new Set(update.leftOff);
    for (const change of changes) this.#enter(change, at, leftOff);
    const begins = this.#knowsAll && this.#spans.isOpen('unknown', EVERYTHING);
    if (begins) this.#spans.end('unknown', EVERYTHING, at, 'changed');
    if (again || begins) this.#updateAllSpans(at);
    const bytes = changes.reduce((sum, [, , body]) => sum + (body?.length ?? 0), 0);
    this.#snapshots.entered(changes.length, bytes, at, this.#now);
    return changes.length;
  }

  get #knowsAll(): boolean {
    return this.#learned.has('agent') && this.#learned.has('lock');
  }

  #differing({ changed }: JournalUpdate): Change[] {
    return changed.filter(([kind, subject, body]) => {
      return this.#learned.has(kind) && (this.#now.get(kind)?.get(subject) ?? null) !== body;
    });
  }

  #missingFrom({ changed, complete }: JournalUpdate): Change[] {
    return complete.flatMap((kind) => {
      const present = new Set(changed.filter((change) => change[0] === kind).map(([, subject]) => subject));
      const known = [...(this.#now.get(kind)?.keys() ?? [])];
      return known.filter((subject) => !present.has(subject)).map((subject): Change => [kind, subject, null]);
    });
  }

  #enter([kind, subject, body]: Change, at: number, leftOff: ReadonlySet<string>): void {
    const before = this.#now.get(kind)?.get(subject) ?? null;
    if (kind === 'source' && subject === 'log') {
      this.#thingSpans.noticeLogGaps(before, body, this.#clock.logReadAt, at);
    }
    this.#statements.insert.run(at, kind, subject, body);
    if (body === null) {
      this.#statements.drop.run(kind, subject);
      this.#ofKind(kind).delete(subject);
      this.#thingSpans.end(kind, subject, before, at, leftOff.has(subject));
    } else {
      this.#statements.set.run(kind, subject, body);
      this.#ofKind(kind).set(subject, body);
      this.#thingSpans.update(kind, subject, body, at);
    }
  }

  #updateAllSpans(at: number): void {
    for (const [kind, things] of this.#now) {
      for (const [subject, body] of things) this.#thingSpans.update(kind, subject, body, at);
    }
  }

  #ofKind(kind: JournalKind): Map<string, string> {
    let things = this.#now.get(kind);
    if (!things) {
      things = new Map();
      this.#now.set(kind, things);
    }
    return things;
  }
}
