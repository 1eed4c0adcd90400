/**
 * Waiting chains: an agent that waits for nobody, and all that wait for it directly or through others. Only declared waits
 * that one agent alone can end are links, so that "blocks" is what the files say; docs/decisions/0031-waiting.md explains.
 */
import { instantOf } from '../contract/instant';
import type { WaitEdge } from '../contract/past-schemas';
import type { AttentionEntry, HeldLock, WaitChain } from '../contract/schemas';
import type { AttentionFacts } from './attention-facts';
import { groupedBy } from './wait-cycles';
import { valueText } from './wording';

/** Nobody reads more. */
const MAX_CHAINS = 50;
const MAX_LINKS = 50;
const MAX_ROOT_LOCKS = 3;

/** The item kinds about an agent in a chain: their ids end with the agent's. */
const AGENT_KINDS = ['agent_dead', 'agent_stale', 'lock_stale', 'lock_orphaned'] as const;

type ChainFacts = Pick<AttentionFacts, 'agents' | 'locks' | 'sources' | 'waiting'>;

/** A waiting agent in the tree below a root. */
interface Waiter {
  /** Its waits for the agent above it, the one to name first; never empty. */
  edges: readonly WaitEdge[];
  /** How many waits follow one another below it, itself included. */
  depth: number;
  waiters: Waiter[];
}

/**
 * Finds the waiting chains. Each wait is in one chain at most, and so is each item.
 *
 * @param entries the attention items, acknowledged and snoozed ones included
 * @returns the chains with most waits first; waits in a wait cycle, and behind one, are in no chain
 */
export function waitChains(facts: ChainFacts, entries: readonly AttentionEntry[]): WaitChain[] {
  // A dead agent waits for nothing any more: who waits for it waits until a person acts, whatever it once asked.
  const dead = new Set(facts.agents.filter(({ health }) => health === 'dead').map(({ id }) => id));
  const edges = facts.waiting.edges.filter((edge) => isLink(edge) && !dead.has(edge.from));
  if (edges.length === 0) return [];
  const began = new Map(facts.agents.map(({ id, life_began_at }) => [id, instantOf(life_began_at)]));
  const links = edges.filter(({ to, since }) => !isReplaced(began.get(to) ?? null, instantOf(since)));
  const pairs = [...groupedBy(links, ({ from, to }) => [JSON.stringify([from, to])]).values()];
  for (const edges of pairs) edges.sort(strongestFirst);
  const byTarget = groupedBy(pairs, ([edge]) => [edge?.to ?? '']);
  const waiting = new Set(links.map(({ from }) => from));
  const seen = new Set<string>();
  const trees = [...byTarget.keys()]
    .filter((agent) => !waiting.has(agent))
    .map((root) => ({ root, ordered: inReadingOrder(waitersOf(root, byTarget, seen)) }))
    .sort((one, other) => other.ordered.length - one.ordered.length || (one.root < other.root ? -1 : 1))
    .slice(0, MAX_CHAINS);
  const itemsBy = new ItemIndex(entries);
  return trees.map(({ root, ordered }) => chainOf(root, ordered, itemsBy, facts));
}

function isLink({ basis, weak, blocks, alternatives }: WaitEdge): boolean {
  return basis === 'declared' && !weak && blocks && alternatives === 0;
}

/** The present agent of an id has not seen what was sent to its predecessor. */
function isReplaced(began: number | null, since: number | null): boolean {
  return began !== null && since !== null && began > since;
}

/**
 * The tree below a root, without recursion: a chain of thousands of agents would overflow the stack.
 *
 * @param seen agents that are in a tree already; their waiters are not listed a second time
 */
