/** The database file of a history: its schema, and what its failures mean. With `history.ts` the only user of SQLite. */
import { randomBytes } from 'node:crypto';
import { channel } from 'node:diagnostics_channel';
import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { fillTimes } from './fill-times';

/** Tells in a sentence of each database that was brought up to date: that takes long enough to be asked about. */
export const upgrades = channel('claude-swarm-dashboard.history.upgrades');

/** Marks a SQLite file as ours ("CSwD"), so that a file of somebody else is never written to. */
const APPLICATION_ID = 0x43537744;
const SCHEMA_VERSION = 4;
const FIRST_VERSION = 1;
const OUTBOX_VERSION = 3;

const SCHEMA = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

  -- AUTOINCREMENT: a seq is never used again, whatever is pruned.
  CREATE TABLE messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    recorded_at INTEGER NOT NULL,
    sent_at INTEGER,            -- microseconds since 1970, null if the timestamp says no time
    type TEXT NOT NULL,
    failed INTEGER NOT NULL,    -- how many recipients did not get it
    line_hash INTEGER NOT NULL, -- finds candidates for equal lines, which are then compared
    line TEXT NOT NULL
  );
  CREATE INDEX messages_by_line ON messages (line_hash);

  -- One index answers full text and every exact filter: tags holds a token for each sender, recipient and type.
  CREATE VIRTUAL TABLE search USING fts5 (
    content, tags, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
  );

  CREATE TABLE types (type TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;

  -- Messages by minute of sending: the chart of the last hour, and the range of seq in which to look for a time.
  CREATE TABLE minutes (
    minute INTEGER PRIMARY KEY, count INTEGER NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL
  );

  CREATE TABLE journal (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,        -- milliseconds since 1970
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT                   -- JSON; null where a thing has gone
  );
  CREATE INDEX journal_by_time ON journal (at);
  -- The last journaled body of each thing: what the next change is a change of.
  CREATE TABLE journal_now (
    kind TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, subject)
  ) WITHOUT ROWID;
`;

/** What is kept for questions about what was; the second version brought it. */
const PAST_SCHEMA = `
  -- Numbers for a sender with a type and for recipients (a JSON array of names): an index over numbers is a third as
  -- large, and is grouped in a third of the time. Count: by how many messages each is used.
  CREATE TABLE voices (
    id INTEGER PRIMARY KEY, sender TEXT NOT NULL, type TEXT NOT NULL, count INTEGER NOT NULL, UNIQUE (sender, type)
  );
  CREATE TABLE audiences (id INTEGER PRIMARY KEY, recipients TEXT NOT NULL UNIQUE, count INTEGER NOT NULL);
  ALTER TABLE messages ADD COLUMN voice INTEGER;
  ALTER TABLE messages ADD COLUMN audience INTEGER;
  -- Holds all that is counted or drawn of messages, so that no row is read for it.
  CREATE INDEX messages_by_time ON messages (sent_at, voice, audience, failed) WHERE sent_at IS NOT NULL;

  -- Messages with a time, counted by hour and by who talks to whom; audience 0 counts them whoever they go to, and stands
  -- first in the key: the figures of a moment read nothing but those rows.
  CREATE TABLE hours (
    audience INTEGER NOT NULL, hour INTEGER NOT NULL, voice INTEGER NOT NULL,
    count INTEGER NOT NULL, failed INTEGER NOT NULL, PRIMARY KEY (audience, hour, voice)
  ) WITHOUT ROWID;

  -- Everything as it stood after a journal entry: the state at a moment is the last one before it and what follows.
  CREATE TABLE snapshots (journal_id INTEGER PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL);
  CREATE INDEX snapshots_by_time ON snapshots (at);

  -- What lasted: an agent's health, a lock in one state, a source that could not be read, a time when nobody looked.
  CREATE TABLE spans (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,      -- agent id, lock file, source
    agent TEXT NOT NULL,        -- whose lane it is drawn in, '' if none
    path TEXT NOT NULL,         -- of a lock; of an agent's health, which life of its id; else ''
    value TEXT NOT NULL,        -- health, state of the lock or of the source
    detail TEXT,                -- reason of the lock, why something is not known, pid and pane of an agent (JSON)
    since INTEGER NOT NULL,     -- milliseconds since 1970
    until INTEGER,              -- null while it lasts
    ended TEXT
  );
  CREATE INDEX spans_by_agent ON spans (agent, kind, since);
  CREATE INDEX spans_by_path ON spans (path, since) WHERE path <> '';
  CREATE INDEX spans_open ON spans (kind, subject) WHERE until IS NULL;
  -- Finds the spans that touch a time; whole seconds since 1970, rounded outwards.
  CREATE VIRTUAL TABLE span_times USING rtree_i32 (id, since, until);
