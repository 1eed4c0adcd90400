/** Attention items as the page shows them: what an entry links to, and which entries are new. */

import { type Address, EMPTY_ADDRESS } from '@/lib/client/address';
import type { Tab } from '@/lib/client/entry-tab';
import { groupBy } from '@/lib/client/group-by';
import { counted } from '@/lib/client/text';
import { isHidden } from '@/lib/contract/attention-marks';
import type { AttentionAnswer, AttentionEntry, WaitChain } from '@/lib/contract/schemas';

/** What an entry is about: the panel that shows it and the address that points at it. */
export interface Target {
  tab: Exclude<Tab, 'needs-you'>;
  address: Address;
}

/** The view of waiting agents. */
export const WAITS: Target = { tab: 'agents', address: { ...EMPTY_ADDRESS, view: 'waits' } };

/** The panel that shows the data of a source. */
const FED_BY: Record<string, Target['tab']> = { registry: 'agents', locks: 'locks', claude_code: 'agents' };

/**
 * Finds the target of an entry's link. Filters are cleared, because they could hide the target.
 *
 * @returns the agent, lock or message that the entry's kind is about, or the view of waiting agents; without evidence
 *   of it, only the panel
 */
export function targetOf({ kind, evidence, since }: AttentionEntry): Target {
  const [agent = null] = evidence.agents;
  const [lock = null] = evidence.locks;
  const [message = null] = evidence.messages;
  if (kind === 'deadlock') return WAITS;
  if (kind === 'permission_waiting' || kind === 'question_in_terminal') {
    return { tab: 'agents', address: { ...EMPTY_ADDRESS, agent, permission: 'all' } };
  }
  if (kind.startsWith('agent_')) return { tab: 'agents', address: { ...EMPTY_ADDRESS, agent } };
  if (kind.startsWith('lock_') || kind === 'unlocked_change')
    return { tab: 'locks', address: { ...EMPTY_ADDRESS, lock } };
  if (kind === 'source_unreadable') {
    return { tab: FED_BY[evidence.sources[0] ?? ''] ?? 'messages', address: EMPTY_ADDRESS };
  }
  if (kind === 'messages_unread') return { tab: 'messages', address: { ...EMPTY_ADDRESS, to: agent, since } };
  return { tab: 'messages', address: { ...EMPTY_ADDRESS, message } };
}

/**
 * The agents that an entry is about, not all that it names: an agent whose message reached a dead pane needs no help.
 */
export function agentsInNeed({ kind, evidence }: AttentionEntry): readonly string[] {
  return kind === 'deadlock' || kind === 'lock_overlap' ? evidence.agents : evidence.agents.slice(0, 1);
}

/** @returns the entries that were not known before */
export function newEntries(known: ReadonlySet<string>, entries: readonly AttentionEntry[]): AttentionEntry[] {
  return entries.filter(({ id }) => !known.has(id));
}

/** A line of the list: one item, several of one kind about one agent, or all about one waiting chain. */
export interface AttentionRow {
  /** Unique among the rows; stays the same while the row is about the same items. */
  key: string;
  /** Worst first. Without a chain one item, or more than three. */
  entries: readonly [AttentionEntry, ...AttentionEntry[]];
  chain: WaitChain | null;
}

/** Up to this number of items of one kind about one agent have a row each. */
const MAX_SINGLE_ROWS = 3;

/**
 * @param entries the open items
 * @returns a row for each waiting chain and for each other item; more than three items of one group share a row. A row
 *   has the place of its first item
 */
export function attentionRows(entries: readonly AttentionEntry[], chains: readonly WaitChain[]): AttentionRow[] {
  const inChains = chains.flatMap((chain) => chainRow(chain, entries));
  const chained = new Set(inChains.flatMap((row) => row.entries));
  const others = entries.filter((entry) => !chained.has(entry));
  const groups = groupBy(others, ({ group, id }) => (group === '' ? `id:${id}` : `group:${group}`));
  const rows = [...groups].flatMap(([key, [first, ...rest]]): AttentionRow[] => {
    if (!first) return [];
    if (rest.length >= MAX_SINGLE_ROWS) return [{ key, entries: [first, ...rest], chain: null }];
    return [first, ...rest].map((entry) => ({ key: `id:${entry.id}`, entries: [entry], chain: null }));
  });
  const places = new Map(entries.map((entry, place) => [entry, place]));
  const rowPlace = (row: AttentionRow) => places.get(row.entries[0]) ?? 0;
  return [...inChains, ...rows].sort((one, other) => rowPlace(one) - rowPlace(other));
}

/** A chain of two agents says no more than the item about it, or than the group of its items. */
function chainRow(chain: WaitChain, entries: readonly AttentionEntry[]): AttentionRow[] {
  const ids = new Set(chain.items);
  const [first, ...others] = entries.filter(({ id }) => ids.has(id));
  const isOneGroup = others.every(({ group }) => group === first?.group && group !== '');
  if (!first || (isOneGroup && chain.link_count < 2)) return [];
  return [{ key: `chain:${chain.root}`, entries: [first, ...others], chain }];
}

/** A waiting chain as a sentence tells it: one line of agents from the root on, and how many further waits there are. */
export interface ChainLine {
  steps: readonly WaitChain['links'][number][];
  others: number;
}

/** @returns the longest branch of a chain */
export function chainLine({ root, links, link_count }: WaitChain): ChainLine {
  let end = links.findIndex(({ to }, index) => to !== (links[index - 1]?.from ?? root));
  if (end === -1) end = links.length;
  return { steps: links.slice(0, end), others: link_count - end };
}

/** @returns the open items, and the acknowledged or snoozed ones, each in their order */
export function splitByMarks(entries: readonly AttentionEntry[]): { open: AttentionEntry[]; hidden: AttentionEntry[] } {
  return { open: entries.filter((entry) => !isHidden(entry)), hidden: entries.filter(isHidden) };
}

/** @returns the number of open items, including those that are not listed */
export function openCount({ count, hidden_count }: Pick<AttentionAnswer, 'count' | 'hidden_count'>): number {
  return count - hidden_count;
}

/** @returns such as "2 acknowledged, 1 snoozed (1 critical)" */
export function hiddenSummary(
  hidden: readonly AttentionEntry[],
  { hidden_count, hidden_critical_count }: Pick<AttentionAnswer, 'hidden_count' | 'hidden_critical_count'>,
): string {
  const acknowledged = hidden.filter((entry) => entry.acknowledged !== null).length;
  const parts = [
    [acknowledged, 'acknowledged'],
    [hidden.length - acknowledged, 'snoozed'],
    [hidden_count - hidden.length, 'not listed'],
  ] as const;
  const words = parts.filter(([count]) => count > 0).map(([count, word]) => counted(count, word, word));
  const critical = hidden_critical_count > 0 ? ` (${counted(hidden_critical_count, 'critical', 'critical')})` : '';
  return words.join(', ') + critical;
}
