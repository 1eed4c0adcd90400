/** What the API says of a lock beside what its file says. */
import { formatMicroseconds } from '../contract/instant';
import type { Lock, LockConflict, LockWarning } from '../contract/schemas';
import { withAddedFields } from './added-fields';
import { hasPatternCharacters, isTooLongForPattern } from './fnmatch';
import { byLockFile, findConflicts, type LockConflicts } from './lock-conflicts';
import type { LockEntry } from './lock-entry';
import type { LockHolders } from './lock-holders';

/** The last description of each entry, with what it rests on beside the entry itself. */
export type DescribedLocks = WeakMap<LockEntry, Description>;

interface Description {
  lock: Lock;
  early: boolean;
  conflicts: readonly LockEntry[];
  uncompared: boolean;
}

const NONE: readonly LockEntry[] = [];

/**
 * Describes locks as the API gives them, sorted by `lock_file`.
 *
 * @param entries as their files have them
 * @param options.holders what is known of who took each
 * @param options.staleTimeoutSeconds a lock older than this is stale
 * @param options.now milliseconds since 1970
 * @param options.conflicts what was found by comparing all of them; compared here if absent
 * @param options.known what an earlier call gave: unchanged locks are the same objects again, which costs a tenth
 */
export function describeLocks(
  entries: readonly LockEntry[],
  options: {
    holders: Pick<LockHolders, 'of'>;
    staleTimeoutSeconds: number;
    now: number;
    conflicts?: LockConflicts;
    known?: DescribedLocks;
  },
): Lock[] {
  const { known = new WeakMap() as DescribedLocks } = options;
  const { found, unknown } = options.conflicts ?? findConflicts(entries);
  return [...entries].sort(byLockFile).map((entry) => {
    const { fields, lockedAt } = entry;
    const age = lockedAt === null ? null : options.now - lockedAt;
    const stale = age === null ? null : age > options.staleTimeoutSeconds * 1000;
    const { orphaned, former } = options.holders.of(fields.agent_id, lockedAt);
    const early = age !== null && age < 0;
    const conflicts = found.get(entry) ?? NONE;
    const uncompared = unknown.has(entry);
    const before = known.get(entry);
    const sameTimes = before?.lock.stale === stale && before.lock.orphaned === orphaned && before.early === early;
    if (before && sameTimes && before.uncompared === uncompared) {
      if (sameEntries(before.conflicts, conflicts) && sameHolder(before.lock.former_holder, former)) return before.lock;
    }
    const lock = withAddedFields(fields, {
      lock_file: entry.lock_file,
      acquired_at: lockedAt === null ? null : formatMicroseconds(Math.round(lockedAt * 1000)),
      stale,
      orphaned,
      former_holder: former,
      conflicts_with: conflicts.map(conflictOf),
      pattern: isComparedAsPattern(fields.filepath),
      warnings: withPassing(entry.warnings, early, uncompared),
    });
    known.set(entry, { lock, early, conflicts, uncompared });
    return lock;
  });
}

function isComparedAsPattern(path: unknown): boolean {
  return typeof path === 'string' && hasPatternCharacters(path) && !isTooLongForPattern(path);
}

/** Adds what is odd about a lock beside what its file says. */
function withPassing(warnings: LockWarning[], early: boolean, uncompared: boolean): LockWarning[] {
  if (!early && !uncompared) return warnings;
  return [...warnings, ...(early ? (['in_future'] as const) : []), ...(uncompared ? (['uncompared'] as const) : [])];
}

function sameEntries(some: readonly LockEntry[], others: readonly LockEntry[]): boolean {
  return some.length === others.length && some.every((entry, i) => entry === others[i]);
}

function sameHolder(one: Lock['former_holder'], other: Lock['former_holder']): boolean {
  return one?.reason === other?.reason && one?.since === other?.since && one?.now === other?.now;
}

/** @returns what a lock's description says of another one that overlaps it */
export function conflictOf({ lock_file, fields }: Pick<LockEntry, 'lock_file' | 'fields'>): LockConflict {
  // What the file does not say must not be missing in the answer.
  return { lock_file, agent_id: fields.agent_id ?? null, filepath: fields.filepath ?? null };
}
