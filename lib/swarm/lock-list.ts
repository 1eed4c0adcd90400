/** Lists of locks that are sorted by `lock_file`: found in, and brought up to date without sorting them again. */
import type { LockEntry } from './lock-entry';

/** @returns where in a sorted list the first lock stands whose file does not come before a name */
export function lockIndex(locks: readonly { lock_file: string }[], lockFile: string): number {
  let [low, high] = [0, locks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((locks[middle]?.lock_file ?? '') < lockFile) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** @returns the lock of a file in a sorted list */
export function findLock<Held extends { lock_file: string }>(
  locks: readonly Held[],
  lockFile: string,
): Held | undefined {
  const found = locks[lockIndex(locks, lockFile)];
  return found?.lock_file === lockFile ? found : undefined;
}

/**
 * @param locks sorted by `lock_file`
 * @param changed the names of files that differ, sorted
 * @param entryOf gives what a file holds now, null if nothing
 * @returns the locks as they are now, sorted
 */
export function mergeLocks(
  locks: readonly LockEntry[],
  changed: readonly string[],
  entryOf: (name: string) => LockEntry | null,
): LockEntry[] {
  // Made in one piece: an array that grows leaves its smaller selves behind.
  const now = new Array<LockEntry>(locks.length + changed.length);
  let [at, count] = [0, 0];
  for (const name of changed) {
    for (let lock = locks[at]; lock !== undefined && lock.lock_file < name; lock = locks[++at]) now[count++] = lock;
    if (locks[at]?.lock_file === name) at++;
    const entry = entryOf(name);
    if (entry) now[count++] = entry;
  }
  for (; at < locks.length; at++) now[count++] = locks[at] as LockEntry;
  now.length = count;
  return now;
}

export interface LockDifferences {
  removed: LockEntry[];
  added: LockEntry[];
  /** Where each entry stood before, -1 for those that were added; null where each stands where it stood. */
  places: Int32Array | null;
}

/** Compares two lists that are sorted by `lock_file`. */
export function differences(before: readonly LockEntry[], after: readonly LockEntry[]): LockDifferences {
  if (before === after) return { removed: [], added: [], places: null };
  const removed: LockEntry[] = [];
  const added: LockEntry[] = [];
  const places = new Int32Array(after.length).fill(-1);
  let at = 0;
  for (const [index, entry] of after.entries()) {
    let known = before[at];
    while (known !== undefined && known !== entry && known.lock_file <= entry.lock_file) {
      removed.push(known);
      known = before[++at];
    }
    if (known === entry) places[index] = at++;
    else added.push(entry);
  }
  for (; at < before.length; at++) removed.push(before[at] as LockEntry);
  return { removed, added, places };
}
