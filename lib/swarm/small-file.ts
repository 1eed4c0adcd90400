/**
 * Reading a small file of the swarm without ever touching it: no lock, no wait on a pipe, no device, bounded size; and
 * what it said last, kept as long as nothing better is known.
 */
import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { getSystemErrorMap } from 'node:util';
import { formatInstant } from '../contract/instant';
import type { Skipped } from '../contract/schemas';
import { type ReaderStatus, statusAfter } from './reader-status';
import { isObject } from './shape';

/**
 * Time stamps of many file systems advance only every few milliseconds: two writes within one such step look alike.
 * So a file that changed this recently is read again at the next look, whatever its stamps say.
 */
const COARSE_CLOCK_MS = 50;

/** Writers replace a file by a rename, and some leave a short hole between. */
export const MISSING_CONFIRMED_MS = 200;

const MEGABYTE = 1024 * 1024;
const MAX_STORE_BYTES = 16 * MEGABYTE;
/**
 * Names, values and brackets in one file of JSON. What `JSON.parse` and the readers cost depends on these more than on
 * the bytes: objects without a common shape take up to 2 us each.
 */
const MAX_VALUES = 200_000;
/** How reasons begin for which a reader leaves out what it could read: the file holds more than it takes. */
export const BEYOND = 'beyond the first';
/** After a large file was read it is left alone for so long, so that one written all the time leaves time for others. */
const REST_MS_PER_MEGABYTE = 250;

/** What a look at a file found. `unchanged`: it is as at the earlier look, and was not read. */
export type FileLook =
  | { kind: 'read'; bytes: Buffer; signature: string; changedAt: number }
  | { kind: 'unchanged' }
  | { kind: 'missing' }
  | { kind: 'irregular'; what: string }
  | { kind: 'unreadable'; reason: string; code: string };

export interface FileLookOptions {
  /** Larger files are unreadable. */
  limitBytes: number;
  /** The signature of the earlier look, or null to read in any case. */
  known: string | null;
  /** Whether a symbolic link is followed; if not, it is irregular. */
  followLinks: boolean;
  /** Milliseconds since 1970. */
  now: number;
}

/**
 * Reads a regular file if it is not as the earlier look left it.
 *
 * @returns `signature` is empty if the file changed so recently that a later change might not show in its stamps;
 *   `changedAt` (milliseconds since 1970) is when it was last written
 */
export function lookAtFile(path: string, options: FileLookOptions): FileLook {
  try {
    // That there is none is the usual answer, and an exception would cost more than all the rest of an idle swarm's look.
    const seen = (options.followLinks ? statSync : lstatSync)(path, { bigint: true, throwIfNoEntry: false });
    if (!seen) return { kind: 'missing' };
    if (!seen.isFile()) return { kind: 'irregular', what: kindOf(seen) };
    if (options.known !== null && signatureOf(seen) === options.known) return { kind: 'unchanged' };
    return readRegularFile(path, options);
  } catch (error) {
    return failed(error);
  }
}

function readRegularFile(path: string, { limitBytes, followLinks, now }: FileLookOptions): FileLook {
  // What stood there at `stat` may have been replaced since, so the open file is asked again. O_NONBLOCK: a pipe
  // without a writer would block the process for good.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | (followLinks ? 0 : constants.O_NOFOLLOW);
  const descriptor = openSync(path, flags);
  try {
    const stats = fstatSync(descriptor, { bigint: true });
    if (!stats.isFile()) return { kind: 'irregular', what: kindOf(stats) };
    // The stamps are taken before the bytes: a write in between then shows as a change at the next look.
    const bytes = readAtMost(descriptor, Number(stats.size), limitBytes);
    if (!bytes) return { kind: 'unreadable', reason: `larger than ${limitBytes} bytes`, code: 'TOO_LARGE' };
    const changedAt = Number(stats.mtimeMs);
    const trusted = now - Number(stats.ctimeMs) >= COARSE_CLOCK_MS;
    return { kind: 'read', bytes, signature: trusted ? signatureOf(stats) : '', changedAt };
  } finally {
    closeSync(descriptor);
  }
}

/** @returns all bytes to the end of the file, also if it grew meanwhile, or null if they are more than the limit */
function readAtMost(descriptor: number, expectedBytes: number, limitBytes: number): Buffer | null {
  if (expectedBytes > limitBytes) return null;
  let buffer = Buffer.allocUnsafe(Math.min(expectedBytes, limitBytes) + 1);
  let filled = 0;
  for (;;) {
    const count = readSync(descriptor, buffer, filled, buffer.length - filled, filled);
    filled += count;
    if (filled > limitBytes) return null;
    if (count === 0) return buffer.subarray(0, filled);
    if (filled === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)]);
  }
}

