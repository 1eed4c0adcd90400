/**
 * How the health of agents changed while this page was open. The page knows no more than it has seen, and says so;
 * what was before stands in the server's journal.
 */
import { use, useEffect, useSyncExternalStore } from 'react';
import { now, subscribe as subscribeToClock } from '@/lib/client/clock';
import { Moment } from '@/lib/client/moment';
import type { Agent, AgentHealth } from '@/lib/contract/schemas';

export interface HealthChange {
  /** When the page saw it, ISO 8601. */
  at: string;
  /** Null: the registry no longer listed the agent. */
  health: AgentHealth | null;
  reason: string;
}

export type HealthHistory = ReadonlyMap<string, readonly HealthChange[]>;

const MAX_CHANGES = 100;
const MAX_AGENTS = 1000;

/**
 * Adds what is new in a list of agents.
 *
 * @param history as known, oldest change first, never changed in place
 * @param at when the list was seen
 * @returns the same map if no health changed; of each agent the newest changes, of all the agents seen last
 */
export function withHealthOf(history: HealthHistory, agents: readonly Agent[], at: string): HealthHistory {
  const listed = new Map(agents.toReversed().map((agent) => [agent.id, agent]));
  const changed: [string, HealthChange][] = [];
  for (const [id, { health, health_reason }] of listed) {
    if (history.get(id)?.at(-1)?.health !== health) changed.push([id, { at, health, reason: health_reason }]);
  }
  for (const [id, changes] of history) {
    const gone = !listed.has(id) && changes.at(-1)?.health !== null;
    if (gone) changed.push([id, { at, health: null, reason: 'The registry no longer lists it.' }]);
  }
  if (changed.length === 0) return history;
  const next = new Map(history);
  for (const [id, change] of changed) {
    const changes = [...(next.get(id) ?? []), change].slice(-MAX_CHANGES);
    // Put in anew at the end, so that the agents heard of longest ago are the first to be let go.
    next.delete(id);
    next.set(id, changes);
  }
  return next.size <= MAX_AGENTS ? next : new Map([...next].slice(-MAX_AGENTS));
}

let seen: HealthHistory = new Map();
const listeners = new Set<() => void>();

/** Keeps the record for as long as the page is open; whoever always shows the agents calls it. */
export function useHealthRecord(agents: readonly Agent[]): void {
  const past = use(Moment) !== null;
  // Between ticks the clock stands still, and without a listener for good.
  useEffect(() => subscribeToClock(() => {}), []);
  useEffect(() => {
    if (past) return;
    const next = withHealthOf(seen, agents, new Date(now()).toISOString());
    if (next === seen) return;
    seen = next;
    for (const listener of listeners) listener();
  }, [agents, past]);
}

const NONE: readonly HealthChange[] = [];

/** @returns the changes of one agent that this page has seen, oldest first; the first is how it was found */
export function useHealthHistory(id: string): readonly HealthChange[] {
  return useSyncExternalStore(
    subscribe,
    () => seen.get(id) ?? NONE,
    () => NONE,
  );
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
