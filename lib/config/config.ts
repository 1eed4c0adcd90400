/**
 * The settings of the process: the only reader of the environment. Parsed once, frozen, every fault said in one go, so
 * that a person mends them in one go too.
 */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import { parseRanges } from '../platform/ip-ranges';

type Environment = Readonly<Record<string, string | undefined>>;

/** The variables of each setting; where several are set, the first one counts. */
const VARIABLES = {
  root: ['CLAUDESWARM_ROOT'],
  host: ['HOST', 'UVICORN_HOST'],
  port: ['PORT', 'UVICORN_PORT'],
  bundle: ['SWARM_BUNDLE'],
  swarmZone: ['SWARM_TZ'],
  history: ['SWARM_HISTORY'],
  adoptHistory: ['SWARM_ADOPT_HISTORY'],
  historyDays: ['SWARM_HISTORY_DAYS'],
  historyMessages: ['SWARM_HISTORY_MESSAGES'],
  questionMinutes: ['SWARM_ATTENTION_QUESTION_MINUTES'],
  questionHours: ['SWARM_ATTENTION_QUESTION_HOURS'],
  deliveryMinutes: ['SWARM_ATTENTION_DELIVERY_MINUTES'],
  ackSeconds: ['SWARM_ATTENTION_ACK_SECONDS'],
  username: ['DASHBOARD_USERNAME'],
  password: ['DASHBOARD_PASSWORD'],
  allowedHosts: ['ALLOWED_HOSTS'],
  publicUrl: ['PUBLIC_URL'],
  allowedOrigins: ['ALLOWED_ORIGINS'],
  tokensFile: ['DASHBOARD_TOKENS_FILE'],
  allowAnonymous: ['DASHBOARD_ALLOW_ANONYMOUS'],
  trustProxy: ['TRUST_PROXY'],
  urlBytes: ['LIMIT_URL_BYTES'],
  bodyBytes: ['LIMIT_BODY_BYTES'],
  readsPerMinute: ['LIMIT_READS_PER_MINUTE'],
  exportsPerMinute: ['LIMIT_EXPORTS_PER_MINUTE'],
  loginsPerMinute: ['LIMIT_LOGINS_PER_MINUTE'],
  streams: ['LIMIT_STREAMS'],
  streamsPerClient: ['LIMIT_STREAMS_PER_CLIENT'],
  logLevel: ['LOG_LEVEL'],
  logFormat: ['LOG_FORMAT'],
  alertWebhooks: ['ALERT_WEBHOOKS'],
  alertsFile: ['ALERTS_FILE'],
  alertSecret: ['ALERT_SECRET'],
  alertHosts: ['ALERT_ALLOWED_HOSTS'],
} as const satisfies Record<string, readonly string[]>;

type Setting = keyof typeof VARIABLES;

const LARGEST_PORT = 65_535;
const LONGEST_DAYS = 36_500;
const MOST_MESSAGES = 100_000_000;
const HOST_NAME = /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i;

const text = z.string().nullable();

/** The value as a fault shows it: faults end in log files, where a password in a URL has no place. */
function quoted(value: string): string {
  return JSON.stringify(value.replace(/\/\/[^/@]*@/, '//...@'));
}

/** A nullable text that must pass `read`; `expected` ends the sentence "<VARIABLE> must be ...". */
function checked<T>(read: (value: string) => T | undefined, expected: string) {
  return text.transform((value, context) => {
    if (value === null) return null;
    const result = read(value);
    if (result !== undefined) return result;
    context.addIssue({ code: 'custom', message: `must be ${expected}, but is ${quoted(value)}` });
    return z.NEVER;
  });
}

/** A comma-separated list; each faulty entry is named, one that may be a secret by its place. */
function list(read: (entry: string) => string | undefined, expected: string, secret = false) {
  return text.transform((value, context) => {
    const entries = (value ?? '').split(',').map((entry) => entry.trim());
    return entries
      .filter((entry) => entry !== '')
      .flatMap((entry, index) => {
        const result = read(entry);
        if (result !== undefined) return [result];
        const fault = secret ? `entry ${index + 1} is none` : `holds ${quoted(entry)}`;
        context.addIssue({ code: 'custom', message: `must list ${expected}, but ${fault}` });
        return [];
      });
  });
}

function wholeNumber(smallest: number, largest: number) {
  return (value: string): number | undefined => {
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    return number >= smallest && number <= largest ? number : undefined;
  };
}

/** A whole number of something, with its bounds and what it is where nothing is set. */
function whole(unit: string, smallest: number, largest: number, standard: number) {
  const expected = `a whole number of ${unit} from ${smallest} to ${largest}`;
  return checked(wholeNumber(smallest, largest), expected).transform((number) => number ?? standard);
}

/**
 * Reads a port, as a flag or a variable gives it.
 *
 * @returns 0 (any free port) to 65535, or undefined if the text is no port
 */
export const readPort = wholeNumber(0, LARGEST_PORT);

/**
 * Reads a host name or an address; IPv6 may stand in brackets, as in a URL.
 *
 * @returns it in lower case without brackets, or undefined if the text is neither
 */