function signatureOf(stats: BigIntStats): string {
  // Joined: a template would keep its parts, which are four times the memory.
  return [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join('.');
}

function failed(error: unknown): FileLook {
  const code = errorCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing' };
  return { kind: 'unreadable', reason: describeFileError(error), code };
}

/** @returns in plain words what stands at a path where a regular file should: `a folder`, `a pipe`, ... */
export function kindOf(stats: BigIntStats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isSymbolicLink()) return 'a symbolic link';
  if (stats.isFIFO()) return 'a pipe';
  return stats.isFile() ? 'a file' : 'a special file';
}

/** @returns the system's code of a failed file call (`ENOENT`), or an empty text */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** @returns what the system says of a failed file call, without its path: `permission denied (EACCES)` */
export function describeFileError(error: unknown): string {
  if (error instanceof Error && 'errno' in error && typeof error.errno === 'number') {
    const known = getSystemErrorMap().get(error.errno);
    if (known) return `${known[1]} (${known[0]})`;
  }
  return error instanceof Error ? error.message : String(error);
}

/** What a small file of JSON is and how it is spoken of. */
export interface SmallFileKind<Content> {
  /** Below the root. */
  name: string;
  /** Larger files are unreadable; 16 MB if absent. */
  maxBytes?: number;
  parse: (bytes: Buffer) => { content: Content; skipped: Skipped[] } | { error: string };
  /** A sentence: what it means that there is none. */
  missing: string;
  /** How a sentence about a fault ends: when there is something to go by, and when there is not. */
  ending: { known: string; unknown: string };
  /** What a fault that `parse` names is called, where `is unusable: ...` does not do. */
  faults?: Readonly<Record<string, string>>;
}

/** Holds the newest content of a small file that could be read. */
export class SmallFileReader<Content> {
  status: ReaderStatus;
  /** The last good one, kept while the file is gone or unusable; null before the first. A new object whenever it changed. */
  protected content: Content | null = null;

  readonly #kind: SmallFileKind<Content>;
  readonly #path: string;
  readonly #now: () => number;
  #signature: string | null = null;
  #bytes: Buffer | null = null;
  #missedSince: number | null = null;
  /** When a look last found the file, and when it last found it good; milliseconds since 1970. */
  #presentAt: number | null = null;
  #goodAt: number | null = null;
  /** When a large file was read, and for how long it is left alone since; milliseconds. */
  #rest = { from: 0, ms: 0 };

