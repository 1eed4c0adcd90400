/** Locks of the time before the first record: their files were there when recording began, and say that they are older. */
import type Database from 'better-sqlite3';
import { formatInstant } from '../contract/instant';
import type { EarlierLock } from '../contract/past-schemas';
import { thingsAt } from './snapshots';
import { spanText } from './spans';

/**
 * Reads the locks from the first known state, once: a state of 10,000 locks has 4 MB, and each timeline that reaches back before
 * the record needs it.
 */
export class EarlierLocks {
  readonly #db: Database.Database;
  #read: { known: number; locks: readonly EarlierLock[] } | null = null;

  constructor(db: Database.Database) {
    this.#db = db;
  }

  /**
   * The locks of the first known state that were acquired before it.
   *
   * @param known the instant of that state, milliseconds since 1970; pruning moves it
   * @returns the locks by the times in their files, oldest first; none whose time cannot be read
   */
  until(known: number): readonly EarlierLock[] {
    if (this.#read?.known === known) return this.#read.locks;
    const listed = Object.entries(thingsAt(this.#db, known)?.lock ?? {});
    const locks = listed
      .flatMap(([subject, body]) => earlierLock(subject, body as Record<string, unknown>, known))
      .sort((one, other) => Date.parse(one.since) - Date.parse(other.since));
    this.#read = { known, locks };
    return locks;
  }
}

function earlierLock(subject: string, body: Record<string, unknown>, known: number): EarlierLock[] {
  const { agent_id, filepath, acquired_at } = body;
  const since = typeof acquired_at === 'string' ? Date.parse(acquired_at) : Number.NaN;
  if (!(since < known)) return [];
  return [
    {
      agent: spanText(agent_id),
      lock_file: subject,
      filepath: spanText(filepath),
      since: formatInstant(since),
      until: formatInstant(known),
    },
  ];
}
