/** The locks as the page shows them: selection, order, groups and changes. */

import { groupBy } from '@/lib/client/group-by';
import type { LockGrouping, LockOrder } from '@/lib/client/settings';
import { asText } from '@/lib/client/text';
import { milliseconds } from '@/lib/client/time';
import { compareNaturally } from '@/lib/contract/natural-order';
import type { Lock } from '@/lib/contract/schemas';

type Comparison = (one: Lock, other: Lock) => number;

const byPath: Comparison = (one, other) => compareNaturally(asText(one.filepath), asText(other.filepath));
const byFile: Comparison = (one, other) => compareNaturally(one.lock_file, other.lock_file);

const COMPARISONS: Record<LockOrder, Comparison> = {
  matters: (one, other) => trouble(one) - trouble(other) || acquired(other) - acquired(one),
  path: byPath,
  age: (one, other) => acquired(one) - acquired(other) || byPath(one, other),
  holder: (one, other) => compareNaturally(asText(one.agent_id), asText(other.agent_id)) || byPath(one, other),
};

/**
 * Ranks a lock by its worst problem: an overlap with another agent's lock, then a holder that has left, then past the
 * timeout.
 */
function trouble(lock: Lock): number {
  if (lock.conflicts_with.length > 0) return 0;
  if (lock.orphaned === true || lock.former_holder !== null) return 1;
  return lock.stale === true ? 2 : 3;
}

/** A lock without a time counts as older than all others. */
function acquired({ acquired_at }: Lock): number {
  return milliseconds(acquired_at) ?? 0;
}

/**
 * @returns the locks sorted: by priority (overlaps, holders that have left, past the timeout, then the newest), path,
 *   age (oldest first) or holder
 */
export function locksInOrder(locks: readonly Lock[], order: LockOrder): Lock[] {
  const compare = COMPARISONS[order];
  return locks.toSorted((one, other) => compare(one, other) || byFile(one, other));
}

export interface LockGroup {
  /** The holder or the folder; empty if the lock file names none. */
  name: string;
  locks: readonly Lock[];
}

/** @returns sorted locks by group, groups in the order of their first locks */
export function grouped(locks: readonly Lock[], grouping: LockGrouping): LockGroup[] {
  if (grouping === 'none') return [{ name: '', locks }];
  const groupName = grouping === 'agent' ? holderName : folderOf;
  return [...groupBy(locks, groupName)].map(([name, members]) => ({ name, locks: members }));
}

/**
 * @returns whether the id of a lock's holder now belongs to another process, so that the lock does not belong to the
 *   listed agent
 */
export function isOfFormerLife({ former_holder }: Lock): boolean {
  return former_holder?.reason === 'replaced';
}

/** @returns the holder of a lock; `the former agent-1` if another process has its id now */
export function holderName(lock: Lock): string {
  const id = asText(lock.agent_id);
  return id !== '' && isOfFormerLife(lock) ? `the former ${id}` : id;
}

/** What removes a lock past the timeout: the swarm's tool deletes every such lock that it finds. */
export const TIMEOUT_SENTENCE =
  'Older than the swarm’s timeout: any agent’s next acquire-file-lock or list-all-locks removes it.';

/** The folder of a path with its slash; for a pattern, the folders before its first wildcard. */
function folderOf(lock: Lock): string {
  const path = asText(lock.filepath);
  const certain = lock.pattern ? path.slice(0, wildcardAt(path)) : path;
  return certain.slice(0, certain.lastIndexOf('/') + 1);
}

/** @returns where the first wildcard of a pattern is; its length if it has none */
export function wildcardAt(pattern: string): number {
  const at = pattern.search(/[*?[]/);
  return at === -1 ? pattern.length : at;
}

/** @returns the locks that an agent holds, and the locks of others that overlap them */
export function locksAbout(locks: readonly Lock[], agent: string): Lock[] {
  return locks.filter(
    ({ agent_id, conflicts_with }) =>
      asText(agent_id) === agent || conflicts_with.some((conflict) => asText(conflict.agent_id) === agent),
  );
}

/** @returns the lock files of locks that are new or differ in more than their age */
export function changedLocks(before: readonly Lock[], after: readonly Lock[]): string[] {
  const known = new Map(before.map((lock) => [lock.lock_file, lock]));
  return after.filter((lock) => !sameLock(known.get(lock.lock_file), lock)).map(({ lock_file }) => lock_file);
}

const SHOWN_FIELDS = ['agent_id', 'filepath', 'locked_at', 'reason', 'stale', 'orphaned', 'former_holder'] as const;

function sameLock(one: Lock | undefined, other: Lock): boolean {
  if (one === undefined || one.conflicts_with.length !== other.conflicts_with.length) return false;
  const sameConflicts = one.conflicts_with.every(
    (conflict, index) => conflict.lock_file === other.conflicts_with[index]?.lock_file,
  );
  return sameConflicts && SHOWN_FIELDS.every((field) => one[field] === other[field] || alike(one[field], other[field]));
}

/** Compares values of any JSON type; each answer contains new objects. */
function alike(one: unknown, other: unknown): boolean {
  return typeof one === 'object' && typeof other === 'object' && asText(one) === asText(other);
}
