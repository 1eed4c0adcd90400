/** What wants a person, as the page shows it: where an entry leads, and what is new. */
import type { AttentionEntry } from '../contract/schemas';
import { type Address, EMPTY_ADDRESS } from './address';
import type { Tab } from './use-layout';

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
