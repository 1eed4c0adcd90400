/** The command `hooks`: shows, adds and removes the hooks of Claude Code that report to this dashboard. */
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { createTwoFilesPatch } from 'diff';
import type { Config } from '../lib/config/config';
import { HOOK_TOKEN_VARIABLE } from '../lib/config/hook-token';
import { digestOf } from '../lib/config/tokens-file';
import { HOOKS_PATH } from '../lib/contract/paths';
import { readSwarmConfig } from '../lib/sources/claudeswarm/swarm-config';
import type { HookArguments } from './hook-arguments';
import { HookInstalls, newHookToken } from './hook-installs';
import { NO_FILE, withHooks, withoutHooks } from './hook-settings';
import { describeStatus, type SettingsPlaces } from './hook-status';
import { chosen, locateRoot } from './settings';
import {
  gitExposure,
  privateMode,
  readSettingsFile,
  removeSettingsFile,
  replaceSettingsFile,
  type SettingsFile,
} from './settings-file';
import { StartError } from './start-error';

/** What the command needs of its surroundings. */
export interface HookSurroundings {
  config: Config;
  /** The folder of Claude Code's own files. */
  claudeFolder: string;
  /** The folder of the dashboard, which is no project. */
  folder: string;
  /** The path under which the dashboard serves, such as `/swarm`; empty for the root. */
  basePath: string;
  say(text: string): void;
  /** Asks for a yes or no; null where nobody can be asked. */
  confirm: (() => Promise<boolean>) | null;
}

/**
 * Runs the command.
 *
 * @throws {StartError} if a file can't be changed; then nothing was
 */
export async function runHooks(given: HookArguments, surroundings: HookSurroundings): Promise<void> {
  const { config, say } = surroundings;
  const places = settingsPlaces(given, surroundings);
  const installs = new HookInstalls(config.stateFolder);
  if (given.action === 'status') {
    say(await describeStatus(places, installs, hooksUrl(given, places.root, surroundings)));
    return;
  }
  const file = readSettingsFile(places[given.place]);
  await (given.action === 'install' ? install : uninstall)(file, given, surroundings, { installs, root: places.root });
}

function settingsPlaces(given: HookArguments, { config, folder, claudeFolder }: HookSurroundings): SettingsPlaces {
  const root = given.place === 'project' ? locateRoot(given, config, folder).root : null;
  return {
    user: join(claudeFolder, 'settings.json'),
    project: join(root ?? '/', '.claude', 'settings.local.json'),
    root,
  };
}

/** @returns the whole address to post to */
function hooksUrl(given: HookArguments, root: string | null, { config, basePath }: HookSurroundings): string {
  if (given.url !== null) return given.url.endsWith(HOOKS_PATH) ? given.url : `${given.url}${HOOKS_PATH}`;
  const swarm = root === null ? null : readSwarmConfig(root).config;
  const { value: port } = chosen(null, config.port || null, swarm?.dashboardPort, 8000);
  return `http://127.0.0.1:${port}${basePath}${HOOKS_PATH}`;
}

interface Kept {
  installs: HookInstalls;
  root: string | null;
}

async function install(file: SettingsFile, given: HookArguments, around: HookSurroundings, kept: Kept): Promise<void> {
  const { say } = around;
  const { installs } = kept;
  const url = hooksUrl(given, kept.root, around);
  const known = installs.token();
  const token = known ?? newHookToken();
  const exposure = gitExposure(file.path);
  const isPrivate = exposure === 'private';
  const edited = withHooks(file.text, { url, token: isPrivate ? token : null }, file.path);
  const mode = isPrivate ? privateMode(file.mode) : (file.mode ?? 0o644);
  if (known !== null && edited === file.text && mode === file.mode) {
    say(`The hooks are installed in ${file.path} already; nothing was changed.`);
  } else {
    say(difference(file, edited, token));
    if (file.mode !== null && mode !== file.mode) {
      say(`Its mode becomes ${mode.toString(8)} (it was ${file.mode.toString(8)}), since it has the token now.\n`);
    }
    if (!(await agreed(given, around))) return;
    if (known === null) installs.keepToken(token);
    replaceSettingsFile(file, edited, mode);
    installs.add(file.path, mode === file.mode ? null : file.mode);
    say(`Installed. Running sessions of Claude Code use the hooks within seconds; "hooks uninstall" removes them.`);
  }
  if (!isPrivate) say(explainToken(exposure, file.path, installs.tokenFile));
  sayRemote(url, token, say);
}

