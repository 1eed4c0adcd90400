/** Reads a regular file without ever touching it: no lock, no wait on a pipe, no device, bounded size. */
import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync, readSync, statSync } from 'node:fs';
import { getSystemErrorMap } from 'node:util';

/**
 * Time stamps of many file systems advance only every few milliseconds: two writes within one such step look alike.
 * So a file that changed this recently is read again at the next look, whatever its stamps say.
 */
const COARSE_CLOCK_MS = 50;

/** What a look at a file found. `unchanged`: it is as at the earlier look, and was not read. */
export type FileReading =
  | { kind: 'read'; bytes: Buffer; signature: string; changedAt: number }
  | { kind: 'unchanged' }
  | { kind: 'missing' }
  | { kind: 'irregular'; what: string }
  | { kind: 'unreadable'; reason: string; code: string };

export interface FileReadOptions {
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
export function readIfChanged(path: string, options: FileReadOptions): FileReading {
  try {
    // That there is none is the usual answer, and an exception would cost more than all the rest of an idle swarm's look.
    const seen = (options.followLinks ? statSync : lstatSync)(path, { bigint: true, throwIfNoEntry: false });
    if (!seen) return { kind: 'missing' };
    if (!seen.isFile()) return { kind: 'irregular', what: fileKind(seen) };
    if (options.known !== null && signatureOf(seen) === options.known) return { kind: 'unchanged' };
    return readRegularFile(path, options);
  } catch (error) {
    return failed(error);
  }
}

function readRegularFile(path: string, { limitBytes, followLinks, now }: FileReadOptions): FileReading {
  // What stood there at `stat` may have been replaced since, so the open file is asked again. O_NONBLOCK: a pipe
  // without a writer would block the process for good.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | (followLinks ? 0 : constants.O_NOFOLLOW);
  const descriptor = openSync(path, flags);
  try {
    const stats = fstatSync(descriptor, { bigint: true });
    if (!stats.isFile()) return { kind: 'irregular', what: fileKind(stats) };
    // The stamps are taken before the bytes: a write in between then shows as a change at the next look.
    const bytes = readUpTo(descriptor, Number(stats.size), limitBytes);
    if (!bytes) return { kind: 'unreadable', reason: `larger than ${limitBytes} bytes`, code: 'TOO_LARGE' };
    const changedAt = Number(stats.mtimeMs);
    const trusted = now - Number(stats.ctimeMs) >= COARSE_CLOCK_MS;
    return { kind: 'read', bytes, signature: trusted ? signatureOf(stats) : '', changedAt };
  } finally {
    closeSync(descriptor);
  }
}

/** @returns all bytes to the end of the file, also if it grew meanwhile, or null if they are more than the limit */
function readUpTo(descriptor: number, expectedBytes: number, limitBytes: number): Buffer | null {
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

function failed(error: unknown): FileReading {
  const code = errorCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing' };
  return { kind: 'unreadable', reason: describeFileError(error), code };
}

/** @returns in plain words what stands at a path where a regular file should: `a folder`, `a pipe`, ... */
export function fileKind(stats: BigIntStats): string {
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
