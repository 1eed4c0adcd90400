/** The registry of agents, `ACTIVE_AGENTS.json`: read as a whole, kept as long as nothing better is known. */
import { join } from 'node:path';
import type { Skipped } from '../contract/schemas';
import { isNestedTooDeeply } from './nesting';
import { countSkipped, type ReaderStatus, statusAfter } from './reader-status';
import { type FileLook, lookAtFile } from './small-file';

export const REGISTRY_FILE = 'ACTIVE_AGENTS.json';

const LIMIT_BYTES = 16 * 1024 * 1024;

/** Writers replace the registry by a rename, and some leave a short hole between. */
export const MISSING_CONFIRMED_MS = 200;

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
 * Reads the bytes of a registry, tolerantly: a byte order mark and bytes that are no UTF-8 do no harm, and an entry
 * without an id is skipped alone.
 *
 * @returns the registry (absent top-level fields are null) and what was skipped, or why it is none: `empty`,
 *   `invalid JSON`, `not an object`, `nested too deeply` or `agents is not a list`
 */
export function parseRegistry(bytes: Buffer): { registry: Registry; skipped: Skipped[] } | { error: string } {
  if (bytes.length === 0) return { error: 'empty' };
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8').trim());
  } catch {
    return { error: 'invalid JSON' };
  }
  if (!isObject(value)) return { error: 'not an object' };
  const { agents = [], ...rest } = value;
  if (isNestedTooDeeply(rest, bytes.length)) return { error: 'nested too deeply' };
  const { session_name = null, session_names = null, updated_at = null } = rest;
  if (!Array.isArray(agents)) return { error: 'agents is not a list' };
  const entries: RegistryEntry[] = [];
  const skipped: [string, string][] = [];
  for (const [index, entry] of agents.entries()) {
    if (!isObject(entry)) skipped.push(['entry is not an object', `agents[${index}]`]);
    else if (!hasId(entry)) skipped.push(['entry has no text as id', `agents[${index}]`]);
    else if (isNestedTooDeeply(entry, bytes.length)) skipped.push(['entry is nested too deeply', `agents[${index}]`]);
    else entries.push(entry);
  }
  return { registry: { session_name, session_names, updated_at, entries }, skipped: countSkipped(skipped) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasId(entry: Record<string, unknown>): entry is RegistryEntry {
  return typeof entry.id === 'string';
}

/** Holds the newest registry that could be read. */
export class RegistryReader {
  status: ReaderStatus;
  /** The last good one; null before the first and once the file is gone. */
  registry: Registry | null = null;

  readonly #path: string;
  readonly #now: () => number;
  #signature: string | null = null;
  #bytes: Buffer | null = null;
  #missedSince: number | null = null;

  /**
   * @param root the swarm's root
   * @param now the clock, milliseconds since 1970
   */
  constructor(root: string, now: () => number = Date.now) {
    this.#path = join(root, REGISTRY_FILE);
    this.#now = now;
    this.status = { ...MISSING, since: now() };
  }

  /**
   * Reads the file if it is not as the last look left it. Costs a few microseconds if nothing changed.
   *
   * @returns whether `status` or `registry` changed
   */
  look(): boolean {
    const now = this.#now();
    const known = { status: this.status, registry: this.registry };
    const look = lookAtFile(this.#path, { limitBytes: LIMIT_BYTES, known: this.#signature, followLinks: true, now });
    if (look.kind === 'missing') this.#missed(now);
    else {
      this.#missedSince = null;
      this.#found(look, now);
    }
    return this.status !== known.status || this.registry !== known.registry;
  }

  #missed(now: number): void {
    this.#missedSince ??= now;
    // A clock set back must not keep a file that is gone.
    if (Math.abs(now - this.#missedSince) < MISSING_CONFIRMED_MS) return;
    this.registry = null;
    this.#signature = null;
    this.#bytes = null;
    this.status = statusAfter(this.status, MISSING, now);
  }

  #found(look: Exclude<FileLook, { kind: 'missing' }>, now: number): void {
    if (look.kind === 'read') this.#read(look.bytes, look.signature, now);
    else if (look.kind === 'irregular') this.#unusable(`is ${look.what}, not a file`, now);
    else if (look.kind === 'unreadable') this.#unusable(`can't be read: ${look.reason}`, now);
  }

  #read(bytes: Buffer, signature: string, now: number): void {
    this.#signature = signature;
    if (this.#bytes?.equals(bytes)) return;
    const parsed = parseRegistry(bytes);
    if ('error' in parsed) {
      this.#unusable(PARSE_REASONS[parsed.error] ?? parsed.error, now);
      this.#signature = signature;
      this.#bytes = bytes;
      return;
    }
    this.#bytes = bytes;
    this.registry = parsed.registry;
    this.status = statusAfter(this.status, { state: 'ok', reason: null, skipped: parsed.skipped }, now);
  }

  #unusable(what: string, now: number): void {
    // Whatever stands there next is read, even if it is the file of before.
    this.#signature = null;
    this.#bytes = null;
    const shown = this.registry ? 'what it said before is shown' : 'no agents can be shown';
    const reason = `${REGISTRY_FILE} ${what}; ${shown}.`;
    this.status = statusAfter(this.status, { state: 'unreadable', reason, skipped: [] }, now);
  }
}

const MISSING: Omit<ReaderStatus, 'since'> = {
  state: 'missing',
  reason: `There is no ${REGISTRY_FILE}: no agent has been discovered in this folder yet.`,
  skipped: [],
};

const PARSE_REASONS: Record<string, string> = {
  empty: 'is empty (0 bytes)',
  'invalid JSON': 'is invalid JSON',
  'not an object': 'holds no JSON object',
  'agents is not a list': 'is unusable: its `agents` is not a list',
};
