/**
 * What happened to agents, locks and sources, and when the server looked at all: an append-only list of changes in the
 * database of the history. Each row holds a thing's state after the change, or null where it has gone. Snapshots and
 * spans are kept in step with it, in the same transaction.
 */
import type Database from 'better-sqlite3';
import { Snapshots, type State } from './snapshots';
import { EVERYTHING, healthContent, lockContent, Spans } from './spans';

/** `registry` is what its header says, with the time each agent was last seen; `server` is the dashboard itself. */
export type JournalKind = 'agent' | 'lock' | 'source' | 'server' | 'attention' | 'registry';

/** What changed at an instant. */
export interface JournalUpdate {
  /** Milliseconds since 1970. */
  at: number;
  /** JSON texts, null where a thing has gone; those equal to what is journaled last are no change. */
  changed: readonly (readonly [kind: JournalKind, subject: string, body: string | null])[];
  /** `changed` holds everything of these kinds: whatever else was there before has gone. */
  complete: readonly JournalKind[];
}

type Change = JournalUpdate['changed'][number];

/** Files are looked at twice a second: when nobody has for so long, the machine slept or its clock was set. */
const UNSEEN_AFTER_MS = 10_000;

const LIVED_TWICE = 'The clock was set back, so this time was lived twice.';

/** What a source must be able to tell, or it is not known what it would have told. */
const UNKNOWN_WHILE_UNREADABLE: ReadonlySet<string> = new Set(['registry', 'locks', 'log']);

export class Journal {
  readonly #db: Database.Database;
  readonly #statements;
  readonly #snapshots: Snapshots;
  readonly #spans: Spans;
  readonly #now: State = new Map();
  /** The kinds of which this life has learned everything; until then its changes tell nothing. */
  readonly #learned = new Set<JournalKind>();
  #lookedAt: number;

  /**
   * Begins a life of the journal: until its first complete update, what there was before is unknown.
   *
   * @param db written by nobody else
   * @param life.aliveAt when the life before it was last known to look, milliseconds since 1970; null if unknown
   * @param life.reason a sentence: why nobody has looked since
   */
  constructor(db: Database.Database, life: { aliveAt: number | null; reason: string; now: number }) {
    this.#db = db;
    this.#statements = {
      insert: db.prepare('INSERT INTO journal (at, kind, subject, body) VALUES (?, ?, ?, ?)'),
      set: db.prepare('INSERT OR REPLACE INTO journal_now VALUES (?, ?, ?)'),
      drop: db.prepare('DELETE FROM journal_now WHERE kind = ? AND subject = ?'),
      last: db.prepare('SELECT max(at) AS at FROM journal'),
      oldEnough: db.prepare('SELECT journal_id FROM snapshots WHERE at <= ? ORDER BY at DESC LIMIT 1'),
      farEnough: db.prepare(
        'SELECT max(journal_id) AS journal_id FROM snapshots WHERE journal_id <= (SELECT max(id) FROM journal) - ?',
      ),
      snapshots: db.prepare('SELECT journal_id FROM snapshots WHERE journal_id < ? ORDER BY journal_id LIMIT ?'),
      dropSnapshot: db.prepare('DELETE FROM snapshots WHERE journal_id = ?'),
      oldest: db.prepare('SELECT journal_id, at FROM snapshots ORDER BY journal_id LIMIT 1'),
      // What stands before the oldest snapshot is in it; its own entry tells since when.
      prune: db.prepare('DELETE FROM journal WHERE id IN (SELECT id FROM journal WHERE id < ? ORDER BY id LIMIT ?)'),
    };
    const rows = db.prepare('SELECT kind, subject, body FROM journal_now').all() as Journaled[];
    for (const { kind, subject, body } of rows) this.#ofKind(kind).set(subject, body);
    this.#snapshots = new Snapshots(db);
    this.#spans = new Spans(db);
    const { at: lastEntry } = this.#statements.last.get() as { at: number | null };
    this.#lookedAt = Math.max(life.aliveAt ?? 0, lastEntry ?? 0) || life.now;
    if (lastEntry === null && life.aliveAt === null) return;
    db.transaction(() => {
      this.#spans.endAllUnseen(this.#lookedAt);
      if (life.now < this.#lookedAt - UNSEEN_AFTER_MS) this.#liveAgain(life.now);
      if (!this.#spans.isOpen('unknown', EVERYTHING)) this.#beginUnknown(life.reason);
    })();
  }

  /** When the swarm was last known to be looked at, milliseconds since 1970. */
  get lookedAt(): number {
    return this.#lookedAt;
  }

  /** The swarm's files were looked at; what differed was journaled before. */
  looked(at: number): void {
    if (!this.#knowsAll) return;
    this.#db.transaction(() => {
      const seen = this.#advance(at);
      if (seen.again) this.#followEverything(seen.at);
    })();
  }

