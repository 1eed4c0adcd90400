/**
 * The content of the address bar: filters and selection, so that a view can be shared. Pure; `use-address.ts` reads and
 * writes the real address.
 */
import type { PanelName } from './settings';

export interface Address {
  /** The selected agent: its detail is open, and every panel shows what concerns it. */
  agent: string | null;
  /** The state by which the list of agents is filtered, such as `dead`; null for all. */
  state: string | null;
  /** The property by which the list of locks is filtered: `stale`; null for all. */
  locks: string | null;
  /** The sender of messages, or one of their recipients. */
  from: string | null;
  to: string | null;
  /** Message types; empty shows all. */
  types: readonly string[];
  /** Full text. */
  q: string;
  /** ISO 8601 with offset, or null. */
  since: string | null;
  until: string | null;
  /** The cursor of the selected message, `<epoch>.<seq>`. */
  message: string | null;
  /** The lock file of the selected lock. */
  lock: string | null;
  /** The past moment that the whole page shows, ISO 8601; null for the present. */
  at: string | null;
  /** The open view in the drawer: `timeline`, `talk` or `waits`. */
  view: string | null;
  /** The time range of that view: `15m`, `1h`, `1d`, `all`, or two instants separated by a slash. */
  span: string | null;
}

export const EMPTY_ADDRESS: Address = {
  agent: null,
  state: null,
  locks: null,
  from: null,
  to: null,
  types: [],
  q: '',
  since: null,
  until: null,
  message: null,
  lock: null,
  at: null,
  view: null,
  span: null,
};

/**
 * @returns the address of a query; unknown parameters are ignored, blank ones count as absent, except names of agents
 */
export function parseAddress(query: URLSearchParams): Address {
  const text = (name: string) => query.get(name)?.trim() || null;
  // A name may begin or end with a blank, or consist of one.
  const agentName = (name: string) => query.get(name) || null;
  return {
    agent: agentName('agent'),
    state: text('state'),
    locks: text('locks'),
    from: agentName('from'),
    to: agentName('to'),
    types: [...new Set(query.getAll('type').filter((type) => type !== ''))],
    q: text('q') ?? '',
    since: text('since'),
    until: text('until'),
    message: text('message'),
    lock: text('lock'),
    at: text('at'),
    view: text('view'),
    span: text('span'),
  };
}

/** @returns the query of an address, with its question mark; empty for the plain page */
export function formatAddress({ types, ...single }: Address): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(single)) if (value) query.set(name, value);
  for (const type of types) query.append('type', type);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** @returns the panel that shows what an address points at: a lock, messages or an agent; null for the plain page */
export function panelOf({
  agent,
  state,
  locks,
  lock,
  message,
  types = [],
  q,
  from,
  to,
  since,
  until,
}: Partial<Address>): PanelName | null {
  if (lock || locks) return 'locks';
  if (types.length > 0 || [message, q, from, to, since, until].some(Boolean)) return 'messages';
  return agent || state ? 'agents' : null;
}
