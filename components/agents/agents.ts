/** The agents as the page shows them: their order, their sessions, and what each one does. */

import { groupBy } from '@/lib/client/group-by';
import { asText, truncated } from '@/lib/client/text';
import { compareNaturally } from '@/lib/contract/natural-order';
import type { Agent, AgentsAnswer, Lock, LocksAnswer, Message } from '@/lib/contract/schemas';
import { agentState, type StateWord } from './agent-state';

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

/** @returns how many agents are listed; the former entry of an agent that moved is not counted */
export function countAgents(agents: readonly Agent[]): number {
  return agents.filter(({ health }) => health !== 'moved').length;
}

/** @returns whether any agent comes from the registry, and not only from files of Claude Code */
export function hasRegistered({ agents }: AgentsAnswer): boolean {
  return agents.some(({ source }) => source === 'registry');
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

/** Worst first; the same number for states between which only the id decides. */
const SEVERITIES: Record<StateWord, number> = {
  waiting: 0,
  dead: 2,
  blocked: 3,
  suspended: 4,
  stale: 5,
  unknown: 6,
  idle: 7,
  shell: 8,
  working: 8,
  running: 8,
  moved: 9,
};
/** An agent that holds locks but cannot release them keeps others from working. */
const HOLDS_BEYOND_REACH = 1;

/**
 * Sorts agents by severity: those that wait for a person first, then dead agents that hold locks, then by state, working
 * and moved ones last; then by id.
 */
export function bySeverity(agents: readonly Agent[], held: LocksByHolder): Agent[] {
  const rank = (agent: Agent) => {
    const { word } = agentState(agent);
    return word === 'dead' && held.has(agent.id) ? HOLDS_BEYOND_REACH : SEVERITIES[word];
  };
  return agents.toSorted((one, other) => rank(one) - rank(other) || byId(one, other));
}

function byId(one: Agent, other: Agent): number {
  return compareNaturally(one.id, other.id);
}

/** Teammates stand below the agent that leads them. */
function byTeam(one: Agent, other: Agent): number {
  const [first, second] = [one, other].map(({ id, lead }) => ({ place: lead ?? id, below: lead === null ? 0 : 1 }));
  const order = first && second ? compareNaturally(first.place, second.place) || first.below - second.below : 0;
  return order || byId(one, other);
}

export interface SessionGroup {
  /** Empty if the registry names none. */
  session: string;
  agents: readonly Agent[];
}

/**
 * @returns agents by session, sessions by name, within each by id: nothing that changes while agents work affects the
 *   order, so that rows stay in place
 */
export function bySession(agents: readonly Agent[]): SessionGroup[] {
  const groups = groupBy(agents, ({ session_name }) => sessionName(session_name));
  return [...groups]
    .map(([session, members]) => ({ session, agents: members.toSorted(byTeam) }))
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
