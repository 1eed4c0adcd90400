/**
 * Replaces a file that other programs replace by a rename, without losing what one of them wrote in between: they take
 * no lock, so that a check before the rename alone leaves a moment in which their file would vanish.
 */
import { linkSync, readFileSync, renameSync, unlinkSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import koffi from 'koffi';
import { temporaryName } from './written-form';

/** How often a file that appeared in between is put back; each needs another writer at the same moment. */
const MAX_EXCHANGES = 8;

/**
 * Replaces the file if it has exactly the expected bytes. On Linux both files are exchanged in one step, and the one
 * that was there is checked once more: if it is another, it is put back.
 *
 * @param path absolute
 * @param expected null if there must be no file
 * @returns false if the file is another one; it is then as the others wrote it
 * @throws if the disk fails
 */
export async function replaceFile(path: string, expected: Buffer | null, next: string): Promise<boolean> {
  const temporary = join(dirname(path), temporaryName());
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(next);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    return expected === null ? linked(temporary, path) : replaced(temporary, path, expected, Buffer.from(next));
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

function replaced(temporary: string, path: string, expected: Buffer, own: Buffer): boolean {
  if (!readIfThere(path)?.equals(expected)) return false;
  const exchanged = exchange(temporary, path);
  if (exchanged === 'missing') return false;
  if (exchanged === 'impossible') {
    renameSync(temporary, path);
    return true;
  }
  let displaced = readFileSync(temporary);
  if (displaced.equals(expected)) return true;
  // Another program's file was displaced: it is put back, unless a newer one has replaced this program's by then.
  let placed = own;
  for (let tries = 0; tries < MAX_EXCHANGES && exchange(temporary, path) === 'done'; tries++) {
    const taken = readFileSync(temporary);
    if (taken.equals(placed)) break;
    [placed, displaced] = [displaced, taken];
  }
  return false;
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
