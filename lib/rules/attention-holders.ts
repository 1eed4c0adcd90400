/** Assigns each lock to one item: an item lists all locks of one holder, so that no lock is listed twice. */

import type { Agent, AttentionEntry, DepartedAgent, HeldLock } from '../contract/schemas';
import type { AttentionFacts } from './attention-facts';
import { valueText } from './wording';

/** Commands that remove a lock past the timeout: the swarm's tool deletes every such lock that it finds. */
const REMOVED_BY = "any agent's next acquire-file-lock or list-all-locks removes";

/** The setting of the swarm that makes a lock stale. */
const TIMEOUT_SETTING = 'locking.stale_timeout in .claudeswarm.yaml';

/** The largest number of locks that a list of facts names. */
const MAX_LOCK_FACTS = 10;

/** The largest number of locks that an item names as its evidence; it has the full count too. */
const MAX_EVIDENCE_LOCKS = 50;

/** Locks by the item that lists them. */
export interface DividedLocks {
  /** Of listed agents that are dead, moved or silent, by id. */
  listed: ReadonlyMap<string, { agent: Agent; locks: HeldLock[] }>;
  /** Of agents that left the registry and whose id nobody has taken since, by id. */
  departed: ReadonlyMap<string, { agent: DepartedAgent; locks: HeldLock[] }>;
  /** All others: of living holders, of former holders of an id, of holders that were never registered. */
  others: HeldLock[];
}

/** @returns every lock once, under the item that lists it; agents without a lock are left out */
export function divideLocks({ agents, departed, locks, sources }: AttentionFacts): DividedLocks {
  const listed = new Map<string, { agent: Agent; locks: HeldLock[] }>();
  const left = new Map<string, { agent: DepartedAgent; locks: HeldLock[] }>();
  const registered = new Set(agents.map(({ id }) => id));
  // While signs of life cannot be read, silence is not evidence; an ended process is.
  const silenceCounts = sources.registry.state !== 'unreadable' && sources.log.state !== 'unreadable';
  for (const agent of agents) {
    const { id, health } = agent;
    const counts = health === 'dead' || health === 'moved' || (health === 'stale' && silenceCounts);
    if (counts && !listed.has(id)) listed.set(id, { agent, locks: [] });
  }
  // Of two entries with one id the living one may be the holder.
  for (const { id, health } of agents) if (health === 'active') listed.delete(id);
  for (const agent of departed) {
    if (!registered.has(agent.id) && !left.has(agent.id)) left.set(agent.id, { agent, locks: [] });
  }
  const others: HeldLock[] = [];
  for (const lock of locks) {
    const holder = typeof lock.agent_id === 'string' ? lock.agent_id : '';
    const former = lock.former_holder?.reason ?? null;
    const own = listed.get(holder);
    const gone = left.get(holder);
    if (own && (former === null || (former === 'moved' && own.agent.health === 'moved'))) own.locks.push(lock);
    else if (gone && (former === null || former === 'left')) gone.locks.push(lock);
    else others.push(lock);
  }
  return { listed: withLocks(listed), departed: withLocks(left), others };
}

function withLocks<Held extends { locks: HeldLock[] }>(byId: ReadonlyMap<string, Held>): Map<string, Held> {
  return new Map([...byId].filter(([, { locks }]) => locks.length > 0));
}

/** @returns the files of the first locks */
export function lockFiles(locks: readonly HeldLock[]): string[] {
  return locks.slice(0, MAX_EVIDENCE_LOCKS).map(({ lock_file }) => lock_file);
}

/** @returns one sentence about the locks past the timeout, with a space before it; empty if there is none */
export function timeoutSentence(locks: readonly HeldLock[], staleTimeoutSeconds: number): string {
  const past = locks.filter(({ stale }) => stale === true).length;
  if (past === 0) return '';
  const all = locks.length === 1 ? 'The lock' : past === 1 ? 'It' : 'They';
  const some = past === locks.length ? all : `${past} of them`;
  return ` ${some} ${past === 1 ? 'is' : 'are'} past the timeout of ${staleTimeoutSeconds} s: ${removal(past)}.`;
}

/** @returns which command removes that number of locks past the timeout, as the end of a sentence */
export function removal(count: number): string {
  return `${REMOVED_BY} ${count === 1 ? 'it' : 'them'}`;
}

/** @returns `agent-1 holds a.ts.` for each lock; of very many the first ones and the number of the others */
export function lockFacts(locks: readonly HeldLock[]): string[] {
  const named = locks.slice(0, MAX_LOCK_FACTS).map((lock) => {
    const past = lock.stale === true ? ' past the timeout' : '';
    return `${valueText(lock.agent_id)} holds ${valueText(lock.filepath)}${past}.`;
  });
  const more = locks.length - named.length;
  return more > 0 ? [...named, `${more} more ${more === 1 ? 'lock' : 'locks'} of the same holders.`] : named;
}

/** @returns why a lock past the timeout is listed */
export function whyOfTimeout(facts: string[], staleTimeoutSeconds: number): AttentionEntry['why'] {
  return {
    rule:
      'A lock past the timeout is listed only if another agent waits for the file, asks for it or overlaps it, or if ' +
      'its holder has given no sign of life for longer than the timeout.',
    facts,
    threshold: `older than ${staleTimeoutSeconds} s`,
    setting: TIMEOUT_SETTING,
  };
}
