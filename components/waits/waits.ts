/** Waits between agents, as the page lists them. */

import { type Address, EMPTY_ADDRESS } from '@/lib/client/address';
import { groupBy } from '@/lib/client/group-by';
import { milliseconds } from '@/lib/client/time';
import { compareNaturally } from '@/lib/contract/natural-order';
import type { WaitEdge, WaitingAnswer, WaitKind } from '@/lib/contract/past-schemas';

export const WAIT_WORDS: Record<WaitKind, string> = {
  blocked: 'BLOCKED unanswered',
  question: 'QUESTION unanswered',
  conflict: 'conflict unsettled',
  task: 'task before it unfinished',
  lock_overlap: 'locks overlap',
  acknowledgement: 'not acknowledged',
};

/** The same for an arrow, followed by an age. */
export const ARROW_WORDS: Record<WaitKind, string> = {
  blocked: 'blocked',
  question: 'question',
  conflict: 'conflict',
  task: 'task',
  lock_overlap: 'overlap',
  acknowledgement: 'no ack',
};

/** All waits from one agent for another, drawn as one arrow. */
export interface WaitPair {
  from: string;
  to: string;
  edges: readonly WaitEdge[];
  /** None of its waits was declared by an agent. */
  inferred: boolean;
  /** The pair is part of a wait cycle. */
  inCycle: boolean;
}

const nameOfPair = ({ from, to }: Pick<WaitPair, 'from' | 'to'>) => JSON.stringify([from, to]);

/**
 * @returns the waits by pair of agents: wait cycles first, then those below the root blocker with most waiting agents,
 *   from the root on; waits of one pair oldest first
 */
export function waitPairs({ edges, cycles }: WaitingAnswer): WaitPair[] {
  const cycleEdges = new Set(cycles.flatMap((cycle) => cycle.edges));
  const pairs = [...groupBy(edges, nameOfPair).values()].map((members): WaitPair => {
    const sorted = members.toSorted((one, other) => begun(one) - begun(other));
    const { from, to } = sorted[0] as WaitEdge;
    const inferred = sorted.every(({ basis }) => basis === 'inferred');
    return { from, to, edges: sorted, inferred, inCycle: sorted.some(({ id }) => cycleEdges.has(id)) };
  });
  const place = rootPlaces(pairs);
  const rank = ({ to }: WaitPair) => place.get(to) ?? { root: Number.MAX_SAFE_INTEGER, depth: 0 };
  return pairs.sort(
    (one, other) =>
      Number(other.inCycle) - Number(one.inCycle) ||
      rank(one).root - rank(other).root ||
      rank(one).depth - rank(other).depth ||
      compareNaturally(one.from, other.from) ||
      compareNaturally(one.to, other.to),
  );
}

/** A wait without a time counts as the oldest. */
function begun({ since }: WaitEdge): number {
  return milliseconds(since) ?? 0;
}

/** An agent that waits for nobody and is waited for. */
export interface RootBlocker {
  agent: string;
  /** How many agents wait for it, directly or through others. */
  waiting: number;
}

/** @returns the root blockers, the one with most waiting agents first; waits that block nobody do not count */
export function rootBlockers(pairs: readonly WaitPair[]): RootBlocker[] {
  const blocking = pairs.filter((pair) => !isWeak(pair));
  const byTarget = groupBy(blocking, ({ to }) => to);
  const waits = new Set(blocking.map(({ from }) => from));
  return [...byTarget.keys()]
    .filter((agent) => !waits.has(agent))
    .map((agent) => ({ agent, waiting: depthsBelow(agent, byTarget).size - 1 }))
    .sort((one, other) => other.waiting - one.waiting || compareNaturally(one.agent, other.agent));
}

function isWeak({ edges }: WaitPair): boolean {
  return edges.every(({ weak }) => weak);
}

/** For each agent the first root that it waits for, as the place in the list of roots, and the steps to it. */
function rootPlaces(pairs: readonly WaitPair[]): Map<string, { root: number; depth: number }> {
  const byTarget = groupBy(pairs, ({ to }) => to);
  const places = new Map<string, { root: number; depth: number }>();
  for (const [root, { agent }] of rootBlockers(pairs).entries()) {
    for (const [below, depth] of depthsBelow(agent, byTarget)) {
      if (!places.has(below)) places.set(below, { root, depth });
    }
  }
  return places;
}

/** The agents that wait for one, itself included, and in how many steps. */
function depthsBelow(agent: string, byTarget: ReadonlyMap<string, WaitPair[]>): Map<string, number> {
  const depths = new Map([[agent, 0]]);
  // The map grows during its iteration, in the order of the distance.
  for (const [next, depth] of depths) {
    for (const { from } of byTarget.get(next) ?? []) if (!depths.has(from)) depths.set(from, depth + 1);
  }
  return depths;
}

/**
 * @param address the current address; filters that could hide the target are cleared, the open view stays
 * @returns the target of a wait: its message, else its lock, else the agent that is waited for
 */
export function targetOfEdge({ evidence, to }: WaitEdge, { view, span }: Address): Address {
  const [message = null] = evidence.messages;
  const [lock = null] = evidence.locks;
  const place = { ...EMPTY_ADDRESS, view, span };
  if (message !== null) return { ...place, message };
  return lock === null ? { ...place, agent: to } : { ...place, lock };
}
