/** All locks of a swarm described at once; `LockBoard` must have the same after any changes. */
import type { Lock } from '../../lib/contract/schemas';
import { findConflicts } from '../../lib/rules/lock-conflicts';
import type { LockHolders } from '../../lib/rules/lock-holders';
import { describeLock, isEarly, isStale, type LockBoardFacts } from '../../lib/rules/lock-status';
import type { LockEntry } from '../../lib/sources/claudeswarm/lock-entry';
import { byLockFile } from '../../lib/sources/claudeswarm/lock-entry';

/** @returns locks as the API returns them, each a new object, sorted by `lock_file` */
export function describeLocks(
  entries: readonly LockEntry[],
  facts: Omit<LockBoardFacts, 'holders'> & { holders: Pick<LockHolders, 'of'> },
): Lock[] {
  const { found, unknown } = findConflicts(entries);
  return entries.toSorted(byLockFile).map((entry) =>
    describeLock(entry, {
      stale: isStale(entry, facts.staleTimeoutSeconds, facts.now),
      early: isEarly(entry, facts.now),
      holder: facts.holders.of(entry.fields.agent_id, entry.lockedAt),
      conflicts: found.get(entry) ?? [],
      uncompared: unknown.has(entry),
    }),
  );
}