function waitersOf(root: string, byTarget: ReadonlyMap<string, WaitEdge[][]>, seen: Set<string>): Waiter[] {
  const tree: Waiter[] = [];
  const breadthFirst: [agent: string, place: Waiter[]][] = [[root, tree]];
  const all: Waiter[] = [];
  for (const [agent, place] of breadthFirst) {
    if (seen.has(agent)) continue;
    seen.add(agent);
    for (const edges of byTarget.get(agent) ?? []) {
      const waiter: Waiter = { edges, depth: 1, waiters: [] };
      place.push(waiter);
      all.push(waiter);
      breadthFirst.push([edges[0]?.from ?? '', waiter.waiters]);
    }
  }
  for (const waiter of all.reverse()) {
    waiter.waiters.sort(longestFirst);
    waiter.depth = 1 + (waiter.waiters[0]?.depth ?? 0);
  }
  return tree.sort(longestFirst);
}

function longestFirst(one: Waiter, other: Waiter): number {
  return other.depth - one.depth || begun(one.edges[0]) - begun(other.edges[0]);
}

/** Of several waits for one agent, the one to name: a QUESTION may block nobody, and the oldest says most. */
function strongestFirst(one: WaitEdge, other: WaitEdge): number {
  return Number(one.kind === 'question') - Number(other.kind === 'question') || begun(one) - begun(other);
}

/** A wait without a time counts as the youngest. */
function begun(edge: WaitEdge | undefined): number {
  return instantOf(edge?.since ?? null) ?? Number.MAX_SAFE_INTEGER;
}

/** Each wait before those that follow from it, the longest branch first. */
function inReadingOrder(tree: readonly Waiter[]): Waiter[] {
  const ordered: Waiter[] = [];
  const open = tree.toReversed();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    ordered.push(next);
    open.push(...next.waiters.toReversed());
  }
  return ordered;
}

function chainOf(root: string, waiters: readonly Waiter[], items: ItemIndex, facts: ChainFacts): WaitChain {
  const listed = facts.agents.find(({ id }) => id === root);
  const isReadable = facts.sources.registry.state === 'ok';
  const health = listed?.health ?? (isReadable ? null : 'unknown');
  // Locks of a former life of the id are not locks of its present agent.
  const isOwn = ({ former_holder }: HeldLock) => former_holder === null || (former_holder.reason === 'left' && !listed);
  const held = facts.locks.filter((lock) => valueText(lock.agent_id) === root && isOwn(lock));
  return {
    root,
    root_health: health,
    root_locks: held.slice(0, MAX_ROOT_LOCKS).map(({ filepath }) => valueText(filepath)),
    root_lock_count: held.length,
    links: waiters
      .slice(0, MAX_LINKS)
      .flatMap(({ edges: [edge] }) =>
        edge === undefined ? [] : [{ from: edge.from, to: edge.to, kind: edge.kind, since: edge.since }],
      ),
    link_count: waiters.length,
    items: items.about(
      root,
      waiters.flatMap(({ edges }) => edges),
    ),
  };
}

/** Finds the items of a chain; an item that two chains could have is in the first. */
class ItemIndex {
  readonly #ids: ReadonlySet<string>;
  readonly #byMessage = new Map<string, string>();
  readonly #taken = new Set<string>();

  constructor(entries: readonly AttentionEntry[]) {
    this.#ids = new Set(entries.map(({ id }) => id));
    for (const { id, kind, evidence } of entries) {
      if (kind !== 'blocked_unanswered' && kind !== 'question_unanswered') continue;
      const [message] = evidence.messages;
      if (message !== undefined) this.#byMessage.set(message, id);
    }
  }

  about(root: string, edges: readonly WaitEdge[]): string[] {
    const agents = [root, ...edges.map(({ from }) => from)];
    const ids = [
      ...agents.flatMap((agent) => AGENT_KINDS.map((kind) => `${kind}:${agent}`)),
      ...edges.flatMap(({ evidence }) => evidence.messages.map((message) => this.#byMessage.get(message) ?? '')),
    ];
    const own = [...new Set(ids)].filter((id) => this.#ids.has(id) && !this.#taken.has(id));
    for (const id of own) this.#taken.add(id);
    return own;
  }
}
