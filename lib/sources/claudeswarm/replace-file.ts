/**
 * Replaces a file that other programs replace by a rename, without losing what one of them wrote in between: they take
 * no lock, so that a check before the rename alone leaves a moment in which their file would vanish. Synchronous, so that
 * this moment is short. Like those programs it does not wait for the disk.
 */
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import koffi from 'koffi';
import { temporaryName } from './written-form';

/** How often files of other programs are put back; each needs another writer at the same moment. */
const MAX_EXCHANGES = 8;

/**
 * Applies what another program has changed to a newer file than the one that it had read.
 *
 * @returns null if that is not possible
 */
type Rebase = (base: Buffer, changed: Buffer, onto: Buffer) => string | null;

/**
 * Replaces the file if it has exactly the expected bytes. On Linux both files are exchanged in one step, and the one
 * that was there is checked once more: if it is another, it is put back.
 *
 * @param path absolute
 * @param expected null if there must be no file
 * @param rebase for the changes of a program that has read the file while it was exchanged
 * @returns false if the file is another one; it is then as the others wrote it
 * @throws if the disk fails
 */
export function replaceFile(path: string, expected: Buffer | null, next: string, rebase: Rebase): boolean {
  const temporary = join(dirname(path), temporaryName());
  writeFileSync(temporary, next, { flag: 'wx', mode: 0o600 });
  try {
    return expected === null
      ? linked(temporary, path)
      : replaced({ temporary, path, rebase }, expected, Buffer.from(next));
  } finally {
    unlinkIfThere(temporary);
  }
}

function linked(temporary: string, path: string): boolean {
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

interface Place {
  path: string;
  /** In the same folder. */
  temporary: string;
  rebase: Rebase;
}

function replaced(place: Place, expected: Buffer, own: Buffer): boolean {
  const { temporary, path } = place;
  if (!readIfThere(path)?.equals(expected)) return false;
  const exchanged = exchange(temporary, path);
  if (exchanged === 'missing') return false;
  if (exchanged === 'impossible') {
    renameSync(temporary, path);
    return true;
  }
  const displaced = readFileSync(temporary);
  if (displaced.equals(expected)) return true;
  putBack(place, own, displaced);
  return false;
}

/**
 * Puts back a file of another program that was displaced. If a program has read this one's file by then and replaced
 * it, its changes are applied to the file that is put back.
 */
function putBack({ temporary, path, rebase }: Place, own: Buffer, displaced: Buffer): void {
  let [placed, wanted] = [own, displaced];
  for (let tries = 0; tries < MAX_EXCHANGES && exchange(temporary, path) === 'done'; tries++) {
    const taken = readFileSync(temporary);
    if (taken.equals(placed)) return;
    const both = Buffer.from(rebase(placed, taken, wanted) ?? taken);
    [placed, wanted] = [wanted, both];
    // A file of its own: somebody may still read the one that was taken.
    unlinkSync(temporary);
    writeFileSync(temporary, both, { flag: 'wx', mode: 0o600 });
  }
}

type Rename = (fromFolder: number, from: string, toFolder: number, to: string, flags: number) => number;
const CURRENT_FOLDER = -100;
const RENAME_EXCHANGE = 2;
let bound: Rename | null | undefined;

function exchange(one: string, other: string): 'done' | 'missing' | 'impossible' {
  if (bound === undefined) {
    try {
      bound = koffi.load(null).func('int renameat2(int, str, int, str, unsigned int)') as Rename;
    } catch {
      bound = null; // Not Linux, or an old C library.
    }
  }
  if (bound === null) return 'impossible';
  if (bound(CURRENT_FOLDER, one, CURRENT_FOLDER, other, RENAME_EXCHANGE) === 0) return 'done';
  return koffi.errno() === koffi.os.errno.ENOENT ? 'missing' : 'impossible';
}

function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