const EXPOSED = {
  tracked: 'git tracks it',
  'not ignored': 'git does not ignore it',
  unknown: 'git could not say whether it is tracked',
} as const;

function explainToken(exposure: keyof typeof EXPOSED, path: string, tokenFile: string): string {
  const ignore =
    exposure === 'not ignored'
      ? ' Or let git ignore the file (.gitignore or .git/info/exclude) and install again.'
      : '';
  return (
    `The token is not in ${path}, because ${EXPOSED[exposure]}. Set it in the environment in which you start Claude Code:\n` +
    `  export ${HOOK_TOKEN_VARIABLE}="$(cat '${tokenFile}')"\n${ignore.trim()}`
  ).trimEnd();
}

/** A dashboard on another computer, or of another user, does not read the token of this user. */
function sayRemote(url: string, token: string, say: (text: string) => void): void {
  const { hostname } = new URL(url);
  if (/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)) return;
  const line = `- { name: hooks, scope: hook, sha256: ${digestOf(token)} }`;
  say(`The dashboard at ${hostname} accepts the hooks once its DASHBOARD_TOKENS_FILE has this line:\n  ${line}`);
}

async function uninstall(
  file: SettingsFile,
  given: HookArguments,
  around: HookSurroundings,
  kept: Kept,
): Promise<void> {
  const { say } = around;
  const { installs } = kept;
  const edited = file.text === null ? NO_FILE : withoutHooks(file.text, file.path);
  if (edited === file.text) {
    say(`There are no hooks of the dashboard in ${file.path}; nothing was changed.`);
    return;
  }
  say(difference(file, edited, installs.token()));
  if (!(await agreed(given, around))) return;
  if (edited === NO_FILE) removeSettingsFile(file, given.place === 'project');
  else replaceSettingsFile(file, edited, installs.modeOf(file.path) ?? file.mode ?? 0o600);
  const isTokenGone = installs.remove(file.path);
  say(`Removed.${isTokenGone ? ' No settings file has the hooks any more, so the token was deleted too.' : ''}`);
}

/** @returns the change as a patch, without the token */
function difference({ path, text }: SettingsFile, edited: string | null, token: string | null): string {
  const hidden = (from: string | null) =>
    [token ?? '', from === null ? '' : tokenIn(from)].reduce(
      (left, secret) => (secret === '' ? left : left.replaceAll(secret, '(the token)')),
      from ?? '',
    );
  const names = [text === null ? '/dev/null' : path, edited === null ? '/dev/null' : path] as const;
  return createTwoFilesPatch(...names, hidden(text), hidden(edited), '', '', { context: 3 });
}

/** An older token, which another installation left. */
function tokenIn(text: string): string {
  return new RegExp(`"${HOOK_TOKEN_VARIABLE}"\\s*:\\s*"([^"]+)"`).exec(text)?.[1] ?? '';
}

async function agreed(given: HookArguments, { confirm, say }: HookSurroundings): Promise<boolean> {
  if (given.yes) return true;
  if (confirm === null) throw new StartError('Nobody can be asked here; add --yes to write this. Nothing was changed.');
  if (await confirm()) return true;
  say('Nothing was changed.');
  return false;
}

/** Asks at the terminal. @returns null where there is none */
export function terminalConfirm(): HookSurroundings['confirm'] {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return null;
  return async () => {
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    const answer = await terminal.question('Write this? [y/N] ').catch(() => '');
    terminal.close();
    return /^y(es)?$/i.test(answer.trim());
  };
}
