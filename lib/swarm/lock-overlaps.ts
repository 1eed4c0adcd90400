/** Locks of different holders that hold the same files, whether their patterns meet or their spellings differ. */
import type { Lock } from '../contract/schemas';
import { hasPatternCharacters } from './fnmatch';
import { findConflicts } from './lock-conflicts';
import { normalizeLockPath } from './lock-entry';

/** One lock and the others that overlap it. */
export interface LockOverlap {
  /** The wider of each pair: a pattern rather than a path, else the first by name of file. */
  lock: Lock;
  others: Lock[];
  /** The file that all of them spell, each in its way; null where patterns meet. */
  file: string | null;
}

/**
 * @param locks as described, with `conflicts_with`
 * @param root the swarm's root, absolute; absolute paths below it mean the same files as relative ones
 * @returns each overlapping pair once, under its wider lock
 */
export function findOverlaps(locks: readonly Lock[], root: string): LockOverlap[] {
  const spelled = new Map(locks.map((lock) => [lock, oneSpelling(lock.filepath, root)]));
  const byFile = new Map(locks.map((lock) => [lock.lock_file, lock]));
  const found = new Map<Lock, Set<Lock>>();
  const meet = (one: Lock, other: Lock | undefined) => {
    if (!other || other === one || wider(one, other, spelled) !== one) return;
    const others = found.get(one);
    if (others) others.add(other);
    else found.set(one, new Set([other]));
  };
  for (const lock of locks) for (const { lock_file } of lock.conflicts_with) meet(lock, byFile.get(lock_file));
  // As a rule every path is spelled in the one way, and all overlaps are known already.
  if (locks.some((lock) => spelled.get(lock) !== lock.filepath)) {
    const respelled = locks.map((lock) => ({
      lock_file: lock.lock_file,
      fields: { agent_id: lock.agent_id, filepath: spelled.get(lock) },
      lockedAt: null,
      warnings: [],
    }));
    for (const [one, others] of findConflicts(respelled)) {
      const lock = byFile.get(one.lock_file);
      if (lock) for (const other of others) meet(lock, byFile.get(other.lock_file));
    }
  }
  return [...found].map(([lock, others]) => {
    const path = spelled.get(lock);
    const same = typeof path === 'string' && [...others].every((other) => spelled.get(other) === path);
    return { lock, others: [...others], file: same ? path : null };
  });
}

function wider(one: Lock, other: Lock, spelled: ReadonlyMap<Lock, unknown>): Lock {
  if (spelled.get(one) !== spelled.get(other) && one.pattern !== other.pattern) return one.pattern ? one : other;
  return one.lock_file < other.lock_file ? one : other;
}

/** What can make two spellings of one file: absolute, `.` and `..`, doubled or final slashes, composed letters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: everything beyond ASCII is meant.
const ODD_SPELLING = /^\/|(?:^|\/)\.{0,2}(?:\/|$)|[^\x00-\x7f]/;

/** The one spelling of a path, relative to the root where it lies below it; anything else as it is. */
function oneSpelling(filepath: unknown, root: string): unknown {
  if (typeof filepath !== 'string' || !ODD_SPELLING.test(filepath)) return filepath;
  const plain = withoutParents(normalizeLockPath(filepath).normalize('NFC').replace(/^\/\//, '/'));
  const folder = `${root.normalize('NFC').replace(/\/+$/, '')}/`;
  return `${plain}/`.startsWith(folder) ? plain.slice(folder.length) || '.' : plain;
}

/** `a/../b` is `b`; in a pattern `..` stays, since what stands before it may be many folders. */
function withoutParents(path: string): string {
  if (!path.includes('..') || hasPatternCharacters(path)) return path;
  const kept: string[] = [];
  for (const part of path.split('/')) {
    const before = kept.at(-1);
    if (part === '..' && before !== undefined && before !== '' && before !== '..') kept.pop();
    else kept.push(part);
  }
  return kept.join('/') || '.';
}
