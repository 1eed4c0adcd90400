/**
 * What the address bar holds: the filters and the selection, so that a view can be shared. Pure; the hook beside it
 * reads and writes the real address.
 */
import type { PanelName } from './settings';

export interface Address {
  /** The chosen agent: its detail is open, and every panel shows what concerns it. */
  agent: string | null;
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
  /** The cursor of a message that is pointed at, `<epoch>.<seq>`. */
  message: string | null;
  /** A lock file that is pointed at. */
  lock: string | null;
  /** The past moment that the whole page shows, ISO 8601; null for now. */
  at: string | null;
  /** The view below the panels that is open: `timeline`, `talk` or `waits`. */
  view: string | null;
  /** The span of that view: `15m`, `1h`, `1d`, `all`, or two instants with a slash between. */
  span: string | null;
}

export const EMPTY_ADDRESS: Address = {
  agent: null,
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

/** @returns what a query says; unknown parameters are ignored, blank ones count as absent, but for names of agents. */
export function parseAddress(query: URLSearchParams): Address {
  const text = (name: string) => query.get(name)?.trim() || null;
  // A name may begin or end with a blank, or be one.
  const agentName = (name: string) => query.get(name) || null;
  return {
    agent: agentName('agent'),
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

/** @returns the query of an address, with its question mark; empty for the plain page. */
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
  lock,
  message,
  types = [],
  q,
  from,
  to,
  since,
  until,
}: Partial<Address>): PanelName | null {
  if (lock) return 'locks';
  if (types.length > 0 || [message, q, from, to, since, until].some(Boolean)) return 'messages';
  return agent ? 'agents' : null;
}
