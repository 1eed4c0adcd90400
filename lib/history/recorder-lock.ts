/** Decides which of several processes on one history records. */
import Database from 'better-sqlite3';
import { createPrivately, fileIdentity } from './database-files';
import { historyFault } from './history-fault';

/**
 * The right to record, owned by one process. It is an exclusive transaction on an empty database file beside the
 * history, backed by a record lock of the operating system: the death of the process releases it, even after SIGKILL.
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
   * @param file path of the history
   * @returns null while another process has the lock
   * @throws {HistoryFault} if the lock file cannot be created
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

  /** Whether the lock file is still the one at its path, so that other processes see this lock. */
  get holds(): boolean {
    return fileIdentity(this.#path) === this.#identity;
  }

  release(): void {
    this.#db.close();
  }
}