export function readHost(value: string): string | undefined {
  const host = value.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return isIP(host) !== 0 || HOST_NAME.test(host) ? host : undefined;
}

function readZone(value: string): string | undefined {
  // Bare offsets pass in some versions of Node only, and know no daylight saving.
  if (/^[+-]/.test(value)) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

function readWebAddress(value: string): URL | undefined {
  if (!URL.canParse(value)) return undefined;
  const url = new URL(value);
  const web = url.protocol === 'http:' || url.protocol === 'https:';
  return web && url.username === '' && url.password === '' ? url : undefined;
}

function readOrigin(value: string): string | undefined {
  const origin = readWebAddress(value)?.origin;
  return origin === value.toLowerCase() ? origin : undefined;
}

/** One of some words; the first is the default. */
function oneOf<Word extends string>(words: readonly [Word, ...Word[]]) {
  const read = (value: string) => words.find((word) => word === value.toLowerCase());
  return checked(read, `one of ${words.join(', ')}`).transform((word) => word ?? words[0]);
}

const yesOrNo = checked(
  (value) => ({ 1: true, true: true, 0: false, false: false })[value.toLowerCase()],
  '1 for yes or 0 for no',
).transform((yes) => yes ?? false);

/** @returns it as written if it names addresses: one, a subnet, or one of the groups of `parseRanges` */
function readNetwork(value: string): string | undefined {
  return parseRanges(value) === null ? undefined : value;
}

type History = { kind: 'file' | 'folder'; path: string } | { kind: 'default' } | { kind: 'off' };

function readHistory(value: string | null): History {
  if (value === null) return { kind: 'default' };
  if (value === 'off') return { kind: 'off' };
  return { kind: /[\\/]$/.test(value) ? 'folder' : 'file', path: value };
}

const settings = z.object({
  root: text,
  host: checked(readHost, 'a host name or an IP address such as 127.0.0.1'),
  port: checked(readPort, `a whole number from 0 to ${LARGEST_PORT}`),
  bundle: text,
  swarmZone: checked(readZone, 'a time zone of the IANA database such as Europe/Berlin'),
  history: text.transform(readHistory),
  adoptHistory: yesOrNo,
  historyDays: whole('days', 1, LONGEST_DAYS, 30),
  historyMessages: whole('messages', 1, MOST_MESSAGES, 1_000_000),
  questionMinutes: whole('minutes', 0, 1440, 5),
  questionHours: whole('hours', 1, 720, 24),
  deliveryMinutes: whole('minutes', 1, 1440, 30),
  ackSeconds: whole('seconds', 0, 86_400, 60),
  username: checked(
    (value) => (value.includes(':') ? undefined : value),
    'a name without a colon, which ends the name in HTTP Basic authentication',
  ),
  password: text,
  allowedHosts: list(readHost, 'host names or IP addresses without scheme, port or wildcard'),
  publicUrl: checked(
    (value) => readWebAddress(value)?.href,
    'a URL that starts with http:// or https:// and holds no credentials',
  ),
  allowedOrigins: list(
    readOrigin,
    'exact origins such as https://example.org (no path and no "*", since answers to them may carry credentials)',
  ),
  tokensFile: text,
  allowAnonymous: yesOrNo,
  trustProxy: list(readNetwork, 'addresses, subnets such as 10.0.0.0/8, or loopback, linklocal, uniquelocal'),
  urlBytes: whole('bytes', 256, 16_384, 8_192),
  bodyBytes: whole('bytes', 0, 10_000_000, 65_536),
  readsPerMinute: whole('requests', 0, 1_000_000, 1_200),
  exportsPerMinute: whole('requests', 0, 1_000_000, 30),
  loginsPerMinute: whole('attempts', 1, 1_000_000, 10),
  streams: whole('streams', 1, 100_000, 5_000),
  streamsPerClient: whole('streams', 1, 100_000, 200),
  logLevel: oneOf(['info', 'trace', 'debug', 'warn', 'error', 'fatal', 'silent']),
  logFormat: oneOf(['auto', 'json', 'pretty']),
  // Who knows the address of a webhook may post to it: the path is a secret.
  alertWebhooks: list(
    (value) => readWebAddress(value)?.href,
    'URLs that start with http:// or https:// and hold no credentials',
    true,
  ),
  alertsFile: text,
  alertSecret: text,
  alertHosts: list(
    (value) => readHost(value) ?? readNetwork(value),
    'host names, IP addresses or subnets such as 10.0.0.0/8',
  ),
});

/** @returns the value of a variable that a file of settings names, null if it is not set */
export function readVariable(name: string): string | null {
  return process.env[name] || null;
}

/** The settings in force; every path is absolute. */
export type Config = Readonly<
  Omit<z.infer<typeof settings>, 'username' | 'password'> & {
    credentials: { username: string; password: string } | null;
    /** Where the search for a project root starts: where the person stood, then the working directory. */
    startFolders: readonly string[];
    /** Holds the history files unless a path is set. */
    stateFolder: string;
  }
>;

/** The environment can't be used; the message holds one sentence for each faulty setting, each on its own line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
  }
}

/** Blanks around a secret may be part of it, and so may those around the name of a file or folder. */
const EXACT: ReadonlySet<Setting> = new Set(['password', 'alertSecret', 'root', 'bundle', 'tokensFile', 'alertsFile']);

/**
 * Reads the settings from an environment.
 *
 * @param environment names and texts; blank ones count as not set
 * @param workingFolder absolute; stands in where the environment does not say where the person stood
 * @throws {ConfigError} naming every faulty setting
 */
export function parseConfig(environment: Environment, workingFolder = process.cwd()): Config {
  const used = new Map<Setting, string>();
  const given: Partial<Record<Setting, string | null>> = {};
  for (const setting of Object.keys(VARIABLES) as Setting[]) {
    const variable = VARIABLES[setting].find((name) => environment[name]?.trim());
    const value = variable === undefined ? null : (environment[variable] ?? null);
    given[setting] = EXACT.has(setting) ? value : (value?.trim() ?? null);
    used.set(setting, variable ?? VARIABLES[setting][0]);
  }

  const result = settings.safeParse(given);
  const faults = (result.error?.issues ?? []).map(
    (issue) => `The environment variable ${used.get(issue.path[0] as Setting)} ${issue.message}; correct or unset it.`,
  );
  if ((given.username === null) !== (given.password === null)) {
    const [present, absent] = given.username === null ? ['PASSWORD', 'USERNAME'] : ['USERNAME', 'PASSWORD'];
    faults.push(`DASHBOARD_${present} is set without DASHBOARD_${absent}; set both of them or neither.`);
  }
  if (result.success && result.data.questionMinutes >= result.data.questionHours * 60) {
    faults.push(
      'SWARM_ATTENTION_QUESTION_MINUTES must be less than SWARM_ATTENTION_QUESTION_HOURS, or nothing is left.',
    );
  }
  if (!result.success || faults.length > 0) throw new ConfigError(faults);

  const { username, password, root, bundle, history, ...rest } = result.data;
  const stood = environment.INIT_CWD?.trim() ? environment.INIT_CWD : workingFolder;
  const startFolders = [...new Set([stood, workingFolder])];
  // A relative path is meant from where the person stood: npm has changed the working directory since.
  const absolute = (path: string | null) => (path === null ? null : resolve(startFolders[0] as string, path));
  return Object.freeze({
    ...rest,
    root: absolute(root),
    /** A bundle to show instead of a swarm. */
    bundle: absolute(bundle),
    tokensFile: absolute(rest.tokensFile),
    alertsFile: absolute(rest.alertsFile),
    history: Object.freeze('path' in history ? { ...history, path: absolute(history.path) as string } : history),
    credentials: username !== null && password !== null ? Object.freeze({ username, password }) : null,
    allowedHosts: Object.freeze(rest.allowedHosts) as string[],
    allowedOrigins: Object.freeze(rest.allowedOrigins) as string[],
    trustProxy: Object.freeze(rest.trustProxy) as string[],
    alertWebhooks: Object.freeze(rest.alertWebhooks) as string[],
    alertHosts: Object.freeze(rest.alertHosts) as string[],
    startFolders: Object.freeze(startFolders),
    stateFolder: join(stateHome(environment), 'claude-swarm-dashboard'),
  });
}

/** XDG Base Directory Specification 0.8: a relative `XDG_STATE_HOME` is invalid and to be ignored. */
function stateHome(environment: Environment): string {
  const given = environment.XDG_STATE_HOME;
  return given && isAbsolute(given) ? given : join(environment.HOME || homedir(), '.local', 'state');
}

/**
 * Finds the file that keeps the history of one root.
 *
 * @param root absolute, symbolic links resolved, so that one swarm has one history
 * @returns its absolute path, null where the history is off; and whether it is one of a folder in which each root has
 *   its own, because the setting names a folder or nothing
 */
export function historyPlace(
  { history, stateFolder }: Config,
  root: string,
): { file: string | null; inFolder: boolean } {
  if (history.kind === 'off') return { file: null, inFolder: false };
  if (history.kind === 'file' && !isFolder(history.path)) return { file: history.path, inFolder: false };
  const name =
    basename(root)
      .replace(/[^A-Za-z0-9._-]+/g, '_')
      .slice(0, 40) || 'root';
  const hash = createHash('sha256').update(root).digest('hex').slice(0, 12);
  const folder = history.kind === 'default' ? stateFolder : history.path;
  return { file: join(folder, `${name}-${hash}.sqlite`), inFolder: true };
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    // Nothing is there, or its path leads through a file or a folder that is closed: the history says so when it is opened.
    return false;
  }
}

const ONCE = Symbol.for('claude-swarm-dashboard.config');

/**
 * The settings of this process, read at the first call.
 *
 * @throws {ConfigError} naming every faulty setting
 */
export function getConfig(): Config {
  // One server process loads several copies of this module; they share what was read first.
  const shared = globalThis as { [ONCE]?: Config };
  shared[ONCE] ??= parseConfig(process.env);
  return shared[ONCE];
}
