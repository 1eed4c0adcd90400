/**
 * What happened to agents, locks and sources, and when the server looked at all: an append-only list of changes in the
 * database of the history. Each row holds a thing's state after the change, or null where it has gone. Snapshots and
 * spans are kept in step with it, in the same transaction.
 */
import type Database from 'better-sqlite3';
import type { LockCounts } from '../contract/locks-answer';
import { MAX_FOLLOWED_LOCKS } from '../contract/schemas';
import type { JournalKind } from './journal-kind';
import { knownSince, Snapshots, type State } from './snapshots';
import { EVERYTHING, healthContent, isPastTimeout, lockContent, Spans } from './spans';

/** What changed at an instant. */
export interface JournalUpdate {
  /** Milliseconds since 1970. */
  at: number;
  /** JSON texts, null where a thing has gone; those equal to what is journaled last are no change. */
  changed: readonly (readonly [kind: JournalKind, subject: string, body: string | null])[];
  /** `changed` holds everything of these kinds: whatever else was there before has gone. */
  complete: readonly JournalKind[];
  /** The locks of `changed` that are held on, but no longer journaled. */
  leftOff?: readonly string[];
}

/** What is journaled of `server` as `locks` while not every lock is journaled: the counts of all of them. */
export type JournaledLockCounts = LockCounts;

type Change = JournalUpdate['changed'][number];

/** Files are looked at once a second: when nobody has for so long, the machine slept or its clock was set. */
const UNSEEN_AFTER_MS = 10_000;

/** The log is read once a second, and what reading found is told at once. */
const MAX_LOG_DELAY_MS = 2000;
const NOT_OBSERVED = 'The dashboard did not look: the machine slept, was busy, or its clock was set ahead.';
const LEFT_OFF = `There were more locks than are recorded: at most ${MAX_FOLLOWED_LOCKS} at a time.`;
const LEFT_OFF_SUBJECT = 'locks left off';
const DESTROYED = 'Messages may be missing: log files were destroyed before they could be read.';

/** What a source must be able to tell, or it is not known what it would have told. */
const UNKNOWN_WHILE_UNREADABLE: ReadonlySet<string> = new Set(['registry', 'locks', 'log']);

export class Journal {
  readonly #db: Database.Database;
  readonly #statements;
  readonly #transactions;
  readonly #snapshots: Snapshots;
  readonly #spans: Spans;
  readonly #now: State = new Map();
  /** The kinds of which this life has learned everything; until then its changes tell nothing. */
  readonly #learned = new Set<JournalKind>();
  #refreshedAt: number;
  /** Up to when the log was read, as far as is known. */
  #logReadAt: number;
  /** When this life began to look. */
  #bornAt: number | null = null;
  /** Ends of times that are lived twice, those to come. */
  #rewoundUntil: number[];

