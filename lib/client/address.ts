/**
 * The content of the address bar: filters and selection, so that a view can be shared. Pure; `use-address.ts` reads and
 * writes the real address.
 */
import type { MessageState } from '../contract/schemas';
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
  /** Message types that are not shown. */
  notTypes: readonly string[];
  /** Only messages with these states. */
  only: readonly MessageState[];
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
  /** `all` while the permission requests are shown. */
  permission: string | null;
  /** Not null while the terminal of the selected agent is open. */
  terminal: string | null;
  /** The key of the selected task. */
  task: string | null;
  /** What the board of tasks shows: tasks of an owner, with a priority, of a list, and with these words; `-` for none. */
  owner: string | null;
  priority: string | null;
  list: string | null;
  find: string | null;
  /** The open part of the view of work files, such as `contexts`. */
  part: string | null;
  /** The open view in the drawer, such as `timeline`. */
  view: string | null;
  /** The time range of that view: `15m`, `1h`, `1d`, `all`, or two instants separated by a slash. */
  span: string | null;
}

/** Not taken from the schema: the browser would load the library that checks schemas. */
export const MESSAGE_STATES: readonly MessageState[] = ['failed', 'unanswered', 'untyped'];

export const EMPTY_ADDRESS: Address = {
  agent: null,
  state: null,
  locks: null,
  from: null,
  to: null,
  types: [],
  notTypes: [],
  only: [],
  q: '',
  since: null,
  until: null,
  message: null,
  lock: null,
  at: null,
  permission: null,
  terminal: null,
  task: null,
  owner: null,
  priority: null,
  list: null,
  find: null,
  part: null,
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
    types: listOf(query, 'type'),
    notTypes: listOf(query, 'not_type'),
    only: MESSAGE_STATES.filter((state) => query.getAll('only').includes(state)),
    q: text('q') ?? '',
    since: text('since'),
    until: text('until'),
    message: text('message'),
    lock: text('lock'),
    at: text('at'),
    permission: text('permission'),
    terminal: text('terminal'),
    task: text('task'),
    owner: text('owner'),
    priority: text('priority'),
    list: text('list'),
    find: text('find'),
    part: text('part'),
    view: text('view'),
    span: text('span'),
  };
}

function listOf(query: URLSearchParams, name: string): string[] {
  return [...new Set(query.getAll(name).filter((value) => value !== ''))];
}

/** @returns the query of an address, with its question mark; empty for the plain page */
export function formatAddress({ types, notTypes, only, ...single }: Address): string {
  const query = new URLSearchParams();
  // A terminal is that of the selected agent.
  if (!single.agent) single.terminal = null;
  for (const [name, value] of Object.entries(single)) if (value) query.set(name, value);
  for (const type of types) query.append('type', type);
  for (const type of notTypes) query.append('not_type', type);
  for (const state of only) query.append('only', state);
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
  notTypes = [],
  only = [],
  q,
  from,
  to,
  since,
  until,
}: Partial<Address>): PanelName | null {
  if (lock || locks) return 'locks';
  if (types.length + notTypes.length + only.length > 0 || [message, q, from, to, since, until].some(Boolean))
    return 'messages';
  return agent || state ? 'agents' : null;
}
