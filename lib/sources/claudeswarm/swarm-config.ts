/** The swarm's own configuration, as far as the dashboard needs it. */
import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { Lexer, Parser, parse as parseYaml } from 'yaml';
import { z } from 'zod';
import type { Skipped } from '../../contract/schemas';
import { writtenValue } from '../../contract/written-value';
import { errorCode, readIfChanged } from '../../platform/read-file';
import type { ReaderStatus } from '../source-status';

export interface SwarmConfig {
  /** `discovery.stale_threshold`: how long a sign of life counts. */
  staleThresholdSeconds: number;
  /** `locking.stale_timeout`: how long a lock is fresh. */
  lockStaleTimeoutSeconds: number;
  dashboardPort?: number | undefined;
  dashboardHost?: string | undefined;
}

/** The result of one reading. */
export interface ReadSwarmConfig {
  config: SwarmConfig;
  /** Its path, null if there is none. */
  file: string | null;
  status: ReaderStatus;
}

/** The names tried in each folder in this order, from the start folder up to the top. */
const FILES = [
  { name: '.claudeswarm.yaml', parse: readYaml },
  { name: '.claudeswarm.toml', parse: parseToml },
] as const;

/** The swarm's tool accepts a megabyte, but that much YAML would block the event loop for seconds; this takes 0.2 s. */
const MAX_BYTES = 64 * 1024;
const YAML_DEPTH = 10;
const TOO_DEEP = `it is nested deeper than ${YAML_DEPTH} levels.`;

/** Enough for ordinary anchors; each use of nested anchors counts, so a YAML bomb is refused before it grows. */
const YAML_ALIASES = 50;

/** What a value may be, as a check and in words. */
interface Rule<T> {
  schema: z.ZodType<T>;
  allowed: string;
}

function whole(least: number, most: number): Rule<number> {
  return { schema: z.int().min(least).max(most), allowed: `a whole number from ${least} to ${most}` };
}

const text: Rule<string> = { schema: z.string().trim().min(1), allowed: 'a text that is not empty' };

const DEFAULTS: SwarmConfig = { staleThresholdSeconds: 60, lockStaleTimeoutSeconds: 300 };

/**
 * Reads the nearest configuration of the swarm, searching upward without limit, as the swarm's tool does.
 *
 * @param startFolder where the search begins
 * @param before earlier values, which replace values that can't be used; the defaults if null
 * @returns its values, with defaults for the rest, and the file. Nothing in a file is fatal: for a bad value `status`
 *   is `degraded`; a file that can't be used at all is `unreadable`; no file is `missing`
 */
export function readSwarmConfig(startFolder: string, before: SwarmConfig | null = null): ReadSwarmConfig {
  const status = { since: Date.now(), keptFrom: null, skipped: [] };
  const found = findConfigFile(resolve(startFolder));
  if (!found) {
    const reason = `There is no ${FILES[0].name} and no ${FILES[1].name}: the defaults of the swarm's tool hold.`;
    return { config: { ...DEFAULTS }, file: null, status: { ...status, state: 'missing', reason } };
  }
  const { file, parse } = found;
  try {
    const { config, faults } = validated(file, readMapping(file, parse), before);
    const [first, ...others] = faults;
    const more = others.length > 0 ? ` (And ${others.length} more.)` : '';
    const state = first ? 'degraded' : 'ok';
    return { config, file, status: { ...status, state, reason: first ? first.reason + more : null, skipped: faults } };
  } catch (error) {
    const what = error instanceof Error ? error.message.split('\n', 1)[0]?.replace(/:$/, '') : String(error);
    const ending = before === null ? 'so the defaults hold' : 'so the settings read before are used';
    const reason = `${file} can't be used, ${ending}: ${what}`;
    return { config: { ...(before ?? DEFAULTS) }, file, status: { ...status, state: 'unreadable', reason } };
  }
}

interface FoundFile {
  file: string;
  /** Changes when the file is created, changed or replaced. */
  signature: string;
  /** Milliseconds since 1970; 0 if the file can't be examined. */
  changedAt: number;
  parse: (text: string) => unknown;
}

/**
 * Searches without reading any file: a few system calls for each folder from the start to the top.
 *
 * @param startFolder absolute
 * @returns the nearest configuration, readable or not; null if there is none
 */
