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
 * @param entryNamed gives what a file holds now, null if nothing
 * @returns the locks as they are now, sorted
 */
export function mergeLocks(
  locks: readonly LockEntry[],
  changed: readonly string[],
  entryNamed: (name: string) => LockEntry | null,
): LockEntry[] {
  // Made in one piece: an array that grows leaves its smaller selves behind.
  const now = new Array<LockEntry>(locks.length + changed.length);
  let [at, count] = [0, 0];
  for (const name of changed) {
    for (let lock = locks[at]; lock !== undefined && lock.lock_file < name; lock = locks[++at]) now[count++] = lock;
    if (locks[at]?.lock_file === name) at++;
    const entry = entryNamed(name);
    if (entry) now[count++] = entry;
  }
  for (; at < locks.length; at++) now[count++] = locks[at] as LockEntry;
  now.length = count;
  return now;
}

export interface LockDifferences {
  removed: LockEntry[];
  added: LockEntry[];
  /** Where an entry of the second list stood in the first, -1 for one that was added. */
  listPlace: (index: number) => number;
}

/** Compares two lists that are sorted by `lock_file`; what they begin and end with in common is passed over. */
export function differences(before: readonly LockEntry[], after: readonly LockEntry[]): LockDifferences {
  const shorter = Math.min(before.length, after.length);
  let begin = 0;
  if (before === after) begin = shorter;
  while (begin < shorter && before[begin] === after[begin]) begin++;
  let common = 0;
  while (common < shorter - begin && before.at(-1 - common) === after.at(-1 - common)) common++;
  const [beforeEnd, afterEnd] = [before.length - common, after.length - common];
  const removed: LockEntry[] = [];
  const added: LockEntry[] = [];
  const places = new Int32Array(afterEnd - begin).fill(-1);
  let at = begin;
  for (let index = begin; index < afterEnd; index++) {
    const entry = after[index] as LockEntry;
    while (at < beforeEnd && before[at] !== entry && (before[at] as LockEntry).lock_file <= entry.lock_file)
      removed.push(before[at++] as LockEntry);
    if (at < beforeEnd && before[at] === entry) places[index - begin] = at++;
    else added.push(entry);
  }
  for (; at < beforeEnd; at++) removed.push(before[at] as LockEntry);
  const listPlace = (index: number) => {
    if (index < begin) return index;
    return index < afterEnd ? (places[index - begin] as number) : index - afterEnd + beforeEnd;
  };
  return { removed, added, listPlace };
}
