/** Finds the history of a moved project in a folder of histories, and gives it the name for the project's new path. */
import { existsSync, readdirSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { HistoryFault, RecorderLock } from '../history/database';
import { History } from '../history/history';
import { adopt, seemsMoved } from './root-identity';

/** What belongs to a history beside its database; the lock's file stays, since its holder may be about to take it. */
const PARTS = ['', '-wal', '-shm', '.mark'];

/**
 * Adopts the one history in the folder of `file` that `root` continues.
 *
 * @param file absolute path of the history for the project's present path; what stands there is moved aside
 * @param now milliseconds since 1970, for the name of what is moved aside
 * @returns whether one was adopted; false if none fits
 * @throws {HistoryFault} if several fit or another process records in the one that does
 */
export function adoptMoved(file: string, root: string, now: number): boolean {
  const folder = dirname(file);
  if (!existsSync(folder)) return false;
  const others = readdirSync(folder).filter((name) => name.endsWith('.sqlite') && name !== basename(file));
  const fitting = others.map((name) => join(folder, name)).filter((other) => fits(other, root));
  const [found, second] = fitting;
  if (found === undefined) return false;
  if (second !== undefined) {
    const which = 'Set SWARM_HISTORY to the file that is meant';
    throw new HistoryFault('foreign', `--adopt-history fits several histories: ${fitting.join(', ')}. ${which}.`);
  }
  const lock = RecorderLock.take(found);
  if (lock === null) {
    const fault = `The history ${found} is in use by another process, so it can't be adopted.`;
    throw new HistoryFault('foreign', `${fault} Stop that dashboard first.`);
  }
  try {
    const history = new History(found);
    adopt(history, root);
    history.close();
    const aside = `${file}.replaced-${new Date(now).toISOString().replaceAll(':', '-')}`;
    if (existsSync(file)) rename(file, aside);
    rename(found, file);
  } finally {
    lock.release();
  }
  return true;
}

function fits(file: string, root: string): boolean {
  try {
    const history = new History(file, { readonly: true });
    try {
      return seemsMoved(history, root);
    } finally {
      history.close();
    }
  } catch {
    return false;
  }
}

function rename(from: string, to: string): void {
  for (const part of PARTS) if (existsSync(`${from}${part}`)) renameSync(`${from}${part}`, `${to}${part}`);
}
