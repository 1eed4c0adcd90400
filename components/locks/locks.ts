/** The locks as the page shows them: which, in which order, in which groups, and what changed. */

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

/** What is worst about a lock: two agents at one file, then a holder that is gone, then past the timeout. */
function trouble(lock: Lock): number {
  if (lock.conflicts_with.length > 0) return 0;
  if (lock.orphaned === true || lock.former_holder !== null) return 1;
  return lock.stale === true ? 2 : 3;
}

/** One that says no time counts as older than all others. */
function acquired({ acquired_at }: Lock): number {
  return milliseconds(acquired_at) ?? 0;
}

/** @returns the locks sorted: by priority (overlaps, holders that are gone, past the timeout, then the newest), path, age (oldest first) or holder */
export function locksInOrder(locks: readonly Lock[], order: LockOrder): Lock[] {
  const compare = COMPARISONS[order];
  return locks.toSorted((one, other) => compare(one, other) || byFile(one, other));
}

export interface LockGroup {
  /** The holder or the folder; empty where the file names none. */
  name: string;
  locks: readonly Lock[];
}

/** @returns sorted locks by group, in the order in which the groups' first locks stand */
export function grouped(locks: readonly Lock[], grouping: LockGrouping): LockGroup[] {
  if (grouping === 'none') return [{ name: '', locks }];
  const groupName = grouping === 'agent' ? holderName : folderOf;
  return [...groupBy(locks, groupName)].map(([name, members]) => ({ name, locks: members }));
}

/** @returns whether another process has the id of the agent that took a lock, so that the lock is not that agent's */
export function isOfFormerLife({ former_holder }: Lock): boolean {
  return former_holder?.reason === 'replaced';
}

/** @returns the holder of a lock; `the former agent-1` where another process has its id now */
export function holderName(lock: Lock): string {
  const id = asText(lock.agent_id);
  return id !== '' && isOfFormerLife(lock) ? `the former ${id}` : id;
}

/** @returns one sentence about a holder that is no longer the one with its id, instants as ISO 8601; null for others */
export function formerHolderSentence(lock: Lock): string | null {
  if (lock.former_holder === null) return null;
  const { reason, since, now } = lock.former_holder;
  const id = asText(lock.agent_id) || 'its holder';
  switch (reason) {
    case 'moved':
      return `Held under the former id ${id}; ${now === null ? 'the agent has another id now' : `now ${now}`}.`;
    case 'replaced':
      return `Held by the former ${id}${since === null ? '' : `, gone since ${since}`}; another process has this id now.`;
    case 'left':
      return `Held by ${id}, which left the registry${since === null ? '' : ` at ${since}`}.`;
  }
}

/** What removes a lock past the timeout: the swarm's tool deletes every such lock that it finds. */
export const TIMEOUT_SENTENCE =
  'Older than the swarm’s timeout: any agent’s next acquire-file-lock or list-all-locks removes it.';

/** The folder of a path, with its slash; of a pattern the part that is certain. */
function folderOf(lock: Lock): string {
  const path = asText(lock.filepath);
  const certain = lock.pattern ? path.slice(0, wildcardAt(path)) : path;
  return certain.slice(0, certain.lastIndexOf('/') + 1);
}

function wildcardAt(pattern: string): number {
  const at = pattern.search(/[*?[]/);
  return at === -1 ? pattern.length : at;
}

/** @returns the locks that an agent holds, and those of others that overlap one of its */
export function locksAbout(locks: readonly Lock[], agent: string): Lock[] {
  return locks.filter(
    ({ agent_id, conflicts_with }) =>
      asText(agent_id) === agent || conflicts_with.some((conflict) => asText(conflict.agent_id) === agent),
  );
}

/** @returns the lock files of locks that are new, or of which more than the age is different */
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

/** Values of any JSON type: each answer brings new objects. */
function alike(one: unknown, other: unknown): boolean {
  return typeof one === 'object' && typeof other === 'object' && asText(one) === asText(other);
}

export interface PatternScope {
  /** What every path that it covers begins and ends with. */
  begins: string;
  ends: string;
  /** It has a `*`, which also stands for slashes and so for folders below. */
  anyRun: boolean;
}

/** @returns what stands outside the sets of characters; a `]` in first place belongs to its set */
function outsideSets(pattern: string): string {
  const lastEnd = pattern.lastIndexOf(']');
  const outside: string[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const first = at + (pattern[at + 1] === '!' ? 2 : 1);
    // A search for what is known not to be there would be repeated for each of many `[`.
    const isSet = pattern[at] === '[' && first + 1 <= lastEnd;
    if (isSet) at = pattern.indexOf(']', first + 1);
    else outside.push(pattern[at] as string);
  }
  return outside.join('');
}

/** @returns what a pattern may cover, as far as a sentence can say it; null for one that covers nothing but itself */
export function patternScope(pattern: string): PatternScope | null {
  const outside = outsideSets(pattern);
  const anyRun = outside.includes('*');
  if (outside === pattern && !anyRun && !pattern.includes('?')) return null;
  const lastSpecial = Math.max(...['*', '?', '[', ']'].map((character) => pattern.lastIndexOf(character)));
  return {
    begins: pattern.slice(0, wildcardAt(pattern)),
    ends: pattern.slice(lastSpecial + 1),
    anyRun,
  };
}
