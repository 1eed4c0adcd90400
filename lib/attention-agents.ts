/** Attention items about agents that are silent or gone while they hold locks. */
import { type AttentionFacts, type AttentionItem, NO_WHY } from './attention-facts';
import { lockWords } from './attention-words';
import { instantOf, least } from './contract/instant';
import type { Lock } from './contract/schemas';

/** Locks are the reason: an agent that is silent and holds nothing is in nobody's way. */
export function agentItems({ agents, locks, sources, startedAt }: AttentionFacts): AttentionItem[] {
  // While signs of life can't be read, silence is no fact. A process that is gone is one.
  const silenceCounts = sources.registry.state !== 'unreadable' && sources.log.state !== 'unreadable';
  const held = new Map<string, Lock[]>();
  for (const { id, health } of agents) if (health === 'dead' || (health === 'stale' && silenceCounts)) held.set(id, []);
  if (held.size > 0) {
    for (const lock of locks) if (typeof lock.agent_id === 'string') held.get(lock.agent_id)?.push(lock);
  }
  return agents.flatMap((agent): AttentionItem[] => {
    const own = held.get(agent.id) ?? [];
    if (own.length === 0) return [];
    const dead = agent.health === 'dead';
    const taken = own.map((lock) => instantOf(lock.acquired_at)).filter((at) => at !== null);
    return [
      {
        kind: dead ? 'agent_dead' : 'agent_stale',
        key: agent.id,
        why: NO_WHY,
        severity: dead ? 'critical' : 'warning',
        since: instantOf(agent.last_evidence_at) ?? least(taken) ?? startedAt,
        subject: agent.id,
        reason: `${agent.id} is ${agent.health} and holds ${lockWords(own)}. ${agent.health_reason}`,
        evidence: { agents: [agent.id], locks: own.map(({ lock_file }) => lock_file) },
      },
    ];
  });
}
