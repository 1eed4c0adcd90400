/** What the API says of a lock beside what its file says. */
import { formatMicroseconds } from '../contract/instant';
import type { AgentHealth, Lock, LockConflict } from '../contract/schemas';
import { withAddedFields } from './added-fields';
import { hasPatternCharacters } from './fnmatch';
import { byLockFile, findConflicts } from './lock-conflicts';
import type { LockEntry } from './lock-entry';

/**
 * Describes locks as the API gives them, sorted by `lock_file`.
 *
 * @param entries as their files have them
 * @param options.holders the health of each registered agent; null while the registry can't be read
 * @param options.staleTimeoutSeconds a lock older than this is stale
 * @param options.now milliseconds since 1970
 */
export function describeLocks(
  entries: readonly LockEntry[],
  options: { holders: ReadonlyMap<string, AgentHealth> | null; staleTimeoutSeconds: number; now: number },
): Lock[] {
  const conflicts = findConflicts(entries);
  return [...entries].sort(byLockFile).map((entry) => {
    const { fields, lockedAt, warnings } = entry;
    const age = lockedAt === null ? null : options.now - lockedAt;
    return withAddedFields(fields, {
      lock_file: entry.lock_file,
      acquired_at: lockedAt === null ? null : formatMicroseconds(Math.round(lockedAt * 1000)),
      stale: age === null ? null : age > options.staleTimeoutSeconds * 1000,
      orphaned: options.holders && isOrphaned(fields.agent_id, options.holders),
      conflicts_with: (conflicts.get(entry) ?? []).map(conflictOf),
      pattern: typeof fields.filepath === 'string' && hasPatternCharacters(fields.filepath),
      warnings: age !== null && age < 0 ? [...warnings, 'in_future' as const] : warnings,
    });
  });
}

function isOrphaned(holder: unknown, holders: ReadonlyMap<string, AgentHealth>): boolean {
  const health = typeof holder === 'string' ? holders.get(holder) : undefined;
  return health === undefined || health === 'dead';
}

function conflictOf({ lock_file, fields }: LockEntry): LockConflict {
  return { lock_file, agent_id: fields.agent_id, filepath: fields.filepath };
}
