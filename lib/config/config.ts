/**
 * The settings of the process: the only reader of the environment. Parsed once, frozen; all faults are reported
 * together, so that a person can correct them together.
 */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import type { ActionGroup } from '../contract/action-groups';
import { hookTokenFile } from './hook-token';
import { SETTING_NAMES, SETTINGS, type SettingName, settingOf } from './settings';

type Environment = Readonly<Record<string, string | undefined>>;

type Schemas = { [Name in SettingName]: (typeof SETTINGS)[Name]['schema'] };

const settings = z.object(
  Object.fromEntries(SETTING_NAMES.map((name) => [name, SETTINGS[name].schema])) as unknown as Schemas,
);

/** @returns the value of a variable that a file of settings names, null if it is not set */
export function readVariable(name: string): string | null {
  return process.env[name] || null;
}

/** @returns those of the variables that are set, for a program that gets no others */
export function environmentOf(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value ? [[name, value]] : [];
    }),
  );
}

/**
 * Lists the variables of settings that are set in an environment.
 *
 * @returns each with its value, in the order of the declarations; null instead of a secret
 */
export function givenVariables(environment: Environment = process.env): [variable: string, value: string | null][] {
  return SETTING_NAMES.flatMap((name) => {
    const { env, secret } = settingOf(name);
    const given = env.filter((variable) => environment[variable]?.trim());
    return given.map((variable): [string, string | null] => [variable, secret ? null : (environment[variable] ?? '')]);
  });
}

/** The current settings; every path is absolute. */
export type Config = Readonly<
  Omit<z.infer<typeof settings>, 'username' | 'password' | 'claudeConfigDir' | 'operatorKeyFile' | 'hookTokenFile'> & {
    /** The folder of Claude Code; it need not exist. */
    claudeConfigDir: string;
    hookTokenFile: string;
    credentials: { username: string; password: string } | null;
    /**
     * Where the search for a project root starts: the folder in which the command was given, then the working
     * directory.
     */
    startFolders: readonly string[];
    /** The folder of the history files unless a path is set. */
    stateFolder: string;
    /** The file of the operator key; it need not exist. */
    operatorKeyFile: string;
  }
>;

/** The environment can't be used; the message has one sentence for each faulty setting, each on its own line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
  }
}

/**
 * Reads the settings from an environment.
 *
 * @param environment names and texts; blank values count as not set
 * @param workingFolder absolute; used if the environment does not name the folder in which the command was given
 * @throws {ConfigError} naming every faulty setting
 */
export function parseConfig(environment: Environment, workingFolder = process.cwd()): Config {
  const used = new Map<SettingName, string>();
  const given: Partial<Record<SettingName, string | null>> = {};
  for (const setting of SETTING_NAMES) {
    const { env, exact } = settingOf(setting);
    const variable = env.find((name) => environment[name]?.trim());
    const value = variable === undefined ? null : (environment[variable] ?? null);
    given[setting] = exact ? value : (value?.trim() ?? null);
    used.set(setting, variable ?? env[0]);
  }

  const result = settings.safeParse(given);
  const faults = (result.error?.issues ?? []).map(
    (issue) =>
      `The environment variable ${used.get(issue.path[0] as SettingName)} ${issue.message}; correct or unset it.`,
  );
  if ((given.username === null) !== (given.password === null)) {
    const [present, absent] = given.username === null ? ['PASSWORD', 'USERNAME'] : ['USERNAME', 'PASSWORD'];
    faults.push(`DASHBOARD_${present} is set without DASHBOARD_${absent}; set both of them or neither.`);
  }
  if (result.success && result.data.questionMinutes >= result.data.questionHours * 60) {
    faults.push(
      'SWARM_ATTENTION_QUESTION_MINUTES must be less than SWARM_ATTENTION_QUESTION_HOURS; otherwise no question would count.',
    );
  }
  if (!result.success || faults.length > 0) throw new ConfigError(faults);

  const { username, password, root, bundle, history, ...rest } = result.data;
  const stood = environment.INIT_CWD?.trim() ? environment.INIT_CWD : workingFolder;
  const startFolders = [...new Set([stood, workingFolder])];
  // A relative path starts at the folder in which the command was given: npm has changed the working directory since.
  const absolute = (path: string | null) => (path === null ? null : resolve(startFolders[0] as string, path));
  const stateFolder = join(stateHome(environment), 'claude-swarm-dashboard');
  return Object.freeze({
    ...rest,
    root: absolute(root),
    /** The bundle to show instead of a swarm. */
    bundle: absolute(bundle),
    tokensFile: absolute(rest.tokensFile),
    alertsFile: absolute(rest.alertsFile),
    claudeConfigDir: absolute(rest.claudeConfigDir) ?? join(environment.HOME || homedir(), '.claude'),
    claudePrices: absolute(rest.claudePrices),
    hookTokenFile: absolute(rest.hookTokenFile) ?? hookTokenFile(stateFolder),
    history: Object.freeze('path' in history ? { ...history, path: absolute(history.path) as string } : history),
    credentials: username !== null && password !== null ? Object.freeze({ username, password }) : null,
    allowedHosts: Object.freeze(rest.allowedHosts) as string[],
    allowedOrigins: Object.freeze(rest.allowedOrigins) as string[],
    trustProxy: Object.freeze(rest.trustProxy) as string[],
    alertWebhooks: Object.freeze(rest.alertWebhooks) as string[],
    alertHosts: Object.freeze(rest.alertHosts) as string[],
    actions: Object.freeze(rest.actions) as ActionGroup[],
    startFolders: Object.freeze(startFolders),
    stateFolder,
    operatorKeyFile: absolute(rest.operatorKeyFile) ?? join(stateFolder, 'operator-key'),
  });
}

/** XDG Base Directory Specification 0.8: a relative `XDG_STATE_HOME` is invalid and must be ignored. */
function stateHome(environment: Environment): string {
  const given = environment.XDG_STATE_HOME;
  return given && isAbsolute(given) ? given : join(environment.HOME || homedir(), '.local', 'state');
}

/**
 * Finds the file that keeps the history of one root.
 *
 * @param root absolute, symbolic links resolved, so that one swarm has one history
 * @returns its absolute path, null if the history is off; and whether it is one of a folder in which each root has
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
    // It does not exist, or its path contains a file or a folder without permission: opening the history reports that.
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
  // One server process loads several copies of this module; they share the settings that were read first.
  const shared = globalThis as { [ONCE]?: Config };
  shared[ONCE] ??= parseConfig(process.env);
  return shared[ONCE];
}
