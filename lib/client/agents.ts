/** The agents as the page shows them: in which order, under which session, and what each one does. */

import { compareNaturally } from '../contract/natural-order';
import type { Agent, Lock, Message } from '../contract/schemas';
import { groupBy } from './group-by';
import { asText, truncated } from './text';

/** The locks of each holder, in the order given. */
export type LocksByHolder = ReadonlyMap<string, readonly Lock[]>;

/** @returns who holds what; a lock without a holder belongs to the empty name */
export function locksByHolder(locks: readonly Lock[]): LocksByHolder {
  return groupBy(locks, ({ agent_id }) => asText(agent_id));
}

/** @returns the newest message of each sender among those given, oldest first */
export function newestBySender(messages: readonly Message[]): ReadonlyMap<string, Message> {
  return new Map(messages.map((message) => [asText(message.sender), message]));
}

const WORSE: Partial<Record<Agent['health'], number>> = { dead: 0, stale: 1 };
const NOTHING_WRONG = 2;

/**
 * Sorts agents by what matters: first who holds locks without being there to release them, dead before stale; then
 * everyone by id. Nothing that changes all the time has a say, so that rows stay where a person last saw them.
 */
export function agentsInOrder(agents: readonly Agent[], held: LocksByHolder): Agent[] {
  const rank = ({ id, health }: Agent) => (held.has(id) ? (WORSE[health] ?? NOTHING_WRONG) : NOTHING_WRONG);
  return agents.toSorted((one, other) => rank(one) - rank(other) || compareNaturally(one.id, other.id));
}

export interface SessionGroup {
  /** Empty where the registry names none. */
  session: string;
  agents: readonly Agent[];
}

/** @returns agents by session, sessions by name, the order within kept */
export function bySession(agents: readonly Agent[]): SessionGroup[] {
  const groups = groupBy(agents, ({ session_name }) => asText(session_name));
  return [...groups]
    .map(([session, members]) => ({ session, agents: members }))
    .sort((one, other) => compareNaturally(one.session, other.session));
}

/** The recipient that stands for all agents. */
const EVERYONE = 'all';

/** @returns whether an agent sent or got a message, by the rule of the API's filter `agent` */
export function concerns(message: Message, id: string): boolean {
  if (message.sender === id) return true;
  return [message.recipients].flat().some((recipient) => recipient === id || recipient === EVERYONE);
}

const LINE_LENGTH = 240;

/** @returns the beginning of a text in one line */
export function oneLine(value: unknown): string {
  return truncated(asText(value).trimStart(), LINE_LENGTH * 2)
    .replace(/\s+/g, ' ')
    .slice(0, LINE_LENGTH);
}
