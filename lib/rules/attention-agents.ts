/** Attention items about agents that are silent, moved or gone while they hold locks. */

import { instantOf, least } from '../contract/instant';
import type { Agent, DepartedAgent, HeldLock } from '../contract/schemas';
import type { AttentionFacts, AttentionItem } from './attention-facts';
import { divideLocks, lockFacts, lockFiles, timeoutSentence } from './attention-holders';
import { lockWords } from './wording';

const SILENCE_SETTING = 'discovery.stale_threshold in .claudeswarm.yaml';

const DEAD_WHY = {
  rule: 'A dead agent that holds a lock is listed: it will not release the lock.',
  threshold: null,
  setting: null,
};

/** @returns one item for each agent that is dead, silent, moved or departed and holds a lock; it lists all its locks */
export function agentItems(facts: AttentionFacts): AttentionItem[] {
  const { listed, departed } = divideLocks(facts);
  return [
    ...[...listed.values()].map(({ agent, locks }) =>
      agent.health === 'moved' ? movedItem(agent, locks, facts) : silentItem(agent, locks, facts),
    ),
    ...[...departed.values()].map(({ agent, locks }) => departedItem(agent, locks, facts)),
  ];
}

function silentItem(
  agent: Agent,
  locks: HeldLock[],
  { startedAt, staleTimeoutSeconds }: AttentionFacts,
): AttentionItem {
  const { id, health, health_reason } = agent;
  const dead = health === 'dead';
  const why = dead
    ? DEAD_WHY
    : {
        rule: 'An agent is listed if it holds a lock and has been silent for longer than the threshold.',
        threshold: "silent for longer than the swarm's threshold (60 s unless it is set)",
        setting: SILENCE_SETTING,
      };
  return {
    ...itemOf(agent, locks),
    kind: dead ? 'agent_dead' : 'agent_stale',
    key: id,
    severity: dead ? 'critical' : 'warning',
    since: instantOf(agent.last_evidence_at) ?? oldest(locks) ?? startedAt,
    reason: `${id} is ${health} and holds ${lockWords(locks)}. ${health_reason}${timeoutSentence(locks, staleTimeoutSeconds)}`,
    why: { ...why, facts: [health_reason, ...lockFacts(locks)] },
  };
}

/** The process continues under another id, but the swarm's tool lets only the id that took a lock release it. */
function movedItem(agent: Agent, locks: HeldLock[], { startedAt, staleTimeoutSeconds }: AttentionFacts): AttentionItem {
  const { id, moved_to, health_reason } = agent;
  const since = locks.map(({ former_holder }) => instantOf(former_holder?.since ?? null)).filter((at) => at !== null);
  return {
    ...itemOf(agent, locks),
    kind: 'lock_orphaned',
    key: `${id}:moved`,
    severity: 'warning',
    since: least(since) ?? instantOf(agent.last_evidence_at) ?? oldest(locks) ?? startedAt,
    reason: `${movedWords(id, moved_to, locks)} ${health_reason}${timeoutSentence(locks, staleTimeoutSeconds)}`,
    why: { ...MOVED_WHY, facts: [health_reason, ...lockFacts(locks)] },
  };
}

export const MOVED_WHY = {
  rule:
    'Locks under the former id of a moved agent are listed: the swarm’s tool lets only the id that took a lock ' +
    'release it.',
  threshold: null,
  setting: null,
};

/** @returns a sentence about locks under a former id */
export function movedWords(id: string, now: string | null, locks: readonly HeldLock[]): string {
  const held = `${lockWords(locks)} ${locks.length === 1 ? 'is' : 'are'} held under the former id ${id}`;
  return now === null ? `${id} has another id now; ${held}.` : `${id} is ${now} now; ${held}.`;
}

/** A departed agent's process may continue elsewhere; only once that has ended, nobody can release its locks. */
function departedItem(
  agent: DepartedAgent,
  locks: HeldLock[],
  { startedAt, staleTimeoutSeconds }: AttentionFacts,
): AttentionItem {
  const { id, left_at, left_reason } = agent;
  const gone = isGone(agent);
  const rule = 'An agent that left the registry and still holds a lock is listed';
  return {
    ...itemOf(agent, locks),
    // An agent that was listed as dead before it left keeps its item.
    kind: gone ? 'agent_dead' : 'lock_orphaned',
    key: id,
    severity: gone ? 'critical' : 'warning',
    since: instantOf(left_at) ?? oldest(locks) ?? startedAt,
    reason: `${id} left the registry at ${left_at} and still holds ${lockWords(locks)}. ${left_reason}${timeoutSentence(locks, staleTimeoutSeconds)}`,
    why: {
      rule: gone ? `${rule}; its process is known to be gone, so it is critical.` : `${rule}.`,
      facts: [`${id} left the registry at ${left_at}.`, left_reason, ...lockFacts(locks)],
      threshold: null,
      setting: null,
    },
  };
}

/** @returns whether the process of an agent that left is known to have ended */
export function isGone({ health, process }: DepartedAgent): boolean {
  return health === 'dead' || process.state === 'gone' || process.state === 'exited';
}

function itemOf({ id }: Agent, locks: readonly HeldLock[]) {
  return {
    subject: id,
    agent: id,
    evidence: { agents: [id], locks: lockFiles(locks) },
  } satisfies Partial<AttentionItem>;
}

/** @returns when the oldest of some locks was taken, in milliseconds since 1970; null if none has a time */
export function oldest(locks: readonly HeldLock[]): number | null {
  let first: string | null = null;
  // Instants of one form sort as strings, which costs less than parsing each.
  for (const { acquired_at } of locks)
    if (acquired_at !== null && (first === null || acquired_at < first)) first = acquired_at;
  return instantOf(first);
}