  /**
   * @param root the swarm's root
   * @param kind which file, and how it is read
   * @param now the clock, milliseconds since 1970
   */
  constructor(root: string, kind: SmallFileKind<Content>, now: () => number = Date.now) {
    this.#kind = kind;
    this.#path = join(root, kind.name);
    this.#now = now;
    this.status = { ...this.#missing(), since: now() };
  }

  /**
   * Reads the file if it is not as the last look left it. Costs a few microseconds if nothing changed; one of more than
   * a megabyte is not looked at again within 250 ms for each.
   *
   * @returns whether `status` or the content changed
   */
  look(): boolean {
    const now = this.#now();
    if (Math.abs(now - this.#rest.from) < this.#rest.ms) return false;
    const known = { status: this.status, content: this.content };
    const options = {
      limitBytes: this.#kind.maxBytes ?? MAX_STORE_BYTES,
      known: this.#signature,
      followLinks: true,
      now,
    };
    const look = lookAtFile(this.#path, options);
    if (look.kind === 'missing') this.#missed(now);
    else {
      this.#missedSince = null;
      this.#presentAt = now;
      this.#found(look, now);
      if (this.status.state === 'ok' || this.status.state === 'degraded') this.#goodAt = now;
    }
    return this.status !== known.status || this.content !== known.content;
  }

  #missed(now: number): void {
    this.#missedSince ??= now;
    // A clock set back must not hide that a file is gone.
    if (Math.abs(now - this.#missedSince) < MISSING_CONFIRMED_MS) return;
    this.#signature = null;
    this.#bytes = null;
    this.status = statusAfter(this.status, this.#missing(), now);
  }

  #found(look: Exclude<FileLook, { kind: 'missing' }>, now: number): void {
    if (look.kind === 'read') this.#read(look.bytes, look.signature, now);
    else if (look.kind === 'irregular') this.#unusable(`is ${look.what}, not a file`, now);
    else if (look.kind === 'unreadable') this.#unusable(`can't be read: ${look.reason}`, now);
  }

  #read(bytes: Buffer, signature: string, now: number): void {
    this.#signature = signature;
    this.#rest = { from: now, ms: bytes.length < MEGABYTE ? 0 : (bytes.length / MEGABYTE) * REST_MS_PER_MEGABYTE };
    if (this.#bytes?.equals(bytes)) return;
    this.#bytes = bytes;
    const parsed = this.#kind.parse(bytes);
    if ('error' in parsed) {
      this.#fault(this.#kind.faults?.[parsed.error] ?? `is unusable: ${parsed.error}`, now);
      return;
    }
    this.content = parsed.content;
    this.status = statusAfter(this.status, { ...this.#wholeOrPart(parsed.skipped), keptFrom: null }, now);
  }

  /** Of a file that is read in part nobody may conclude that it lacks something. */
  #wholeOrPart(skipped: Skipped[]): Pick<ReaderStatus, 'state' | 'reason' | 'skipped'> {
    const beyond = skipped.filter(({ reason }) => reason.startsWith(BEYOND));
    if (beyond.length === 0) return { state: 'ok', reason: null, skipped };
    const parts = beyond.map(({ reason, count }) => `${count} ${reason}`).join(' and ');
    return { state: 'degraded', reason: `${this.#kind.name} is read in part: skipped ${parts}.`, skipped };
  }

  #unusable(what: string, now: number): void {
    // Whatever stands there next is read, even if it is the file of before.
    this.#signature = null;
    this.#bytes = null;
    this.#fault(what, now);
  }

  #fault(what: string, now: number): void {
    const { name, ending } = this.#kind;
    const reason = `${name} ${what}; ${this.content === null ? ending.unknown : ending.known}.`;
    this.status = statusAfter(this.status, { state: 'unreadable', reason, keptFrom: this.#keptFrom, skipped: [] }, now);
  }

  #missing(): Omit<ReaderStatus, 'since'> {
    const { name, missing, ending } = this.#kind;
    const keptFrom = this.#keptFrom;
    const reason =
      this.#presentAt === null
        ? missing
        : wasThere(name, this.#presentAt, `${keptFrom === null ? ending.unknown : ending.known}.`);
    return { state: 'missing', reason, keptFrom, skipped: [] };
  }

  get #keptFrom(): number | null {
    return this.content === null ? null : this.#goodAt;
  }
}

/**
 * @param name of a file or folder that was there
 * @param until when a look last found it, milliseconds since 1970
 * @param consequence a sentence: what is shown now
 * @returns that it is gone, in plain sentences
 */
export function wasThere(name: string, until: number, consequence: string): string {
  const sentence = consequence.charAt(0).toUpperCase() + consequence.slice(1);
  return `${name} was there until ${formatInstant(until)}; it is gone. ${sentence}`;
}

/**
 * @returns the object that the bytes hold as JSON, tolerantly: a byte order mark and bytes that are no UTF-8 do no
 *   harm; or why there is none: `empty`, `invalid JSON`, `not an object` or that it holds more than 200,000 values
 */
export function parseObject(bytes: Buffer): { object: Record<string, unknown> } | { error: string } {
  if (bytes.length === 0) return { error: 'empty' };
  if (holdsMoreThan(MAX_VALUES, bytes)) return { error: TOO_MANY_VALUES };
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8').trim());
  } catch {
    return { error: 'invalid JSON' };
  }
  return isObject(value) ? { object: value } : { error: 'not an object' };
}

const TOO_MANY_VALUES = `it holds more than ${MAX_VALUES.toLocaleString('en-US')} values`;
const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const MARKS: ReadonlySet<number> = new Set([...'{[,:'].map((mark) => mark.charCodeAt(0)));

/** Counts texts and the marks between them without reading what they mean; some 2 ms for a megabyte. */
function holdsMoreThan(most: number, bytes: Buffer): boolean {
  if (bytes.length <= most) return false;
  let found = 0;
  for (let at = 0; at < bytes.length && found <= most; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      found += 1;
      for (at += 1; at < bytes.length && bytes[at] !== QUOTE; at++) if (bytes[at] === BACKSLASH) at += 1;
    } else if (MARKS.has(byte)) found += 1;
  }
  return found > most;
}
