/** flock(2), which Node lacks: locks that the kernel releases when their process ends. */
import koffi from 'koffi';

const EXCLUSIVE_NON_BLOCKING = 2 | 4;
const RELEASE = 8;

type Flock = (descriptor: number, operation: number) => number;
let bound: Flock | null = null;

/** Loaded at first use, since most processes that import this never lock. @returns 0 or the error number */
function flock(descriptor: number, operation: number): number {
  bound ??= koffi.load(null).func('int flock(int, int)') as Flock;
  return bound(descriptor, operation) === 0 ? 0 : koffi.errno();
}

/**
 * Tries once to take the exclusive lock on an open file. Two descriptors exclude each other in one process too.
 *
 * @param path for the error
 * @returns false if another one has it
 * @throws if the file system has no such locks
 */
export function tryFlock(descriptor: number, path: string): boolean {
  const error = flock(descriptor, EXCLUSIVE_NON_BLOCKING);
  if (error === 0) return true;
  if (error === koffi.os.errno.EWOULDBLOCK || error === koffi.os.errno.EINTR) return false;
  throw new Error(`${path} can't be locked (error ${error}): use a file system that supports flock.`);
}

/** Releases the lock; closing the file does too. */
export function releaseFlock(descriptor: number): void {
  flock(descriptor, RELEASE);
}