  /**
   * Begins a life of the journal: until its first complete update, what there was before is unknown.
   *
   * @param db written by nobody else
   * @param life.aliveAt when the life before it was last known to look, milliseconds since 1970; null if unknown
   * @param life.reason a sentence: why nobody has looked since
   */
  constructor(db: Database.Database, life: { aliveAt: number | null; reason: string; now: number }) {
    this.#db = db;
    // Made once: a look comes every second, and a record with each change.
    this.#transactions = {
      refreshed: db.transaction(this.#refreshed.bind(this)),
      record: db.transaction(this.#record.bind(this)),
    };
    this.#statements = {
      insert: db.prepare('INSERT INTO journal (at, kind, subject, body) VALUES (?, ?, ?, ?)'),
      set: db.prepare('INSERT OR REPLACE INTO journal_now VALUES (?, ?, ?)'),
      drop: db.prepare('DELETE FROM journal_now WHERE kind = ? AND subject = ?'),
      // After a clock was set back, the newest entry does not have the latest time.
      last: db.prepare('SELECT at FROM journal ORDER BY id DESC LIMIT 1'),
      oldEnough: db.prepare('SELECT journal_id FROM snapshots WHERE at <= ? ORDER BY at DESC LIMIT 1'),
      farEnough: db.prepare(
        'SELECT max(journal_id) AS journal_id FROM snapshots WHERE journal_id <= (SELECT max(id) FROM journal) - ?',
      ),
      snapshots: db.prepare('SELECT journal_id FROM snapshots WHERE journal_id < ? ORDER BY journal_id LIMIT ?'),
      dropSnapshot: db.prepare('DELETE FROM snapshots WHERE journal_id = ?'),
      oldest: db.prepare('SELECT min(journal_id) AS journal_id FROM snapshots'),
      // What stands before the oldest snapshot is in it; its own entry tells since when.
      prune: db.prepare('DELETE FROM journal WHERE id IN (SELECT id FROM journal WHERE id < ? ORDER BY id LIMIT ?)'),
    };
    const rows = db.prepare('SELECT kind, subject, body FROM journal_now').all() as Journaled[];
    for (const { kind, subject, body } of rows) this.#ofKind(kind).set(subject, body);
    this.#snapshots = new Snapshots(db);
    this.#spans = new Spans(db);
    const last = this.#statements.last.get() as { at: number } | undefined;
    this.#refreshedAt = Math.max(life.aliveAt ?? 0, last?.at ?? 0) || life.now;
    this.#logReadAt = this.#refreshedAt;
    this.#rewoundUntil = this.#spans.rewindEnds(this.#refreshedAt);
    if (last === undefined && life.aliveAt === null) return;
    db.transaction(() => {
      this.#spans.endAllUnseen(this.#refreshedAt);
      if (life.now < this.#refreshedAt - UNSEEN_AFTER_MS) this.#rewind(life.now);
      if (!this.#spans.isOpen('unknown', EVERYTHING)) this.#beginUnknown(life.reason);
    })();
  }

  /** When the swarm was last known to be looked at, milliseconds since 1970. */
  get refreshedAt(): number {
    return this.#refreshedAt;
  }

  /** The swarm's files were looked at; what differed was journaled before. */
  refreshed(at: number): void {
    if (this.#knowsAll) this.#transactions.refreshed(at);
  }

  /**
   * Journals what differs from the last known state, in one transaction.
   *
   * @returns how many changes there were
   */
  record(update: JournalUpdate): number {
    return this.#transactions.record(update);
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
      const known = knownSince(this.#db);
      if (known === null) return 0;
      const { journal_id } = this.#statements.oldest.get() as { journal_id: number };
      const { changes } = this.#statements.prune.run(journal_id, most);
      return snapshots.length + changes + this.#spans.prune(known, most);
    })();
  }

  #refreshed(refreshedAt: number): void {
    const { at, again } = this.#advance(refreshedAt);
    if (again) this.#followEverything(at);
  }

  #record(update: JournalUpdate): number {
    for (const kind of update.complete) this.#learned.add(kind);
    const { at, again } = this.#advance(update.at);
    this.#bornAt ??= at;
    const changes = [...this.#differing(update), ...this.#missingFrom(update)];
    const leftOff = new Set(update.leftOff);
    for (const change of changes) this.#enter(change, at, leftOff);
    const begins = this.#knowsAll && this.#spans.isOpen('unknown', EVERYTHING);
    if (begins) this.#spans.end('unknown', EVERYTHING, at, 'changed');
    if (again || begins) this.#followEverything(at);
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
    if (kind === 'source' && subject === 'log') this.#noticeGaps(body, at);
    const before = this.#now.get(kind)?.get(subject) ?? null;
    this.#statements.insert.run(at, kind, subject, body);
    if (body === null) {
      this.#statements.drop.run(kind, subject);
      this.#ofKind(kind).delete(subject);
    } else {
      this.#statements.set.run(kind, subject, body);
      this.#ofKind(kind).set(subject, body);
    }
    if (body !== null) this.#follow(kind, subject, body, at);
    else if (kind === 'lock' && leftOff.has(subject)) this.#spans.end('lock', subject, at, 'unseen');
    else this.#end(kind, subject, at, before);
  }

  /** Ends the span of a thing that has gone. */
  #end(kind: JournalKind, subject: string, at: number, before: string | null): void {
    if (kind === 'agent') this.#spans.end('health', subject, at, 'released');
    // Who removed it is not written anywhere: past its timeout anybody may, and every look of the tool does.
    else if (kind === 'lock') this.#spans.end('lock', subject, at, isPastTimeout(before) ? 'expired' : 'released');
    else if (kind === 'source') this.#spans.end('unknown', subject, at, 'changed');
    else if (kind === 'server' && subject === 'locks') this.#spans.end('unknown', LEFT_OFF_SUBJECT, at, 'changed');
  }

