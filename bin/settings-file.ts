/** A settings file of Claude Code on the disk: how it is read, replaced and protected. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { StartError } from './start-error';

/** Bits of a file's mode: its group or all other users may do anything with it. */
const OTHERS_MAY = 0o077;
const PRIVATE = 0o600;
const MAX_FILE_BYTES = 5_000_000;

export interface SettingsFile {
  /** Absolute, symbolic links resolved: a link to the file stays a link. */
  path: string;
  /** Null if there is no file. */
  text: string | null;
  /** The permission bits; null if there is no file. */
  mode: number | null;
}

/**
 * Reads a settings file.
 *
 * @param path absolute
 * @throws {StartError} if it can't be read, is no UTF-8 or belongs to another user
 */
export function readSettingsFile(path: string): SettingsFile {
  if (!lstatSync(path, { throwIfNoEntry: false })) return { path: resolvedFolder(path), text: null, mode: null };
  try {
    const real = realpathSync(path);
    const stats = statSync(real);
    if (!stats.isFile()) throw new Error('it is not a file');
    if (stats.size > MAX_FILE_BYTES) throw new Error(`it is larger than ${MAX_FILE_BYTES} bytes`);
    if (process.getuid !== undefined && stats.uid !== process.getuid()) throw new Error('it belongs to another user');
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(real));
    return { path: real, text, mode: stats.mode & 0o7777 };
  } catch (error) {
    throw new StartError(`${path} can't be used: ${(error as Error).message}. Nothing was changed.`);
  }
}

/** Of a file that does not exist yet, and perhaps its folder neither. */
function resolvedFolder(path: string): string {
  const folder = dirname(path);
  return existsSync(folder) ? join(realpathSync(folder), path.slice(folder.length + 1)) : path;
}

/**
 * Replaces a settings file in one step, or creates it with its folder. A reader sees either text as a whole.
 *
 * @param file as it was read
 * @param mode the permission bits that it has then
 * @throws {StartError} if it has changed since it was read, or can't be written
 */
export function replaceSettingsFile(file: SettingsFile, text: string, mode: number): void {
  refuseChanged(file);
  const temporary = `${file.path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    mkdirSync(dirname(file.path), { recursive: true });
    const descriptor = openSync(temporary, 'wx', PRIVATE);
    try {
      for (let rest = Buffer.from(text); rest.length > 0; ) rest = rest.subarray(writeSync(descriptor, rest));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    chmodSync(temporary, mode);
    renameSync(temporary, file.path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new StartError(`${file.path} can't be written: ${(error as Error).message}. Nothing was changed.`);
  }
}

/**
 * Removes a settings file that was created here.
 *
 * @param withFolder whether its folder goes too if it is empty then
 * @throws {StartError} if it has changed since it was read
 */
export function removeSettingsFile(file: SettingsFile, withFolder: boolean): void {
  refuseChanged(file);
  rmSync(file.path);
  if (!withFolder) return;
  try {
    rmdirSync(dirname(file.path));
  } catch {
    // It has other files.
  }
}

function refuseChanged(file: SettingsFile): void {
  if (readSettingsFile(file.path).text === file.text) return;
  throw new StartError(`${file.path} was changed meanwhile by another program; run the command again.`);
}

/** @returns the mode of a file once it holds a token: nobody else may read it */
export function privateMode(mode: number | null): number {
  return mode === null ? PRIVATE : mode & ~OTHERS_MAY;
}

/**
 * Finds out whether git could publish a file. `private`: it is outside of every repository, or git ignores it.
 *
 * @param path absolute, symbolic links resolved; the file may not exist
 */
export function gitExposure(path: string): 'private' | 'tracked' | 'not ignored' | 'unknown' {
  const folder = nearestFolder(dirname(path));
  if (!isBelowRepository(folder)) return 'private';
  const tracked = git(folder, ['ls-files', '--error-unmatch', '--', path]);
  if (tracked === 0) return 'tracked';
  const ignored = git(folder, ['check-ignore', '--quiet', '--', path]);
  // Other codes: git is missing, or refuses this repository.
  if (tracked !== 1 || (ignored !== 0 && ignored !== 1)) return 'unknown';
  return ignored === 0 ? 'private' : 'not ignored';
}

function git(folder: string, words: string[]): number | null {
  const { PATH = '', HOME = '', XDG_CONFIG_HOME } = process.env;
  const environment = { PATH, HOME, ...(XDG_CONFIG_HOME && { XDG_CONFIG_HOME }) } as unknown as NodeJS.ProcessEnv;
  return spawnSync('git', ['-C', folder, ...words], { env: environment, stdio: 'ignore' }).status;
}

function nearestFolder(folder: string): string {
  return existsSync(folder) ? folder : nearestFolder(dirname(folder));
}

function isBelowRepository(folder: string): boolean {
  if (existsSync(join(folder, '.git'))) return true;
  return dirname(folder) !== folder && isBelowRepository(dirname(folder));
}
