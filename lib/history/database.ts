/** Opens the database file of a history: creates it, or brings an earlier version up to date. */
import { randomBytes } from 'node:crypto';
import { channel } from 'node:diagnostics_channel';
import Database from 'better-sqlite3';
import { createPrivately } from './database-files';
import { HistoryFault, historyFault } from './history-fault';
import { RecorderLock } from './recorder-lock';
import { APPLICATION_ID, isEarlierVersion, migrate, SCHEMA_VERSION } from './schema';

/** Publishes one sentence for each upgrade that had to read all messages again: it takes long enough to be noticed. */
export const upgrades = channel('claude-swarm-dashboard.history.upgrades');

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
    // log is then read again from that checkpoint, under a new epoch if the liveness file shows the loss.
    db.pragma('synchronous = NORMAL');
    db.pragma('cache_size = -8000');
    if (owner === APPLICATION_ID && version === SCHEMA_VERSION) return db;
    if (owner === APPLICATION_ID && isEarlierVersion(version)) {
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
        ? `The history ${file} was written by another version of the dashboard (schema ${version}). Update the dashboard, or set SWARM_HISTORY to another path.`
        : `${file} is the database of another program and was not changed. Set SWARM_HISTORY to another path.`,
    );
  } catch (error) {
    db?.close();
    throw historyFault(error, file);
  }
}

/** @returns a random name for one uninterrupted history */
export function newEpoch(): string {
  return randomBytes(9).toString('base64url');
}

function isEmpty(db: Database.Database): boolean {
  return db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
}

function create(db: Database.Database): void {
  db.transaction(() => {
    // If two processes start at once, the second finds the tables of the first.
    if (!isEmpty(db)) return;
    migrate(db, 0);
    db.prepare("INSERT INTO meta VALUES ('epoch', ?)").run(newEpoch());
    db.pragma(`application_id = ${APPLICATION_ID}`);
  }).exclusive();
}

/**
 * Brings a database of an earlier version up to date in one transaction; after an interruption it is unchanged.
 *
 * @throws {HistoryFault} while another process records in it: an older dashboard would continue without the new tables
 */
function upgrade(db: Database.Database, file: string): void {
  const lock = RecorderLock.take(file);
  if (!lock) {
    const because =
      'has an earlier version and is in use by another process; it is brought up to date when that process ends';
    throw new HistoryFault('unusable', `The history ${file} ${because}.`);
  }
  const start = performance.now();
  try {
    const messages = db
      .transaction(() => {
        const version = db.pragma('user_version', { simple: true }) as number;
        // Another process may have upgraded it since it was opened.
        return version === SCHEMA_VERSION ? null : migrate(db, version);
      })
      .exclusive();
    if (messages === null) return;
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    upgrades.publish(`The history ${file} with ${messages} messages was brought up to date in ${seconds} s.`);
  } finally {
    lock.release();
  }
}
