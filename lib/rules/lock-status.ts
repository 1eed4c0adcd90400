/** The fields that the API adds to those of a lock's file. */

import { hasPatternCharacters, isTooLongForPattern } from '../contract/fnmatch';
import { formatMicroseconds } from '../contract/instant';
import type { Lock, LockConflict, LockWarning } from '../contract/schemas';
import { withAddedFields } from '../sources/claudeswarm/added-fields';
import type { LockEntry } from '../sources/claudeswarm/lock-entry';
import type { Holder, LockHolders } from './lock-holders';

/** The facts of a description in addition to the entry itself. */
export interface LockFacts {
  stale: boolean | null;
  /** Whether it was acquired in the future, by this server's clock. */
  early: boolean;
  holder: Holder;
  /** The locks of other holders that overlap it. */
  conflicts: readonly LockEntry[];
  /** Whether it was not compared with all others. */
  uncompared: boolean;
}

/** Most locks have none of these, and share them. */
const NO_CONFLICTS: LockConflict[] = [];

/** @returns a lock as the API shows it */
export function describeLock(entry: LockEntry, { stale, early, holder, conflicts, uncompared }: LockFacts): Lock {
  return withAddedFields(entry.fields, {
    lock_file: entry.lock_file,
    acquired_at: acquiredAt(entry),
    stale,
    orphaned: holder.orphaned,
    former_holder: holder.former,
    conflicts_with: toConflicts(conflicts),
    pattern: isComparedAsPattern(entry),
    warnings: withStateWarnings(entry.warnings, early, uncompared),
  });
}

/** @returns when a lock was acquired, as the API shows it */
export function acquiredAt({ lockedAt }: LockEntry): string | null {
  return lockedAt === null ? null : formatMicroseconds(Math.round(lockedAt * 1000));
}

/** @returns the part of a lock's description about locks that overlap it */
export function toConflicts(conflicts: readonly LockEntry[]): LockConflict[] {
  return conflicts.length === 0 ? NO_CONFLICTS : conflicts.map(toConflict);
}

/** @returns whether a lock's path contains characters of a pattern, and is compared as one */
export function isComparedAsPattern({ fields: { filepath: path } }: LockEntry): boolean {
  return typeof path === 'string' && hasPatternCharacters(path) && !isTooLongForPattern(path);
}

/** Adds warnings of the description to those of the file. */
function withStateWarnings(warnings: readonly LockWarning[], early: boolean, uncompared: boolean): LockWarning[] {
  return [...warnings, ...(early ? (['in_future'] as const) : []), ...(uncompared ? (['uncompared'] as const) : [])];
}

/** The facts behind all descriptions. */
export interface LockBoardFacts {
  holders: Pick<LockHolders, 'of' | 'key'>;
  /** A lock older than this is stale. */
  staleTimeoutSeconds: number;
  /** Milliseconds since 1970. */
  now: number;
}

/** @returns whether a lock is past the timeout; null where its file has no time */
export function isStale({ lockedAt }: LockEntry, staleTimeoutSeconds: number, now: number): boolean | null {
  return lockedAt === null ? null : now - lockedAt > staleTimeoutSeconds * 1000;
}

/** @returns whether a lock was acquired in the future, by this server's clock */
export function isEarly({ lockedAt }: LockEntry, now: number): boolean {
  return lockedAt !== null && lockedAt > now;
}

/** @returns whether two answers about a holder are equal */
export function isSameHolder(one: Holder, other: Holder): boolean {
  if (one === other) return true;
  const [before, after] = [one.former, other.former];
  if (one.orphaned !== other.orphaned) return false;
  return before?.reason === after?.reason && before?.since === after?.since && before?.now === after?.now;
}

/** @returns the part of a lock's description about one lock that overlaps it */
export function toConflict({ lock_file, fields }: Pick<LockEntry, 'lock_file' | 'fields'>): LockConflict {
  // A field that the file lacks must not be missing in the answer.
  return { lock_file, agent_id: fields.agent_id ?? null, filepath: fields.filepath ?? null };
}
