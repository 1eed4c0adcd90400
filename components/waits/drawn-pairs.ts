/** Which waits are drawn where there are too many agents for one drawing. */

import type { WaitPair } from '@/components/waits/waits';
import { groupBy } from '@/lib/client/group-by';

/** The longest chains may fill this part of the drawing; the rest is for the most waited-for. */
const CHAINS_SHARE = 0.6;

/**
 * Chooses the waits to draw: wait cycles, then the longest chains, then the agents that most others wait for.
 *
 * @param most the largest number of agents
 * @returns all pairs if that many agents are enough; else those between the chosen agents, in their order
 */
export function drawnPairs(pairs: readonly WaitPair[], most: number): WaitPair[] {
  const agents = new Set(pairs.flatMap(({ from, to }) => [from, to]));
  if (agents.size <= most) return [...pairs];
  const chosen = new Set<string>();
  const add = (limit: number, ...names: readonly string[]) => {
    for (const name of names) if (chosen.size < limit) chosen.add(name);
  };
  add(most, ...pairs.filter(({ inCycle }) => inCycle).flatMap(({ from, to }) => [from, to]));
  const forChains = Math.max(2, Math.floor(most * CHAINS_SHARE));
  for (const chain of chainsByLength(pairs)) {
    const fits = chosen.size + chain.filter((agent) => !chosen.has(agent)).length <= forChains;
    // Of a chain that is too long for any drawing, the part next to its root.
    if (fits || chosen.size === 0) add(forChains, ...chain);
  }
  const byTarget = groupBy(pairs, ({ to }) => to);
  const busiest = [...byTarget].sort(([, one], [, other]) => other.length - one.length);
  for (const [agent, waits] of busiest) add(most, agent, ...waits.map(({ from }) => from));
  return pairs.filter(({ from, to }) => chosen.has(from) && chosen.has(to));
}

/** The longest chain below each agent that nobody waits for, from its root on, the longest first; wait cycles apart. */
function chainsByLength(pairs: readonly WaitPair[]): string[][] {
  const next = groupBy(
    pairs.filter(({ inCycle }) => !inCycle),
    ({ from }) => from,
  );
  const chains = new Map<string, Chain>();
  const chainFrom = (agent: string): Chain => {
    const known = chains.get(agent);
    if (known) return known;
    const chain: Chain = { agent, length: 1, next: null };
    // Noted before it is complete: what leads back here ends here.
    chains.set(agent, chain);
    for (const { to } of next.get(agent) ?? []) {
      const below = chainFrom(to);
      if (below.length >= chain.length) Object.assign(chain, { length: below.length + 1, next: below });
    }
    return chain;
  };
  const waitedFor = new Set(pairs.map(({ to }) => to));
  return [...next.keys()]
    .filter((agent) => !waitedFor.has(agent))
    .map(chainFrom)
    .sort((one, other) => other.length - one.length)
    .map(fromRoot);
}

interface Chain {
  agent: string;
  length: number;
  next: Chain | null;
}

function fromRoot(top: Chain): string[] {
  const agents: string[] = [];
  // In a ring that is no wait cycle `next` may lead back.
  for (let chain: Chain | null = top; chain !== null && agents.length < top.length; chain = chain.next) {
    agents.unshift(chain.agent);
  }
  return agents;
}
