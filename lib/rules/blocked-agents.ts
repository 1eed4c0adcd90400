/** Which agents are blocked: those with an open BLOCKED message, and those in a wait cycle. */
import type { WaitEdge, WaitingAnswer } from '../contract/past-schemas';
import type { AgentBlock } from '../contract/schemas';

const MAX_WAITED_FOR = 20;

/** Why each blocked agent is blocked, by its id. */
export type BlockedAgents = ReadonlyMap<string, AgentBlock>;

/**
 * Finds the blocked agents. Other waits are no evidence: an agent that asked a question, or wants a lock, may work on
 * something else meanwhile.
 *
 * @param before the result of the last call; returned again where nothing differs
 */
export function blockedAgents({ edges, cycles }: WaitingAnswer, before: BlockedAgents): BlockedAgents {
  const inCycles = new Set(cycles.flatMap((cycle) => cycle.edges));
  const byAgent = new Map<string, WaitEdge[]>();
  for (const edge of edges) {
    if (edge.kind !== 'blocked' && !inCycles.has(edge.id)) continue;
    byAgent.set(edge.from, [...(byAgent.get(edge.from) ?? []), edge]);
  }
  const blocked = new Map([...byAgent].map(([id, waits]) => [id, blockOf(waits)]));
  return isSame(blocked, before) ? before : blocked;
}

/** The sentence is that of the oldest wait: it says whom the agent waits for, and why. */
function blockOf(waits: readonly WaitEdge[]): AgentBlock {
  const [first] = waits.toSorted((one, other) => sortKey(one).localeCompare(sortKey(other)));
  const names = [...new Set(waits.map(({ to }) => to))];
  return { since: first?.since ?? null, reason: first?.reason ?? '', waits_for: names.slice(0, MAX_WAITED_FOR) };
}

/** Instants have one format, so that they sort as texts; a wait without a time comes last. */
function sortKey({ since, id }: WaitEdge): string {
  return `${since ?? '~'} ${id}`;
}

function isSame(one: BlockedAgents, other: BlockedAgents): boolean {
  return JSON.stringify([...one]) === JSON.stringify([...other]);
}
