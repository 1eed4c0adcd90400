/** Attention items about locks: orphaned, past the timeout, overlapping. */
import { type AttentionFacts, type AttentionItem, NO_WHY } from './attention-facts';
import { textOf, wordList } from './attention-words';
import { instantOf, least } from './contract/instant';
import type { LockOverlap } from './swarm/lock-overlaps';

/** One entry for a lock; that of a dead agent is told by the agent's own. */
export function lockItems({ agents, locks, staleTimeoutSeconds, startedAt }: AttentionFacts): AttentionItem[] {
  const dead = new Set<unknown>(agents.filter(({ health }) => health === 'dead').map(({ id }) => id));
  return locks.flatMap((lock): AttentionItem[] => {
    const { stale, orphaned, lock_file, acquired_at } = lock;
    if ((!stale && !orphaned) || dead.has(lock.agent_id)) return [];
    const acquiredAt = instantOf(acquired_at);
    const holder = textOf(lock.agent_id);
    const path = textOf(lock.filepath);
    const known = {
      why: NO_WHY,
      key: `${lock_file}:${acquired_at}`,
      subject: path,
      evidence: { agents: [holder], locks: [lock_file] },
    };
    const old = `older than the swarm's limit of ${staleTimeoutSeconds} s`;
    if (orphaned) {
      const reason = `${holder} holds ${path}, but is not in the registry${stale ? `; the lock is ${old}` : ''}.`;
      return [{ kind: 'lock_orphaned', severity: 'warning', since: acquiredAt ?? startedAt, reason, ...known }];
    }
    const since = acquiredAt === null ? startedAt : acquiredAt + staleTimeoutSeconds * 1000;
    const reason = `The lock of ${holder} on ${path} is ${old}: another agent may take it away.`;
    return [{ kind: 'lock_stale', severity: 'notice', since, reason, ...known }];
  });
}

export function overlapItem({ lock, others, file }: LockOverlap, { startedAt }: AttentionFacts): AttentionItem {
  const [holder, path] = [textOf(lock.agent_id), textOf(lock.filepath)];
  const holders = others.map(({ agent_id }) => textOf(agent_id));
  // The overlap is as old as the second of the two.
  const begun = others.map((other) => {
    const times = [lock, other].map(({ acquired_at }) => instantOf(acquired_at));
    return times.includes(null) ? startedAt : Math.max(...(times as number[]));
  });
  const theirs = others.map((other) => `${textOf(other.filepath)} of ${textOf(other.agent_id)}`);
  const spellings = [lock, ...others].map(({ filepath }) => textOf(filepath));
  const reason =
    file === null
      ? `${holder} holds ${path}, which overlaps ${wordList(theirs)}.`
      : `${wordList([holder, ...holders])} hold the same file, spelled ${wordList(spellings)}.`;
  return {
    kind: 'lock_overlap',
    key: `${lock.lock_file}:${holder}`,
    severity: 'warning',
    since: least(begun) ?? startedAt,
    why: NO_WHY,
    subject: file ?? path,
    reason,
    evidence: { agents: [holder, ...holders], locks: [lock, ...others].map(({ lock_file }) => lock_file) },
  };
}
