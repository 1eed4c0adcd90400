/** The registry of agents, `ACTIVE_AGENTS.json`. Read as a whole; the last good one is kept while it can't be read. */
import type { Skipped } from '../../contract/schemas';
import { isNestedTooDeeply } from '../../platform/json-depth';
import { isObject } from '../../platform/json-shape';
import { countSkipped } from '../source-status';
import { BEYOND, parseObject, type SmallFileKind, SmallFileReader } from './json-file';

export const REGISTRY_FILE = 'ACTIVE_AGENTS.json';

/** Each agent is described about once a second. */
const MAX_AGENTS = 2000;
/** All of it is sent to every client, and recorded whenever it changes. */
const MAX_BYTES = 2 * 1024 * 1024;

/** One agent as the registry has it. */
export interface RegistryEntry {
  id: string;
  [field: string]: unknown;
}

export interface Registry {
  session_name: unknown;
  session_names: unknown;
  updated_at: unknown;
  /** The entries with an id, in the order of the file. */
  entries: RegistryEntry[];
}

/**
 * Reads the bytes of a registry, tolerantly: a byte order mark is skipped, invalid UTF-8 replaced, and only an
 * entry without an id is left out. `agent_id` and `last_heartbeat` of older shapes count as `id` and `last_seen`.
 *
 * @returns the registry (absent top-level fields are null) and what was skipped, or the fault: `empty`,
 *   `invalid JSON`, `not an object`, `nested too deeply` or `agents is not a list`
 */
export function parseRegistry(bytes: Buffer): { registry: Registry; skipped: Skipped[] } | { error: string } {
  const read = parseObject(bytes);
  if ('error' in read) return read;
  const { agents = [], ...rest } = read.object;
  if (isNestedTooDeeply(rest, bytes.length)) return { error: 'nested too deeply' };
  const { session_name = null, session_names = null, updated_at = null } = rest;
  if (!Array.isArray(agents)) return { error: 'agents is not a list' };
  const entries: RegistryEntry[] = [];
  const skipped: [string, string][] = [];
  for (const [index, entry] of agents.entries()) {
    if (!isObject(entry)) skipped.push(['entry is not an object', `agents[${index}]`]);
    else if (isNestedTooDeeply(entry, bytes.length)) skipped.push(['entry is nested too deeply', `agents[${index}]`]);
    else {
      const known = withCurrentNames(entry);
      if (hasId(known) && entries.length === MAX_AGENTS)
        skipped.push([`${BEYOND} ${MAX_AGENTS} entries`, `agents[${index}]`]);
      else if (hasId(known)) entries.push(known);
      else skipped.push(['entry has no text as id', `agents[${index}]`]);
    }
  }
  return { registry: { session_name, session_names, updated_at, entries }, skipped: countSkipped(skipped) };
}

/** Older versions of the file have other names for some fields; both names are kept. */
const FORMER_NAMES = { id: 'agent_id', last_seen: 'last_heartbeat' } as const;

function withCurrentNames(entry: Record<string, unknown>): Record<string, unknown> {
  const renamed = Object.entries(FORMER_NAMES).filter(([now, before]) => !(now in entry) && before in entry);
  return renamed.length === 0
    ? entry
    : { ...entry, ...Object.fromEntries(renamed.map(([now, before]) => [now, entry[before]])) };
}

function hasId(entry: Record<string, unknown>): entry is RegistryEntry {
  return typeof entry.id === 'string';
}

/** Keeps the newest registry that could be read. */
export class RegistryReader extends SmallFileReader<Registry> {
  /**
   * @param root the swarm's root
   * @param now the clock, milliseconds since 1970
   */
  constructor(root: string, now?: () => number) {
    super(root, KIND, now);
  }

  /** The last good registry, kept while the file is missing or unusable; null before the first. */
  get registry(): Registry | null {
    return this.content;
  }
}

const KIND: SmallFileKind<Registry> = {
  name: REGISTRY_FILE,
  maxBytes: MAX_BYTES,
  parse: (bytes) => {
    const parsed = parseRegistry(bytes);
    return 'error' in parsed ? parsed : { content: parsed.registry, skipped: parsed.skipped };
  },
  missing: `There is no ${REGISTRY_FILE}: no agent has been discovered in this folder yet.`,
  ending: { known: 'its last readable content is shown', unknown: 'no agents can be shown' },
  faults: {
    empty: 'is empty (0 bytes)',
    'invalid JSON': 'is invalid JSON',
    'not an object': 'contains no JSON object',
    'nested too deeply': 'is nested too deeply',
    'agents is not a list': 'is unusable: its `agents` is not a list',
  },
};