  /** Keeps the span of a thing in step with it. */
  #follow(kind: JournalKind, subject: string, body: string, at: number): void {
    if (kind === 'agent') {
      this.#spans.become('health', subject, healthContent(subject, body), at);
    } else if (kind === 'lock') {
      this.#spans.become('lock', subject, lockContent(body), at);
    } else if (kind === 'server' && subject === 'locks') {
      const content = { agent: '', path: '', value: 'locks', detail: LEFT_OFF };
      this.#spans.become('unknown', LEFT_OFF_SUBJECT, content, at);
    } else if (kind === 'source' && UNKNOWN_WHILE_UNREADABLE.has(subject)) {
      const { state, reason, kept_from } = JSON.parse(body) as SourceBody;
      const content = { agent: '', path: '', value: subject, detail: reason ?? null };
      // A source that vanished tells as little as one that can't be read, while what it said before is still shown.
      const vanished = state === 'missing' && typeof kept_from === 'string';
      if (state === 'unreadable' || vanished) this.#spans.become('unknown', subject, content, at);
      else this.#spans.end('unknown', subject, at, 'changed');
    }
  }

  /** Of the time between the last reading of the log and the one that found its files destroyed, messages may be missing. */
  #noticeGaps(body: string | null, at: number): void {
    const before = gapsOf(this.#now.get('source')?.get('log') ?? null);
    if (before === null || (gapsOf(body) ?? 0) <= before) return;
    this.#spans.addUnknown('log', DESTROYED, Math.min(this.#logReadAt, at), at);
  }

  /**
   * Takes the time of a look. A small step back of the clock is none; a large one either way is a time unseen.
   *
   * @returns the time to journal under, and whether everything has to be followed again from it
   */
  #advance(at: number): { at: number; again: boolean } {
    const before = this.#refreshedAt;
    if (at < before && at >= before - UNSEEN_AFTER_MS) return { at: before, again: false };
    // What a life finds at its beginning happened before it.
    const isYoung = this.#bornAt === null || before < this.#bornAt + UNSEEN_AFTER_MS;
    if (!isYoung) this.#logReadAt = before - MAX_LOG_DELAY_MS;
    const unknown = this.#spans.isOpen('unknown', EVERYTHING);
    if ((at >= before && at <= before + UNSEEN_AFTER_MS) || unknown) {
      this.#moveTo(at);
      return { at, again: false };
    }
    this.#spans.endAllUnseen(before);
    if (at < before) this.#rewind(at);
    else {
      this.#spans.addUnknown(EVERYTHING, NOT_OBSERVED, before, at);
      this.#bornAt = at;
      this.#moveTo(at);
    }
    return { at, again: true };
  }

  /** Where a time ends that was lived twice, its first life has the latest entries: one more makes the second newer. */
  #moveTo(at: number): void {
    this.#refreshedAt = at;
    for (let end = this.#rewoundUntil[0]; end !== undefined && end < at; end = this.#rewoundUntil[0]) {
      this.#rewoundUntil.shift();
      this.#enterNothing(end + 1);
    }
  }

  /** The clock was set back: what is journaled from now on stands among what was before, and counts for more. */
  #rewind(at: number): void {
    const before = this.#refreshedAt;
    this.#refreshedAt = at;
    this.#logReadAt = at;
    if (this.#bornAt !== null) this.#bornAt = at;
    this.#spans.end('unknown', EVERYTHING, before, 'changed');
    this.#spans.rewind(at, before, knownSince(this.#db) ?? before);
    this.#rewoundUntil = this.#spans.rewindEnds(at);
    this.#enterNothing(at);
  }

  #enterNothing(at: number): void {
    this.#statements.insert.run(at, 'server', 'clock', null);
  }

  #beginUnknown(detail: string): void {
    const content = { agent: '', path: '', value: EVERYTHING, detail };
    this.#spans.become('unknown', EVERYTHING, content, this.#refreshedAt);
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

/** How often files of the log were destroyed unread, as the body of the log's source tells; null if it does not. */
function gapsOf(body: string | null): number | null {
  const { gaps } = JSON.parse(body ?? '{}') as { gaps?: unknown };
  return typeof gaps === 'number' ? gaps : null;
}

interface SourceBody {
  state?: string;
  reason?: string;
  kept_from?: string | null;
}

type Ends = ({ journal_id: number | null } | undefined)[];

interface Journaled {
  kind: JournalKind;
  subject: string;
  body: string;
}
