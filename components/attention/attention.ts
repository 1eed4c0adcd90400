/** What wants a person, as the page shows it: where an entry leads, and what is new. */

import { type Address, EMPTY_ADDRESS } from '@/lib/client/address';
import { groupBy } from '@/lib/client/group-by';
import { counted } from '@/lib/client/text';
import type { Tab } from '@/lib/client/use-layout';
import { isHidden } from '@/lib/contract/attention-marks';
import type { AttentionAnswer, AttentionEntry } from '@/lib/contract/schemas';

/** The thing that an entry is about: the panel that shows it and the address that points at it. */
export interface Target {
  tab: Exclude<Tab, 'needs-you'>;
  address: Address;
}

/** The panel that shows what a source feeds. */
const FED_BY: Record<string, Target['tab']> = { registry: 'agents', locks: 'locks' };

/**
 * Where an entry leads. Filters are let go: they could hide the very thing.
 *
 * @returns the agent, lock or message that the entry's kind is about, or the view of who waits for whom; without
 *   evidence of it, the panel alone
 */
export function targetOf({ kind, evidence }: AttentionEntry): Target {
  const [agent = null] = evidence.agents;
  const [lock = null] = evidence.locks;
  const [message = null] = evidence.messages;
  if (kind === 'deadlock') return { tab: 'agents', address: { ...EMPTY_ADDRESS, view: 'waits' } };
  if (kind.startsWith('agent_')) return { tab: 'agents', address: { ...EMPTY_ADDRESS, agent } };
  if (kind.startsWith('lock_')) return { tab: 'locks', address: { ...EMPTY_ADDRESS, lock } };
  if (kind === 'source_unreadable') {
    return { tab: FED_BY[evidence.sources[0] ?? ''] ?? 'messages', address: EMPTY_ADDRESS };
  }
  return { tab: 'messages', address: { ...EMPTY_ADDRESS, message } };
}

/** The agents that an entry is about, not everyone it names: who wrote to a pane that is gone needs nobody. */
export function agentsInNeed({ kind, evidence }: AttentionEntry): readonly string[] {
  return kind === 'deadlock' || kind === 'lock_overlap' ? evidence.agents : evidence.agents.slice(0, 1);
}

/** @returns the entries that were not among the known ones. */
export function newEntries(known: ReadonlySet<string>, entries: readonly AttentionEntry[]): AttentionEntry[] {
  return entries.filter(({ id }) => !known.has(id));
}

/** A line of the list: one item, or several of one kind about one agent. */
export interface AttentionRow {
  /** Unique among the rows, and the same while the row is about the same. */
  key: string;
  /** One, or more than three. */
  entries: readonly [AttentionEntry, ...AttentionEntry[]];
}

/** Up to so many of one kind about one agent have a row each. */
const MAX_SINGLE_ROWS = 3;

/** @returns a row for each item; items of one group share the row of the first if they are more than three */
export function attentionRows(entries: readonly AttentionEntry[]): AttentionRow[] {
  const groups = groupBy(entries, ({ group, id }) => (group === '' ? `id:${id}` : `group:${group}`));
  const rows = [...groups].flatMap(([key, [first, ...others]]): AttentionRow[] => {
    if (!first) return [];
    if (others.length >= MAX_SINGLE_ROWS) return [{ key, entries: [first, ...others] }];
    return [first, ...others].map((entry) => ({ key: `id:${entry.id}`, entries: [entry] }));
  });
  // The order of the items is kept: of a group, that of its first.
  const places = new Map(entries.map((entry, place) => [entry, place]));
  const rowPlace = (row: AttentionRow) => places.get(row.entries[0]) ?? 0;
  return rows.sort((one, other) => rowPlace(one) - rowPlace(other));
}

/** @returns the items that are neither acknowledged nor snoozed, and those that are, both in their order */
export function splitByMarks(entries: readonly AttentionEntry[]): { open: AttentionEntry[]; hidden: AttentionEntry[] } {
  return { open: entries.filter((entry) => !isHidden(entry)), hidden: entries.filter(isHidden) };
}

/** @returns how many items are open, also of those that are not listed */
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
