/** What a failure of the database means for its user. */

/**
 * - `unusable`: the database cannot be opened or written now (full disk, permissions); retry later
 * - `corrupt`: the file is damaged and must be moved aside
 * - `foreign`: the file belongs to another program or to a newer version and must not be changed
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
 * Converts an error of SQLite or of the file system into a `HistoryFault`; returns any other error unchanged.
 *
 * @param file path for the message
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
