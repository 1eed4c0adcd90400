/** Attention items about locks that no agent's own item lists: past the timeout or orphaned. */

import { instantOf } from '../contract/instant';
import type { Agent, AttentionEntry, HeldLock } from '../contract/schemas';
import { isGone, MOVED_WHY, movedWords, oldest } from './attention-agents';
import type { AttentionFacts, AttentionItem } from './attention-facts';
import { divideLocks, lockFacts, lockFiles, removal, timeoutSentence, whyOfTimeout } from './attention-holders';
import { type Want, wantedLocks } from './attention-wanted-locks';
import { lockWords, valueText, wordList } from './wording';

/**
 * The holders with the most locks have items of their own, up to this number; one further item counts the locks of the
 * others.
 */
const MAX_HOLDER_ITEMS = 1000;
/** The largest number of wants among the facts of one item. */
const MAX_WANT_FACTS = 10;

type Reason = NonNullable<HeldLock['former_holder']>['reason'];

/**
 * @returns one item for each holder whose locks are orphaned, and one for each whose locks past the timeout need
 * attention
 */
export function lockItems(facts: AttentionFacts): AttentionItem[] {
  const registered = new Map<unknown, Agent>(facts.agents.map((agent) => [agent.id, agent]));
  const orphaned = new Map<string, HeldLock[]>();
  const stale = new Map<string, HeldLock[]>();
  for (const lock of divideLocks(facts).others) {
    const holder = valueText(lock.agent_id);
    const reason = lock.former_holder?.reason ?? null;
    // An id that the registry lists is not missing there, whatever its state.
    const isOrphaned = reason !== null || (lock.orphaned === true && !registered.has(lock.agent_id));
    if (isOrphaned) add(orphaned, orphanKey(holder, reason), lock);
    else if (lock.stale === true) add(stale, holder, lock);
  }
  const wanted = stale.size === 0 ? new Map<string, Want[]>() : wantedLocks([...stale.values()].flat(), facts);
  const { first, rest } = largestGroups(orphaned);
  return [
    ...first.map(([key, locks]) => orphanedItem(key, locks, facts)),
    ...(rest.length === 0 ? [] : [otherOrphanedItem(rest, facts)]),
    ...[...stale].flatMap(([holder, locks]) => staleItem(holder, locks, wanted, registered.get(holder), facts)),
  ];
}

function add(byKey: Map<string, HeldLock[]>, key: string, lock: HeldLock): void {
  const locks = byKey.get(key);
  if (locks) locks.push(lock);
  else byKey.set(key, [lock]);
}

type Groups = [holder: string, locks: HeldLock[]][];

/** @returns the groups with the most locks in their order, and all others */
function largestGroups(byHolder: ReadonlyMap<string, HeldLock[]>): { first: Groups; rest: Groups } {
  const groups = [...byHolder];
  if (groups.length <= MAX_HOLDER_ITEMS) return { first: groups, rest: [] };
  groups.sort(([, one], [, other]) => other.length - one.length);
  return { first: groups.slice(0, MAX_HOLDER_ITEMS), rest: groups.slice(MAX_HOLDER_ITEMS) };
}

/** An item for each of very many missing holders would block the server, and nobody would read them. */
function otherOrphanedItem(groups: Groups, { startedAt, staleTimeoutSeconds }: AttentionFacts): AttentionItem {
  const locks = groups.flatMap(([, held]) => held);
  const subject = `${groups.length} more holders`;
  const reason = `${groups.length} more holders that are gone or not in the registry hold ${lockWords(locks)}.`;
  return {
    kind: 'lock_orphaned',
    key: 'other holders',
    severity: 'warning',
    since: oldest(locks) ?? startedAt,
    subject,
    agent: subject,
    reason: `${reason}${timeoutSentence(locks, staleTimeoutSeconds)}`,
    why: { ...orphanRule(null), facts: [reason, ...lockFacts(locks)] },
    evidence: { locks: lockFiles(locks) },
  };
}

/** A departed holder and one that was never seen in the registry are both not registered. */
function orphanKey(holder: string, reason: Reason | null): string {
  return reason === null || reason === 'left' ? holder : `${holder}:${reason}`;
}