`;

/** What is to be told beyond the page, and what was: see outbox.ts, which writes the bodies as JSON. The third version. */
const OUTBOX_SCHEMA = `
  CREATE TABLE alert_matters (
    receiver TEXT NOT NULL, matter TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (receiver, matter)
  ) WITHOUT ROWID;
  CREATE TABLE alert_queue (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    receiver TEXT NOT NULL,
    matter TEXT NOT NULL,
    event TEXT NOT NULL,        -- new, resolved
    body TEXT NOT NULL
  );
  CREATE INDEX alert_queue_by_receiver ON alert_queue (receiver, id);
  CREATE INDEX alert_queue_by_matter ON alert_queue (receiver, matter);
  -- The post that is under way to each receiver, how it went so far, and what is counted.
  CREATE TABLE alert_receivers (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
`;

/** Which attention items are acknowledged or snoozed: see dispositions.ts. Times are milliseconds since 1970. Version 4. */
const DISPOSITIONS_SCHEMA = `
  CREATE TABLE dispositions (
    id TEXT PRIMARY KEY,        -- of the attention item
    fingerprint TEXT NOT NULL,  -- of the facts that were acknowledged or snoozed
    acknowledged_by TEXT,
    acknowledged_at INTEGER,    -- null: not acknowledged
    snoozed_by TEXT,
    snoozed_at INTEGER,         -- null: not snoozed
    snoozed_until INTEGER,      -- null: until the facts change
    seen_at INTEGER NOT NULL    -- when the item last existed, a little older at most
  ) WITHOUT ROWID;
`;

/**
 * The id of a message, null where its line has none that is a text. SQLite refuses some lines that JavaScript reads, such
 * as one nested a thousand deep.
 */
export const MSG_ID =
  "CASE WHEN json_valid(line) AND json_type(line, '$.msg_id') = 'text' THEN line ->> '$.msg_id' END";
const MSG_ID_INDEX = `CREATE INDEX messages_by_id ON messages (${MSG_ID})`;

/**
 * - `unusable`: can't be written or opened now (full disk, permissions); trying again later makes sense
 * - `corrupt`: the file is damaged; it has to be moved aside
 * - `foreign`: a database of something else or of a newer version; it must not be touched
 */
export type HistoryFaultKind = 'unusable' | 'corrupt' | 'foreign';

export class HistoryFault extends Error {
  override readonly name = 'HistoryFault';
  constructor(
    readonly kind: HistoryFaultKind,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Turns what SQLite or the file system throws into a fault; other errors are returned as they are.
 *
 * @param file path for the sentence
 */
export function historyFault(error: unknown, file: string): unknown {
  if (error instanceof HistoryFault || !(error instanceof Error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string') return error;
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) {
    return new HistoryFault('corrupt', `The history ${file} is damaged (${error.message}).`);
  }
  if (/^SQLITE_FULL/.test(code) || code === 'ENOSPC') {
    return new HistoryFault('unusable', `The disk is full: the history ${file} can't grow. Free some space.`);
  }
  if (/^SQLITE_(READONLY|CANTOPEN|IOERR|PERM|AUTH|BUSY|LOCKED|PROTOCOL)/.test(code) || /^E[A-Z]+$/.test(code)) {
    return new HistoryFault(
      'unusable',
      `The history ${file} can't be used (${error.message}). Make it writable or set SWARM_HISTORY to another path.`,
    );
  }
  return error;
}

/**
 * Opens or creates the database of a history. Folder mode 0700, files 0600.
 *
 * @param file absolute path, or ':memory:'
 * @throws {HistoryFault}
 */
export function openDatabase(file: string, options: { readonly?: boolean } = {}): Database.Database {
  let db: Database.Database | undefined;
  try {
    if (file !== ':memory:' && !options.readonly) createPrivately(file);
    db = new Database(file, { timeout: 2000, readonly: options.readonly ?? false, fileMustExist: file !== ':memory:' });
    const version = db.pragma('user_version', { simple: true });
    const owner = db.pragma('application_id', { simple: true });
    if (!options.readonly) db.pragma('journal_mode = WAL');
    // A crash of the process loses nothing. A power cut may lose the last commits together with their checkpoint: the
    // log is read again from there, and if the mark beside the database shows the loss, under a new epoch.
    db.pragma('synchronous = NORMAL');
    db.pragma('cache_size = -8000');
    if (owner === APPLICATION_ID && version === SCHEMA_VERSION) return db;
    if (owner === APPLICATION_ID && isEarlier(version)) {
      if (options.readonly)
        throw new HistoryFault('unusable', `The history ${file} is still being brought up to date.`);
      upgrade(db, file);
      return db;
    }
    if (owner === 0 && version === 0 && isEmpty(db) && !options.readonly) {
      create(db);
      return db;
    }
    throw new HistoryFault(
      'foreign',
      owner === APPLICATION_ID
        ? `The history ${file} was made by another version of the dashboard (schema ${version}). Update, or set SWARM_HISTORY to another path.`
        : `${file} is a database of something else and is left alone. Set SWARM_HISTORY to another path.`,
    );
  } catch (error) {
    db?.close();
    throw historyFault(error, file);
  }
}

