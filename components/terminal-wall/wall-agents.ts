/** Which agents the wall of terminals shows, and in which order. Pure. */
import { agentState, type StateWord } from '@/components/agents/agent-state';
import { inKeptOrder } from '@/lib/client/steady-order';
import { asText } from '@/lib/client/text';
import { compareNaturally } from '@/lib/contract/natural-order';
import type { Agent } from '@/lib/contract/schemas';

/** How many terminals the wall shows. */
export const WALL_SIZES = ['2', '4', '6', '9', '12'] as const;
export type WallSize = (typeof WALL_SIZES)[number];
export const MAX_WALL_AGENTS = 12;

const PANE_ID = /^%\d+$/;
const WORKING: readonly StateWord[] = ['waiting', 'working', 'shell', 'blocked', 'running'];

/** @returns whether anything names a pane of the agent */
function hasPane({ tmux_pane_id, pane_index }: Agent): boolean {
  return PANE_ID.test(asText(tmux_pane_id)) || asText(pane_index) !== '';
}

/**
 * Chooses automatically: agents with a pane, those that work first. Agents that are shown keep their places, whatever
 * they do meanwhile.
 *
 * @param shown the ids as they are on the page
 * @returns ids, at most `size`
 */
export function automaticAgents(agents: readonly Agent[], shown: readonly string[], size: number): string[] {
  const rank = (agent: Agent) => {
    const place = WORKING.indexOf(agentState(agent).word);
    return place < 0 ? WORKING.length : place;
  };
  const sorted = withPanes(agents).toSorted(
    (one, other) => rank(one) - rank(other) || compareNaturally(one.id, other.id),
  );
  return inKeptOrder(sorted, shown, ({ id }) => id)
    .slice(0, size)
    .map(({ id }) => id);
}

/** @returns the agents with a pane, each id once, without former entries of agents that moved */
export function withPanes(agents: readonly Agent[]): Agent[] {
  const known = new Map<string, Agent>();
  for (const agent of agents) {
    if (agent.health !== 'moved' && hasPane(agent) && !known.has(agent.id)) known.set(agent.id, agent);
  }
  return [...known.values()];
}

/** @returns the chosen ids with one added or removed; the list is full at 12 */
export function toggledAgent(chosen: readonly string[], id: string): string[] {
  if (chosen.includes(id)) return chosen.filter((other) => other !== id);
  return chosen.length < MAX_WALL_AGENTS ? [...chosen, id] : [...chosen];
}
