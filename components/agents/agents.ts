/** The agents as the page shows them: their order, their sessions, and what each one does. */

import { groupBy } from '@/lib/client/group-by';
import { asText, truncated } from '@/lib/client/text';
import { compareNaturally } from '@/lib/contract/natural-order';
import type { Agent, AgentHealth, AgentsAnswer, Lock, LocksAnswer, Message } from '@/lib/contract/schemas';

/** The placeholder that the swarm's tool writes for an unknown session. */
const NO_SESSION = 'unknown';

/** @returns the name of a session, empty if there is none */
export function sessionName(value: unknown): string {
  const name = asText(value);
  return name === NO_SESSION ? '' : name;
}

/** @returns an agent's entry, including agents that left within the last hour; undefined if neither is known */
export function findAgent({ agents, departed }: AgentsAnswer, id: string): Agent | undefined {
  return agents.find((agent) => agent.id === id) ?? departed.find((agent) => agent.id === id);
}

const HEALTHS: readonly AgentHealth[] = ['active', 'stale', 'dead', 'unknown', 'moved'];

/** @returns how many entries have each health, without healths that no entry has; moved entries last */
export function countHealths(agents: readonly Agent[]): { health: AgentHealth; count: number }[] {
  return HEALTHS.map((health) => ({ health, count: agents.filter((agent) => agent.health === health).length })).filter(
    ({ count }) => count > 0,
  );
}

/** @returns how many agents are listed; the former entry of an agent that moved is not counted */
export function countAgents(agents: readonly Agent[]): number {
  return agents.filter(({ health }) => health !== 'moved').length;
}

/** The locks of each holder, in the order given. */
export type LocksByHolder = ReadonlyMap<string, readonly Lock[]>;

/** @returns locks by holder; a lock without a holder belongs to the empty name */
export function locksByHolder(locks: readonly Lock[]): LocksByHolder {
  return groupBy(locks, ({ agent_id }) => asText(agent_id));
}

/**
 * Counts a holder's locks, including those that the list omits.
 *
 * @param listed how many of them are listed
 * @returns null if the holder may have more locks than are listed and they were not counted
 */
export function heldCount({ truncated, count, holders }: LocksAnswer, id: string, listed: number): number | null {
  if (truncated === 0) return listed;
  const counted = holders.find(({ agent_id }) => agent_id === id);
  if (counted) return counted.count;
  const all = holders.reduce((sum, one) => sum + one.count, 0);
  return all >= count ? listed : null;
}

const WORSE: Partial<Record<Agent['health'], number>> = { dead: 0, stale: 1 };
const NOTHING_WRONG = 2;
/** Whether the entry belongs to an agent that is now listed under another id. */
const MOVED = 3;

/**
 * Sorts agents by severity: first agents that hold locks but cannot release them, dead before stale; then all others by
 * id, entries of moved agents last. Values that change all the time do not affect the order, so that rows stay in
 * place.
 */
export function agentsInOrder(agents: readonly Agent[], held: LocksByHolder): Agent[] {
  const rank = ({ id, health }: Agent) => {
    if (health === 'moved') return MOVED;
    return held.has(id) ? (WORSE[health] ?? NOTHING_WRONG) : NOTHING_WRONG;
  };
  return agents.toSorted((one, other) => rank(one) - rank(other) || compareNaturally(one.id, other.id));
}

export interface SessionGroup {
  /** Empty if the registry names none. */
  session: string;
  agents: readonly Agent[];
}

/** @returns agents by session, sessions by name, keeping the order within each */
export function bySession(agents: readonly Agent[]): SessionGroup[] {
  const groups = groupBy(agents, ({ session_name }) => sessionName(session_name));
  return [...groups]
    .map(([session, members]) => ({ session, agents: members }))
    .sort((one, other) => compareNaturally(one.session, other.session));
}

/** The recipient that means all agents. */
const EVERYONE = 'all';

/** @returns whether an agent sent or got a message, by the rule of the API's filter `agent` */
export function concerns(message: Message, id: string): boolean {
  if (message.sender === id) return true;
  return [message.recipients].flat().some((recipient) => recipient === id || recipient === EVERYONE);
}

const LINE_LENGTH = 240;

/** @returns the start of a text in one line */
export function oneLine(value: unknown): string {
  return truncated(asText(value).trimStart(), LINE_LENGTH * 2)
    .replace(/\s+/g, ' ')
    .slice(0, LINE_LENGTH);
}