/**
 * Moves a damaged database and its side files out of the way; nothing is deleted.
 *
 * @returns the new path
 */
export function moveAside(file: string, now: number): string {
  const aside = `${file}.corrupt-${new Date(now).toISOString().replaceAll(':', '-')}`;
  for (const suffix of ['', '-wal', '-shm']) {
    try {
      renameSync(`${file}${suffix}`, `${aside}${suffix}`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw historyFault(error, file);
    }
  }
  return aside;
}

/** @returns what tells one database file from another at the same path, null if there is none. */
export function fileIdentity(file: string): string | null {
  try {
    // The inode alone: device numbers change with a reboot, and not every file system knows a time of birth.
    return String(statSync(file, { bigint: true }).ino);
  } catch {
    return null;
  }
}

/** @returns a random name for one unbroken history. */
export function newEpoch(): string {
  return randomBytes(9).toString('base64url');
}

/**
 * The right to record. Held by one process at a time and released by its death, whatever kills it: an exclusive
 * transaction on an empty database file beside the history, which the operating system's record lock backs.
 */
export class RecorderLock {
  readonly #db: Database.Database;
  readonly #path: string;
  readonly #identity: string | null;

  private constructor(db: Database.Database, path: string) {
    this.#db = db;
    this.#path = path;
    this.#identity = fileIdentity(path);
  }

  /**
   * @returns null while another process holds it
   * @throws {HistoryFault} if the lock's file can't be made
   */
  static take(file: string): RecorderLock | null {
    const path = `${file}.lock`;
    let db: Database.Database | undefined;
    try {
      createPrivately(path);
      db = new Database(path, { timeout: 0 });
      db.exec('BEGIN EXCLUSIVE');
      return new RecorderLock(db, path);
    } catch (error) {
      db?.close();
      if ((error as NodeJS.ErrnoException).code === 'SQLITE_BUSY') return null;
      throw historyFault(error, path);
    }
  }

  /** Whether its file still stands where others look for it. */
  get holds(): boolean {
    return fileIdentity(this.#path) === this.#identity;
  }

  release(): void {
    this.#db.close();
  }
}

function createPrivately(file: string): void {
  makeFolder(dirname(file));
  closeSync(openSync(file, 'a', 0o600));
}

/** Level by level: Node's own `recursive` never returns for some paths that can't be made (/proc/x, in Node 20). */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process was quicker.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function isEmpty(db: Database.Database): boolean {
  return db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
}

/** Whether a database of this version can be brought up to date. */
function isEarlier(version: unknown): boolean {
  return typeof version === 'number' && version >= FIRST_VERSION && version < SCHEMA_VERSION;
}

function create(db: Database.Database): void {
  db.transaction(() => {
    // Two processes may start at once; the second finds the first one's tables.
    if (!isEmpty(db)) return;
    db.exec(SCHEMA);
    db.exec(PAST_SCHEMA);
    db.exec(MSG_ID_INDEX);
    db.exec(OUTBOX_SCHEMA);
    db.exec(DISPOSITIONS_SCHEMA);
    db.prepare("INSERT INTO meta VALUES ('epoch', ?)").run(newEpoch());
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${SCHEMA_VERSION}`);
  }).exclusive();
}

/**
 * Brings a database of an earlier version up to date, in one transaction: whatever ends it leaves that version.
 *
 * @throws {HistoryFault} while somebody records in it: an older dashboard would go on without the new tables
 */
function upgrade(db: Database.Database, file: string): void {
  const lock = RecorderLock.take(file);
  if (!lock) {
    const because = 'is of an earlier version and in use by another process; it is brought up to date when that ends';
    throw new HistoryFault('unusable', `The history ${file} ${because}.`);
  }
  const start = performance.now();
  try {
    const messages = db
      .transaction(() => {
        const version = db.pragma('user_version', { simple: true }) as number;
        // Another process may have been quicker.
        if (version === SCHEMA_VERSION) return null;
        const count = version === FIRST_VERSION ? addPast(db) : null;
        if (version < OUTBOX_VERSION) db.exec(OUTBOX_SCHEMA);
        db.exec(DISPOSITIONS_SCHEMA);
        db.pragma(`user_version = ${SCHEMA_VERSION}`);
        return count;
      })
      .exclusive();
    if (messages === null) return;
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    upgrades.publish(`The history ${file} with ${messages} messages was brought up to date in ${seconds} s.`);
  } finally {
    lock.release();
  }
}

/** The second version's part of an upgrade. Returns how many messages there are. */
function addPast(db: Database.Database): number {
  db.exec(PAST_SCHEMA);
  db.exec(MSG_ID_INDEX);
  // The journal begins anew: what it held was no whole state, and its spans were not kept.
  db.exec('DELETE FROM journal_now');
  return fillTimes(db);
}
