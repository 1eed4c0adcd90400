/** What the page knows about a lock and its holder before the lock is released. */

import { isOfFormerLife } from '@/components/locks/locks';
import { asText } from '@/lib/client/text';
import type { ReleaseLockAnswer } from '@/lib/contract/lock-requests';
import type { Agent, AgentsAnswer, AttentionEntry, DepartedAgent, Lock, LocksAnswer } from '@/lib/contract/schemas';

/** What a button opens. */
export type LockCommand =
  /** The locks to choose from, by file; `shown` is the lock as the page showed it beside the button. */
  { name: 'release'; lockFiles: readonly string[]; shown: Lock | null } | { name: 'lock' } | { name: 'clean-up' };

/** @returns what a release did, as a sentence */
export function releasedSentence(path: string, outcome: ReleaseLockAnswer['outcome']): string {
  return outcome === 'released' ? `Released ${path}.` : `${path} was not locked any more.`;
}

const AGENT_ID = /^(?!-)[A-Za-z0-9_-]{1,64}(?<!-)$/;

/**
 * Whether a lock can be released on behalf of its holder, who will not do it any more: its id is one that the swarm's
 * tool accepts, and no other process has it now.
 */
export function canReleaseAsHolder(lock: Lock): boolean {
  const { agent_id, filepath, orphaned, stale } = lock;
  const gone = orphaned === true || stale === true;
  const named = typeof agent_id === 'string' && AGENT_ID.test(agent_id) && typeof filepath === 'string';
  return gone && named && !isOfFormerLife(lock);
}

/** What a forced release removes: the lock as it was shown, and no other. */
export function expectedOf({ agent_id, locked_at }: Lock): { agent_id: unknown; locked_at: unknown } {
  return { agent_id, locked_at };
}

/** The agent that has the id of a lock's holder. */
export type LockHolder =
  | { kind: 'listed'; agent: Agent }
  | { kind: 'left'; agent: DepartedAgent }
  /** Another process has the id now. */
  | { kind: 'replaced'; agent: Agent | null }
  | { kind: 'unknown' };

export function holderOf(lock: Lock, { agents, departed }: AgentsAnswer): LockHolder {
  const id = asText(lock.agent_id);
  const listed = agents.find((agent) => agent.id === id);
  if (isOfFormerLife(lock)) return { kind: 'replaced', agent: listed ?? null };
  if (listed) return { kind: 'listed', agent: listed };
  const left = departed.find((agent) => agent.id === id);
  return left ? { kind: 'left', agent: left } : { kind: 'unknown' };
}

/** The other locks of a holder: those that the list contains, and how many more there are (null if not known). */
export function otherLocks(
  lock: Lock,
  { locks, truncated, holders }: LocksAnswer,
): { listed: Lock[]; more: number | null } {
  const id = asText(lock.agent_id);
  const held = locks.filter(({ agent_id }) => asText(agent_id) === id);
  const listed = held.filter(({ lock_file }) => lock_file !== lock.lock_file);
  if (truncated === 0) return { listed, more: 0 };
  const counted = holders.find(({ agent_id }) => agent_id === id);
  return { listed, more: counted ? Math.max(0, counted.count - held.length) : null };
}

/** @returns the lock files that an attention item offers to release: of items about locks, and about agents that hold some */
export function releasableLocks({ kind, evidence }: AttentionEntry): readonly string[] {
  return kind.startsWith('lock_') || kind.startsWith('agent_') ? evidence.locks : [];
}