  /**
   * Journals what differs from the last known state, in one transaction.
   *
   * @returns how many changes there were
   */
  record(update: JournalUpdate): number {
    return this.#db.transaction(() => {
      for (const kind of update.complete) this.#learned.add(kind);
      const { at, again } = this.#advance(update.at);
      const changes = [...this.#differing(update), ...this.#missingFrom(update)];
      for (const change of changes) this.#enter(change, at);
      const begins = this.#knowsAll && this.#spans.isOpen('unknown', EVERYTHING);
      if (begins) this.#spans.end('unknown', EVERYTHING, at, 'changed');
      if (again || begins) this.#followEverything(at);
      const bytes = changes.reduce((sum, [, , body]) => sum + (body?.length ?? 0), 0);
      this.#snapshots.entered(changes.length, bytes, at, this.#now);
      return changes.length;
    })();
  }

  /**
   * Drops whole pieces of the journal, each up to a snapshot, so that every moment that is left stays right.
   *
   * @param before milliseconds since 1970: later moments are kept
   * @param entries so many of the newest entries are kept
   * @param most how many at once, so that a step stays short
   * @returns how many rows were dropped
   */
  prune(before: number, entries: number, most: number): number {
    return this.#db.transaction(() => {
      const ends = [this.#statements.oldEnough.get(before), this.#statements.farEnough.get(entries)] as Ends;
      const first = Math.max(...ends.map((end) => end?.journal_id ?? 0));
      const snapshots = this.#statements.snapshots.all(first, most) as { journal_id: number }[];
      for (const { journal_id } of snapshots) this.#statements.dropSnapshot.run(journal_id);
      const oldest = this.#statements.oldest.get() as { journal_id: number; at: number } | undefined;
      if (!oldest) return 0;
      const { changes } = this.#statements.prune.run(oldest.journal_id, most);
      return snapshots.length + changes + this.#spans.prune(oldest.at, most);
    })();
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

  #enter([kind, subject, body]: Change, at: number): void {
    this.#statements.insert.run(at, kind, subject, body);
    if (body === null) {
      this.#statements.drop.run(kind, subject);
      this.#ofKind(kind).delete(subject);
    } else {
      this.#statements.set.run(kind, subject, body);
      this.#ofKind(kind).set(subject, body);
    }
    this.#follow(kind, subject, body, at);
  }

  /** Keeps the span of a thing in step with it. */
  #follow(kind: JournalKind, subject: string, body: string | null, at: number): void {
    if (kind === 'agent') {
      if (body === null) this.#spans.end('health', subject, at, 'released');
      else this.#spans.become('health', subject, healthContent(subject, body), at);
    } else if (kind === 'lock') {
      if (body === null) this.#spans.end('lock', subject, at, 'released');
      else this.#spans.become('lock', subject, lockContent(body), at);
    } else if (kind === 'source' && UNKNOWN_WHILE_UNREADABLE.has(subject)) {
      const { state, reason } = JSON.parse(body ?? '{}') as { state?: string; reason?: string };
      const content = { agent: '', path: '', value: subject, detail: reason ?? null };
      if (state === 'unreadable') this.#spans.become('unknown', subject, content, at);
      else this.#spans.end('unknown', subject, at, 'changed');
    }
  }

  /**
   * Takes the time of a look. A small step back of the clock is none; a large one either way is a time unseen.
   *
   * @returns the time to journal under, and whether everything has to be followed again from it
   */
  #advance(at: number): { at: number; again: boolean } {
    const before = this.#lookedAt;
    if (at < before && at >= before - UNSEEN_AFTER_MS) return { at: before, again: false };
    this.#lookedAt = at;
    if ((at >= before && at <= before + UNSEEN_AFTER_MS) || this.#spans.isOpen('unknown', EVERYTHING)) {
      return { at, again: false };
    }
    this.#spans.endAllUnseen(before);
    const reason = at > before ? 'The dashboard did not look: the machine slept or was busy.' : LIVED_TWICE;
    this.#spans.addUnknown(reason, Math.min(at, before), Math.max(at, before));
    return { at, again: true };
  }

  /** The clock was set back while nobody looked: what is journaled from now on stands among what was before. */
  #liveAgain(now: number): void {
    const before = this.#lookedAt;
    this.#lookedAt = now;
    this.#spans.end('unknown', EVERYTHING, before, 'changed');
    this.#spans.addUnknown(LIVED_TWICE, now, before);
  }

  #beginUnknown(detail: string): void {
    const content = { agent: '', path: '', value: EVERYTHING, detail };
    this.#spans.become('unknown', EVERYTHING, content, this.#lookedAt);
  }

  #followEverything(at: number): void {
    for (const [kind, things] of this.#now) {
      for (const [subject, body] of things) this.#follow(kind, subject, body, at);
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

type Ends = ({ journal_id: number | null } | undefined)[];

interface Journaled {
  kind: JournalKind;
  subject: string;
  body: string;
}
