/** Everything as it stood after a journal entry, kept now and then, and the state at a moment that follows from it. */
import type Database from 'better-sqlite3';
import type { JournalKind } from './journal-kind';

/** The bodies of all things (JSON) by kind and subject. */
export type State = Map<JournalKind, Map<string, string>>;

/** Reading less than this again costs about a millisecond, so snapshots need not stand closer. */
const MIN_BETWEEN_BYTES = 128 * 1024;
/** What is kept for days is dropped in pieces between snapshots, which therefore must not be longer than a day. */
const MAX_BETWEEN_MS = 86_400_000;

interface SnapshotRow {
  journal_id: number;
  at: number;
  body: string;
}

/** Decides when a snapshot is due: when what came since the last one outweighs it. */
export class Snapshots {
  readonly #statements;
  #last: { at: number; bytes: number } | null = null;
  #bytesSince = 0;

  constructor(db: Database.Database) {
    this.#statements = {
      insert: db.prepare('INSERT OR REPLACE INTO snapshots SELECT id, ?, ? FROM journal ORDER BY id DESC LIMIT 1'),
      last: db.prepare('SELECT journal_id, at, length(body) AS bytes FROM snapshots ORDER BY journal_id DESC LIMIT 1'),
      since: db.prepare('SELECT coalesce(sum(length(body)), 0) AS bytes FROM journal WHERE id > ?'),
    };
    const last = this.#statements.last.get() as { journal_id: number; at: number; bytes: number } | undefined;
    if (!last) return;
    this.#last = last;
    this.#bytesSince = (this.#statements.since.get(last.journal_id) as { bytes: number }).bytes;
  }

  /** To be called in the transaction that journals so many entries: takes a snapshot of `state` if one is due. */
  entered(entries: number, bytes: number, at: number, state: State): void {
    this.#bytesSince += bytes;
    if (this.#last && (entries === 0 || !this.#isDue(this.#last, at))) return;
    const body = snapshotBody(state);
    this.#statements.insert.run(at, body);
    this.#last = { at, bytes: body.length };
    this.#bytesSince = 0;
  }

  #isDue(last: { at: number; bytes: number }, at: number): boolean {
    const outweighed = this.#bytesSince >= Math.max(last.bytes, MIN_BETWEEN_BYTES);
    // A clock that was set back: what is known from then on is known from that moment.
    return outweighed || at - last.at >= MAX_BETWEEN_MS || at < last.at;
  }
}

/** Put together without parsing the bodies again. */
function snapshotBody(state: State): string {
  const kinds = [...state].map(([kind, things]) => {
    const list = [...things].map(([subject, body]) => `${JSON.stringify(subject)}:${body}`);
    return `${JSON.stringify(kind)}:{${list.join(',')}}`;
  });
  return `{${kinds.join(',')}}`;
}

/** Every thing's body, parsed, by kind and subject. */
export type PastThings = Partial<Record<JournalKind, Record<string, unknown>>>;

/** The last instant that a date can hold, in milliseconds since 1970: everything was before it. */
export const END_OF_TIME = 8.64e15;

/** After a clock was set back, the newest entry does not have the latest time. */
const NEWEST = 'SELECT id FROM journal ORDER BY id DESC LIMIT 1';
const LAST_AT = 'SELECT id FROM journal WHERE at <= ? ORDER BY at DESC, id DESC LIMIT 1';
const SNAPSHOT = 'SELECT * FROM snapshots WHERE journal_id <= ? ORDER BY journal_id DESC LIMIT 1';
const ENTRIES = 'SELECT kind, subject, body FROM journal WHERE id > ? AND id <= ? ORDER BY id';

/**
 * The state at a moment.
 *
 * @param at milliseconds since 1970; `END_OF_TIME` for the state after the newest entry, whatever the clock said
 * @returns null before the first snapshot: of that time nothing is known
 */
export function thingsAt(db: Database.Database, at: number): PastThings | null {
  const found = at === END_OF_TIME ? db.prepare(NEWEST).get() : db.prepare(LAST_AT).get(at);
  const last = found as { id: number } | undefined;
  const snapshot = last && (db.prepare(SNAPSHOT).get(last.id) as SnapshotRow | undefined);
  if (!snapshot) return null;
  const things = JSON.parse(snapshot.body) as PastThings;
  const entries = db.prepare(ENTRIES).all(snapshot.journal_id, last.id) as {
    kind: JournalKind;
    subject: string;
    body: string | null;
  }[];
  // Only the last body of each thing is parsed.
  const after = new Map(entries.map((entry) => [`${entry.kind}\n${entry.subject}`, entry]));
  for (const { kind, subject, body } of after.values()) {
    things[kind] ??= {};
    const ofKind = things[kind];
    if (body === null) delete ofKind[subject];
    else define(ofKind, subject, JSON.parse(body));
  }
  return things;
}

/** @returns the first moment of which a state is known, milliseconds since 1970; null if there is none */
export function knownSince(db: Database.Database): number | null {
  return (db.prepare('SELECT min(at) AS at FROM snapshots').get() as { at: number | null }).at;
}

/** An agent may be called `__proto__`. */
function define(things: Record<string, unknown>, subject: string, value: unknown): void {
  Object.defineProperty(things, subject, { value, enumerable: true, configurable: true, writable: true });
}