export function findConfigFile(startFolder: string): FoundFile | null {
  for (let folder = startFolder; ; folder = dirname(folder)) {
    for (const { name, parse } of FILES) {
      const file = join(/* turbopackIgnore: true */ folder, name);
      const found = stampsOf(file);
      if (found !== null) return { file, ...found, parse };
    }
    if (dirname(folder) === folder) return null;
  }
}

/** @returns null where there is no file; of one that can't be asked, why not as its signature */
function stampsOf(path: string): Pick<FoundFile, 'signature' | 'changedAt'> | null {
  try {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (!stats?.isFile()) return null;
    const signature = `${stats.dev}.${stats.ino}.${stats.size}.${stats.mtimeNs}.${stats.ctimeNs}`;
    return { signature, changedAt: Number(stats.ctimeMs) };
  } catch (error) {
    const code = errorCode(error);
    return code === 'ENOTDIR' || code === 'ENOENT' ? null : { signature: code, changedAt: 0 };
  }
}

function readMapping(file: string, parse: (text: string) => unknown): Record<string, unknown> {
  const reading = readIfChanged(file, { limitBytes: MAX_BYTES, known: null, followLinks: true, now: Date.now() });
  if (reading.kind !== 'read')
    throw new Error(reading.kind === 'unreadable' ? reading.reason : 'it vanished while being read');
  const value = parse(reading.bytes.toString('utf8')) ?? {};
  if (!isMapping(value)) throw new Error('its top level is not a mapping of sections.');
  return value;
}

/** Reads YAML as PyYAML does: YAML 1.1, the last of equal keys counts. */
function readYaml(text: string): unknown {
  assertParsable(text);
  const value: unknown = parseYaml(text, {
    version: '1.1',
    uniqueKeys: false,
    maxAliasCount: YAML_ALIASES,
    logLevel: 'error',
  });
  assertDepth(value, 0);
  return value;
}

/**
 * Refuses deep nesting before parsing: half a megabyte of `- - - ` would exhaust the parser's memory and end the
 * process. Each level of nesting is at most a few entries of the parser's stack.
 */
function assertParsable(text: string): void {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    for (const _document of parser.next(lexeme));
    if (parser.stack.length > 4 * YAML_DEPTH) throw new Error(TOO_DEEP);
  }
}

function assertDepth(value: unknown, depth: number): void {
  if (depth > YAML_DEPTH) throw new Error(TOO_DEEP);
  if (typeof value !== 'object' || value === null) return;
  for (const child of Object.values(value)) assertDepth(child, depth + 1);
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function validated(
  file: string,
  sections: Record<string, unknown>,
  before: SwarmConfig | null,
): { config: SwarmConfig; faults: Skipped[] } {
  const faults = new Map<string, Skipped>();
  const fault = (key: string, value: unknown, allowed: string) => {
    const written = writtenValue(value);
    const reason = `${file}: ${key} is ${written}, but must be ${allowed}; ${before === null ? 'the default' : 'the value read before'} is used.`;
    faults.set(key, { reason, count: 1, last: key });
  };
  const read = <T>(section: string, key: string, { schema, allowed }: Rule<T>, standard: T, known?: T): T => {
    const values = sections[section] ?? {};
    if (!isMapping(values)) fault(section, values, 'a mapping of keys');
    else if (values[key] === undefined) return standard;
    else {
      const result = schema.safeParse(values[key]);
      if (result.success) return result.data;
      fault(`${section}.${key}`, values[key], allowed);
    }
    return known ?? standard;
  };
  const { staleThresholdSeconds: threshold, lockStaleTimeoutSeconds: timeout } = DEFAULTS;
  const config: SwarmConfig = {
    staleThresholdSeconds: read(
      ...(['discovery', 'stale_threshold', whole(10, 3600), threshold, before?.staleThresholdSeconds] as const),
    ),
    lockStaleTimeoutSeconds: read(
      ...(['locking', 'stale_timeout', whole(60, 86_400), timeout, before?.lockStaleTimeoutSeconds] as const),
    ),
    dashboardPort: read<number | undefined>('dashboard', 'port', whole(1024, 65_535), undefined, before?.dashboardPort),
    dashboardHost: read<string | undefined>('dashboard', 'host', text, undefined, before?.dashboardHost),
  };
  return { config, faults: [...faults.values()] };
}
