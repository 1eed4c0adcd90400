/** The files of a history on disk: private to their owner, told apart by inode, moved aside when damaged. */
import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { historyFault } from './history-fault';

/** Creates a file with mode 0600 unless it exists; its missing folders get mode 0700. */
export function createPrivately(file: string): void {
  makeFolder(dirname(file));
  closeSync(openSync(file, 'a', 0o600));
}

/**
 * Moves a damaged database and its side files to a new name. Nothing is deleted.
 *
 * @param now milliseconds since 1970, for the name
 * @returns the new path
 * @throws {HistoryFault} if a file cannot be renamed
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

/** @returns a text that differs between two database files at the same path; null if there is no file */
export function fileIdentity(file: string): string | null {
  try {
    // The inode alone: device numbers change with a reboot, and not every file system keeps a creation time.
    return String(statSync(file, { bigint: true }).ino);
  } catch {
    return null;
  }
}

/** Creates level by level: `recursive` of Node 20 never returns for some paths that cannot be created (/proc/x). */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process may have created it since the check.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
