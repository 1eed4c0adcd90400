/** Locks of different holders on the same files: one file in several spellings, or a pattern and what it matches. */
import type { Lock } from '../contract/schemas';
import { hasPatternCharacters } from './fnmatch';
import { byLockFile, findConflicts } from './lock-conflicts';
import { normalizeLockPath } from './lock-entry';

/** Locks of different holders that cover the same files. */
export interface LockOverlap {
  /** Of one file: the first by name of lock file. Else the wider one: a pattern rather than a path. */
  lock: Lock;
  others: Lock[];
  /** The file that all of them name, each in its own spelling; null where patterns match. */
  file: string | null;
}

/**
 * Finds the overlaps of locks. All locks of one file, in whatever spelling, are one overlap; a pattern and what it
 * matches are one, too.
 *
 * @param locks as described, with `conflicts_with`
 * @param root the swarm's root, absolute; absolute paths below it mean the same files as relative ones
 * @returns each overlapping pair once
 */
export function findOverlaps(locks: readonly Lock[], root: string): LockOverlap[] {
  const spelled = new Map(locks.map((lock) => [lock, oneSpelling(lock.filepath, root)]));
  return [...sameFileOverlaps(locks, spelled), ...patternOverlaps(locks, spelled)];
}

/** @returns the pairs of an overlap that have different holders, the wider lock first */
export function* overlapPairs({ lock, others, file }: LockOverlap): Generator<[Lock, Lock]> {
  const all = [lock, ...others];
  // What a pattern matches may be different files.
  const firsts = file === null ? [lock] : all;
  for (const [index, one] of firsts.entries()) {
    for (const other of all.slice(index + 1)) if (one.agent_id !== other.agent_id) yield [one, other];
  }
}

type Spellings = ReadonlyMap<Lock, unknown>;

function sameFileOverlaps(locks: readonly Lock[], spelled: Spellings): LockOverlap[] {
  const byPath = new Map<string, Lock[]>();
  for (const lock of locks) {
    const path = spelled.get(lock);
    if (typeof path !== 'string') continue;
    const same = byPath.get(path);
    if (same) same.push(lock);
    else byPath.set(path, [lock]);
  }
  return [...byPath].flatMap(([file, same]): LockOverlap[] => {
    const [lock, ...others] = same.length < 2 ? [] : same.toSorted(byLockFile);
    return lock && others.some(({ agent_id }) => agent_id !== lock.agent_id) ? [{ lock, others, file }] : [];
  });
}

function patternOverlaps(locks: readonly Lock[], spelled: Spellings): LockOverlap[] {
  const byFile = new Map(locks.map((lock) => [lock.lock_file, lock]));
  const found = new Map<Lock, Set<Lock>>();
  const meet = (one: Lock, other: Lock | undefined) => {
    if (!other || other === one || spelled.get(one) === spelled.get(other) || wider(one, other) !== one) return;
    const others = found.get(one);
    if (others) others.add(other);
    else found.set(one, new Set([other]));
  };
  for (const lock of locks) for (const { lock_file } of lock.conflicts_with) meet(lock, byFile.get(lock_file));
  // As a rule every path has its one spelling already, and `conflicts_with` has all overlaps.
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
  return [...found].map(([lock, others]) => ({ lock, others: [...others], file: null }));
}

function wider(one: Lock, other: Lock): Lock {
  if (one.pattern !== other.pattern) return one.pattern ? one : other;
  return one.lock_file < other.lock_file ? one : other;
}

/** What can make two spellings of one file: absolute, `.` and `..`, doubled or final slashes, composed letters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: everything beyond ASCII is meant.
const ODD_SPELLING = /^\/|(?:^|\/)\.{0,2}(?:\/|$)|[^\x00-\x7f]/;

/** @returns whether a lock may name a file that others spell otherwise */
export function isOddlySpelled({ filepath }: Pick<Lock, 'filepath'>): boolean {
  return typeof filepath === 'string' && ODD_SPELLING.test(filepath);
}

/** The one spelling of a path, relative to the root where it lies below it; anything else as it is. */
function oneSpelling(filepath: unknown, root: string): unknown {
  if (typeof filepath !== 'string' || !isOddlySpelled({ filepath })) return filepath;
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
