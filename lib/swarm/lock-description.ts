/** What the API says of a lock beside what its file says. */
import { formatMicroseconds } from '../contract/instant';
import type { AgentHealth, Lock, LockConflict } from '../contract/schemas';
import { withAddedFields } from './added-fields';
import { hasPatternCharacters } from './fnmatch';
import { byLockFile, findConflicts } from './lock-conflicts';
import type { LockEntry } from './lock-entry';

/** The last description of each entry, with what it rests on beside the entry itself. */
export type DescribedLocks = WeakMap<LockEntry, { lock: Lock; early: boolean; conflicts: readonly LockEntry[] }>;

const NONE: readonly LockEntry[] = [];

/**
 * Describes locks as the API gives them, sorted by `lock_file`.
 *
 * @param entries as their files have them
 * @param options.holders the health of each registered agent; null while the registry can't be read
 * @param options.staleTimeoutSeconds a lock older than this is stale
 * @param options.now milliseconds since 1970
 * @param options.known what an earlier call gave: unchanged locks are the same objects again, which costs a tenth
 */
export function describeLocks(
  entries: readonly LockEntry[],
  options: {
    holders: ReadonlyMap<string, AgentHealth> | null;
    staleTimeoutSeconds: number;
    now: number;
    known?: DescribedLocks;
  },
): Lock[] {
  const { known = new WeakMap() as DescribedLocks } = options;
  const found = findConflicts(entries);
  return [...entries].sort(byLockFile).map((entry) => {
    const { fields, lockedAt } = entry;
    const age = lockedAt === null ? null : options.now - lockedAt;
    const stale = age === null ? null : age > options.staleTimeoutSeconds * 1000;
    const orphaned = options.holders && isOrphaned(fields.agent_id, options.holders);
    const early = age !== null && age < 0;
    const conflicts = found.get(entry) ?? NONE;
    const before = known.get(entry);
    if (before && before.lock.stale === stale && before.lock.orphaned === orphaned && before.early === early) {
      if (sameEntries(before.conflicts, conflicts)) return before.lock;
    }
    const lock = withAddedFields(fields, {
      lock_file: entry.lock_file,
      acquired_at: lockedAt === null ? null : formatMicroseconds(Math.round(lockedAt * 1000)),
      stale,
      orphaned,
      former_holder: null,
      conflicts_with: conflicts.map(conflictOf),
      pattern: typeof fields.filepath === 'string' && hasPatternCharacters(fields.filepath),
      warnings: early ? [...entry.warnings, 'in_future' as const] : entry.warnings,
    });
    known.set(entry, { lock, early, conflicts });
    return lock;
  });
}

function sameEntries(some: readonly LockEntry[], others: readonly LockEntry[]): boolean {
  return some.length === others.length && some.every((entry, i) => entry === others[i]);
}

function isOrphaned(holder: unknown, holders: ReadonlyMap<string, AgentHealth>): boolean {
  const health = typeof holder === 'string' ? holders.get(holder) : undefined;
  return health === undefined || health === 'dead';
}

/** @returns what a lock's description says of another one that overlaps it */
export function conflictOf({ lock_file, fields }: Pick<LockEntry, 'lock_file' | 'fields'>): LockConflict {
  return { lock_file, agent_id: fields.agent_id, filepath: fields.filepath };
}
