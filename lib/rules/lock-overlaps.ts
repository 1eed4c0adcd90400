/** Locks of different holders on the same files: one file in several spellings, or a pattern and what it matches. */

import { hasPatternCharacters } from '../contract/fnmatch';
import { normalizeLockPath } from '../contract/lock-path';
import type { HeldLock } from '../contract/schemas';
import { byLockFile, type LockEntry } from '../sources/claudeswarm/lock-entry';
import { findLock } from '../sources/claudeswarm/lock-list';
import { compareLocks, type LockConflicts, MAX_COMPARISON_STEPS, NO_CONFLICTS } from './lock-conflicts';
import { groupByPath } from './path-groups';
import { StepBudget } from './step-budget';

/** Locks of different holders that cover the same files. */
export interface LockOverlap {
  /** For one file the first lock by name of lock file; else the wider one, a pattern rather than a path. */
  lock: HeldLock;
  others: HeldLock[];
  /** The file that all of them name, each in its own spelling; null for an overlap by a pattern. */
  file: string | null;
}

/** The paths of locks in one spelling, and the locks that overlap by it. */
export interface SpelledLocks {
  /** By lock file; paths that have that spelling already are absent. */
  spellings: ReadonlyMap<string, unknown>;
  /** Files that locks of at least two holders name, with all of these locks by name of lock file. */
  sameFile: readonly { file: string; lockFiles: readonly string[] }[];
  /** The comparison with every path in the one spelling; empty where every lock has it already. */
  conflicts: LockConflicts;
}

export const NO_SPELLED_LOCKS: SpelledLocks = { spellings: new Map(), sameFile: [], conflicts: NO_CONFLICTS };

/**
 * Normalizes and compares the paths of locks, a little at each step.
 *
 * @param root the swarm's root, absolute; absolute paths below it mean the same files as relative ones
 */
export function* spellLocks(entries: readonly LockEntry[], root: string): Generator<void, SpelledLocks> {
  const budget = new StepBudget(MAX_COMPARISON_STEPS);
  const spellings = new Map<string, unknown>();
  for (const { lock_file, fields } of entries) {
    const spelled = oneSpelling(fields.filepath, root);
    if (spelled !== fields.filepath) spellings.set(lock_file, spelled);
    if (budget.spend(200 + (typeof spelled === 'string' ? spelled.length * 10 : 0))) yield;
  }
  const pathOf = ({ lock_file, fields }: LockEntry) => spellings.get(lock_file) ?? fields.filepath;
  const groups = yield* groupByPath(entries, pathOf, budget);
  const sameFile = groups.filter(hasTwoHolders).map(({ text, entries: same }) => ({
    file: text,
    lockFiles: same.map(({ lock_file }) => lock_file).sort(),
  }));
  const conflicts = spellings.size === 0 ? NO_CONFLICTS : yield* compareLocks(entries, { pathOf });
  return { spellings, sameFile, conflicts };
}

/** @returns whether locks of a path have different holders */
export function hasTwoHolders({ entries }: { entries: readonly LockEntry[] }): boolean {
  return entries.some(({ fields }) => fields.agent_id !== entries[0]?.fields.agent_id);
}

/**
 * Finds the overlaps of locks. All locks of one file, in whatever spelling, are one overlap, and so are a pattern and
 * the locks that it matches.
 *
 * @param locks described, with `conflicts_with`, sorted by `lock_file`
 * @returns each overlapping pair once
 */
export function findOverlaps(locks: readonly HeldLock[], spelled: SpelledLocks): LockOverlap[] {
  const conflicting = locks.filter(({ conflicts_with }) => conflicts_with.length > 0);
  const find = (file: string) => findLock(locks, file);
  const ofSameFiles = spelled.sameFile.flatMap(({ file, lockFiles }): LockOverlap[] => {
    const [lock, ...others] = lockFiles.map(find).filter((one) => one !== undefined);
    return lock && others.length > 0 ? [{ lock, others, file }] : [];
  });
  return [...ofSameFiles, ...patternOverlaps(conflicting, find, spelled)];
}

/** @returns the pairs of an overlap that have different holders, the wider lock first */
export function* overlapPairs({ lock, others, file }: LockOverlap): Generator<[HeldLock, HeldLock]> {
  const all = [lock, ...others];
  // Two paths that a pattern matches may be different files.
  const firsts = file === null ? [lock] : all;
  for (const [index, one] of firsts.entries()) {
    for (const other of all.slice(index + 1)) if (one.agent_id !== other.agent_id) yield [one, other];
  }
}

function patternOverlaps(
  conflicting: readonly HeldLock[],
  find: (file: string) => HeldLock | undefined,
  { spellings, conflicts }: SpelledLocks,
): LockOverlap[] {
  const found = new Map<HeldLock, Set<HeldLock>>();
  const pathOf = ({ lock_file, filepath }: HeldLock) => spellings.get(lock_file) ?? filepath;
  const meet = (one: HeldLock, other: HeldLock | undefined) => {
    if (!other || other === one || pathOf(one) === pathOf(other)) return;
    const [wide, narrow] = wider(one, other) === one ? [one, other] : [other, one];
    const others = found.get(wide);
    if (others) others.add(narrow);
    else found.set(wide, new Set([narrow]));
  };
  for (const lock of conflicting) for (const { lock_file } of lock.conflicts_with) meet(lock, find(lock_file));
  for (const [one, others] of conflicts.found) {
    const lock = find(one.lock_file);
    if (lock) for (const other of others) meet(lock, find(other.lock_file));
  }
  return [...found].map(([lock, others]) => ({ lock, others: [...others].sort(byLockFile), file: null }));
}

function wider(one: HeldLock, other: HeldLock): HeldLock {
  if (one.pattern !== other.pattern) return one.pattern ? one : other;
  return one.lock_file < other.lock_file ? one : other;
}

/**
 * Characters of which one file can have two spellings: absolute, `.` and `..`, doubled or final slashes, composed
 * letters.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: everything beyond ASCII is meant.
const ODD_SPELLING = /^\/|(?:^|\/)\.{0,2}(?:\/|$)|[^\x00-\x7f]/;

/** Normalizes a path, relative to the root where it is below it; values that are no path stay as they are. */
export function oneSpelling(filepath: unknown, root: string): unknown {
  if (typeof filepath !== 'string' || !ODD_SPELLING.test(filepath)) return filepath;
  const plain = withoutParents(normalizeLockPath(filepath).normalize('NFC').replace(/^\/\//, '/'));
  const folder = `${root.normalize('NFC').replace(/\/+$/, '')}/`;
  return `${plain}/`.startsWith(folder) ? plain.slice(folder.length) || '.' : plain;
}

/** `a/../b` is `b`; in a pattern `..` stays, since a name before it may match many folders. */
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