/** Describes locks of a holder that no longer has its id, or that the registry does not list. */
function orphanedItem(key: string, locks: HeldLock[], facts: AttentionFacts): AttentionItem {
  const { startedAt, departed, staleTimeoutSeconds } = facts;
  const former = locks.find(({ former_holder }) => former_holder !== null)?.former_holder ?? null;
  const holder = valueText(locks[0]?.agent_id);
  const reason = orphanWords(holder, former, locks);
  const gone = former?.reason !== 'moved' && departed.some((agent) => agent.id === holder && isGone(agent));
  return {
    kind: 'lock_orphaned',
    key,
    severity: gone ? 'critical' : 'warning',
    since: instantOf(former?.since ?? null) ?? oldest(locks) ?? startedAt,
    subject: holder,
    agent: holder,
    reason: `${reason}${timeoutSentence(locks, staleTimeoutSeconds)}`,
    why: { ...orphanRule(former?.reason ?? null), facts: [reason, ...lockFacts(locks)] },
    evidence: { agents: [holder], locks: lockFiles(locks) },
  };
}

function orphanWords(holder: string, former: HeldLock['former_holder'], locks: readonly HeldLock[]): string {
  const held = `${lockWords(locks)} ${locks.length === 1 ? 'is' : 'are'} held`;
  const since = former?.since ?? null;
  switch (former?.reason) {
    case 'moved':
      return movedWords(holder, former.now, locks);
    case 'replaced':
      return `${holder} is another process now: ${held} by the former ${holder}${since === null ? '' : `, gone since ${since}`}.`;
    case 'left':
      return `${holder} left the registry${since === null ? '' : ` at ${since}`} and still holds ${lockWords(locks)}.`;
    default:
      return `${holder} holds ${lockWords(locks)}, but is not in the registry.`;
  }
}

function orphanRule(reason: Reason | null): Omit<AttentionEntry['why'], 'facts'> {
  if (reason === 'moved') return MOVED_WHY;
  const rule =
    reason === 'replaced'
      ? 'Locks are listed if another process got the id of their holder after they were taken.'
      : 'Locks are listed if their holder is not in the registry.';
  return { rule, threshold: null, setting: null };
}

/** With a timeout of minutes every ordinary lock exceeds it, so that alone needs no attention. */
function staleItem(
  holder: string,
  locks: HeldLock[],
  wanted: ReadonlyMap<string, Want[]>,
  agent: Agent | undefined,
  facts: AttentionFacts,
): AttentionItem[] {
  const { startedAt, staleTimeoutSeconds } = facts;
  // In one pass: a holder may have ten thousand locks, and few of them are wanted.
  const wantedFirst = wanted.size === 0 ? [] : locks.filter(({ lock_file }) => wanted.has(lock_file));
  const wants = wantedFirst.flatMap(({ lock_file }) => wanted.get(lock_file) ?? []);
  const silent = agent === undefined ? null : silentSince(agent, facts);
  if (wants.length === 0 && silent === null) return [];
  const reasons = [
    ...(silent === null ? [] : [`${holder} has given no sign of life since ${silent}`]),
    ...wantWords(wants),
  ];
  const others = wants.length === 0 ? locks : locks.filter(({ lock_file }) => !wanted.has(lock_file));
  const sorted = [...wantedFirst, ...others];
  const concerned = wants.length === 0 ? locks : wantedFirst;
  const taken = oldest(concerned);
  const removed = removal(locks.length);
  return [
    {
      kind: 'lock_stale',
      key: holder,
      severity: 'notice',
      since: taken === null ? startedAt : taken + staleTimeoutSeconds * 1000,
      subject: holder,
      agent: holder,
      reason: `${holder} holds ${lockWords(locks)} past the timeout of ${staleTimeoutSeconds} s; ${wordList(reasons)}. ${removed[0]?.toUpperCase()}${removed.slice(1)}.`,
      why: whyOfTimeout(
        [...reasons.slice(0, MAX_WANT_FACTS).map((words) => `${words}.`), ...lockFacts(sorted)],
        staleTimeoutSeconds,
      ),
      evidence: {
        agents: [holder, ...wants.map((want) => want.agent)],
        locks: lockFiles(sorted),
        messages: wants.flatMap(({ messages }) => messages),
      },
    },
  ];
}

function wantWords(wants: readonly Want[]): string[] {
  return [...new Set(wants.map(({ words }) => words))];
}

/**
 * @returns since when an agent has given no sign of life, if that is longer than the timeout of locks; null if it is
 * not
 */
function silentSince({ last_evidence_at, process }: Agent, facts: AttentionFacts): string | null {
  const { sources, staleTimeoutSeconds, time } = facts;
  if (process.state === 'running') return null;
  // While signs of life cannot be read, silence is not evidence.
  if (sources.registry.state === 'unreadable' || sources.log.state === 'unreadable') return null;
  const at = instantOf(last_evidence_at);
  return at !== null && time.isPast(at + staleTimeoutSeconds * 1000) ? last_evidence_at : null;
}
