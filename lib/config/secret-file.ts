/**
 * Files with one secret each, which only the user who runs this process may read: how they are read, created and
 * replaced.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { describeFileError, errorCode, readIfChanged } from '../platform/read-file';
import { digestOf } from './tokens-file';

const MAX_FILE_BYTES = 1000;
const SECRET_BYTES = 32;
/** 32 bytes in base64url. */
const SECRET = /^[A-Za-z0-9_-]{43}$/;
/** Bits of a file's mode: its group or all other users may read or write it. */
const OTHERS_MAY = 0o066;
const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

/** What sentences say about a kind of secret. */
export interface SecretKind {
  /** Its name at the beginning of a sentence: `The token`. */
  called: string;
  /** What follows from a fault, a sentence. */
  consequence: string;
  /** What to do if others may read it, an imperative. */
  remedy: string;
  /** What to do if there is no file, an imperative; null if that is no fault. */
  missing: string | null;
  /** Whether a text is such a secret. */
  isValid(text: string): boolean;
}

type SecretReading =
  | { kind: 'read'; text: string; signature: string }
  | { kind: 'unchanged' }
  | { kind: 'missing' }
  | { kind: 'fault'; sentence: string };

/**
 * Reads a secret.
 *
 * @param path absolute
 * @param known the signature of an earlier reading; null to read in any case
 * @returns a fault if the file can't be used: a secret that others could read or replace proves nothing
 */
export function readSecret(path: string, kind: SecretKind, known: string | null = null): SecretReading {
  const { called, consequence, remedy } = kind;
  const fault = (what: string): SecretReading => ({ kind: 'fault', sentence: `${what}. ${consequence}` });
  const its = `${called} ${path}`;
  let stats: Stats | undefined;
  try {
    stats = statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    return fault(`${its} can't be read: ${describeFileError(error)}`);
  }
  if (!stats) return kind.missing === null ? { kind: 'missing' } : fault(`${its} is missing: ${kind.missing}`);
  if (stats.mode & OTHERS_MAY) return fault(`Other users may read ${its.replace(/^The/, 'the')}: ${remedy}`);
  if (process.getuid !== undefined && stats.uid !== process.getuid()) return fault(`${its} belongs to another user`);
  const options = { limitBytes: MAX_FILE_BYTES, known, followLinks: false, now: Date.now() };
  const reading = readIfChanged(path, options);
  if (reading.kind === 'unchanged' || reading.kind === 'missing') return reading;
  if (reading.kind === 'irregular') return fault(`${its} is ${reading.what}, not a file`);
  if (reading.kind === 'unreadable') return fault(`${its} can't be read: ${reading.reason}`);
  const text = reading.bytes.toString('utf8').trim();
  if (!kind.isValid(text)) return fault(`${its} is damaged: ${kind.missing ?? 'remove it'}`);
  return { kind: 'read', text, signature: reading.signature };
}

/** One secret, followed: the file is read again whenever it has changed. Only its digest is kept. */
export class SecretFile {
  readonly #path: string;
  readonly #kind: SecretKind;
  readonly #warn: (sentence: string) => void;
  #signature: string | null = null;
  #digest: string | null = null;
  #fault: string | null = null;

  /**
   * @param path absolute
   * @param warn receives a sentence once if the file cannot be used
   */
  constructor(path: string, kind: SecretKind, warn: (sentence: string) => void) {
    this.#path = path;
    this.#kind = kind;
    this.#warn = warn;
  }

  /** @returns whether a digest is that of the secret */
  has(digest: string): boolean {
    this.#refresh();
    return this.#digest !== null && this.#digest === digest;
  }

  /** Why the file can't be used now, one or two sentences; null if it can. */
  get fault(): string | null {
    this.#refresh();
    return this.#fault;
  }

  #refresh(): void {
    const reading = readSecret(this.#path, this.#kind, this.#signature);
    const fault = reading.kind === 'fault' ? reading.sentence : null;
    if (fault !== null && fault !== this.#fault) this.#warn(fault);
    this.#fault = fault;
    if (reading.kind === 'unchanged') return;
    this.#signature = reading.kind === 'read' ? reading.signature : null;
    this.#digest = reading.kind === 'read' && reading.text !== '' ? digestOf(reading.text) : null;
  }
}

/** @returns a new secret, which is kept nowhere: 32 random bytes in base64url */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** @returns whether a text has the form of such a secret */
export function isSecret(text: string): boolean {
  return SECRET.test(text);
}

/**
 * Reads a secret, and creates it if there is none. Of several processes that start at once, all get the same.
 *
 * @param path absolute
 * @param unwritable what to say where it can't be created
 * @returns the secret, or one or two sentences: why there is none, and what to do
 */
export function ensureSecret(
  path: string,
  kind: SecretKind,
  unwritable: (error: unknown) => string,
): { secret: string } | { fault: string } {
  try {
    if (readSecret(path, { ...kind, missing: null }).kind === 'missing') createSecret(path, newSecret());
  } catch (error) {
    return { fault: unwritable(error) };
  }
  const reading = readSecret(path, kind);
  if (reading.kind === 'read') return { secret: reading.text };
  return { fault: reading.kind === 'fault' ? reading.sentence : `${kind.called} ${path} was removed meanwhile.` };
}

/**
 * Creates the file of a secret unless there is one. Of several processes that do this at once, one succeeds, and no
 * reader ever sees a part of the file.
 *
 * @throws a system error if the file can't be written
 */
export function createSecret(path: string, secret: string): void {
  const temporary = writeTemporary(path, secret);
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') copyUnlessThere(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** For file systems without hard links. */
function copyUnlessThere(temporary: string, path: string): void {
  try {
    copyFileSync(temporary, path, constants.COPYFILE_EXCL);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

/**
 * Replaces the file of a secret, or creates it. A reader sees either secret as a whole.
 *
 * @throws a system error if the file can't be written
 */
export function replaceSecret(path: string, secret: string): void {
  const temporary = writeTemporary(path, secret);
  try {
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** @returns the path of a new file beside `path` */
function writeTemporary(path: string, secret: string): string {
  mkdirSync(dirname(path), { recursive: true, mode: PRIVATE_FOLDER });
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  const descriptor = openSync(temporary, 'wx', PRIVATE_FILE);
  try {
    writeSync(descriptor, `${secret}\n`);
    fsyncSync(descriptor);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
  return temporary;
}
