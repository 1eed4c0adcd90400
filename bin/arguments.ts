/** Parses the command line. */
import { parseArgs } from 'node:util';
import { readHost, readPort } from '../lib/config/setting-schemas';
import { SCOPES, type Scope } from '../lib/config/tokens-file';
import { StartError } from './start-error';

/** Printed by `--help`. */
export const HELP = `Usage: npm start -- [ROOT] [options]
       claude-swarm-dashboard [ROOT] [options]
       claude-swarm-dashboard hooks install | uninstall | status [options]
       claude-swarm-dashboard COMMAND [options], for scripts: send, broadcast, locks, lock, release,
                              permissions, allow, deny, watch, mcp; "COMMAND --help" explains each

Shows the swarm of Claude Code agents that works in the project ROOT. If ROOT is missing, the environment variable
CLAUDESWARM_ROOT is used. If that is not set either, the project is searched from the current folder upward.

  --port N       listen on this port; 0: any free one. Default: PORT, then dashboard.port of the
                 swarm's configuration, then 8000
  --host H       listen on this address. Default: HOST, then dashboard.host of the swarm's
                 configuration, then 127.0.0.1. An address that other computers can reach needs
                 credentials (or DASHBOARD_ALLOW_ANONYMOUS=1).
  --demo         show a simulated swarm in a temporary folder
  --open FILE    open an exported time range, read-only
  --read-only    accept no commands (ACTIONS=off): the page and the API only read
  --no-browser   do not open a browser
  --adopt-history
                 the project was moved: continue the history of its former path
  --test-alert   post a test to every receiver of alerts, print the results, then exit
  --new-token N  create a bearer token with the name N and print it once, together with the line for
                 the file of DASHBOARD_TOKENS_FILE, then exit. With --scope write it also permits
                 changes; with --scope hook it only permits to report events of hooks.
  --new-operator-key
                 replace the key with which this user's pages and scripts send commands where no
                 credentials are set, print the link for the page, then exit
  hooks          let Claude Code report to the dashboard at once; "hooks --help" explains it. For a folder
                 of this name, or of a command for scripts, write ./hooks.
  --check        print which files are found in ROOT, and the current settings, then exit
  --help         print this help
  --version      print the version

Exit code: 0 after Ctrl-C or SIGTERM, 1 if the dashboard can't start here or a test alert fails, 2 if the command line is wrong.
`;

const OPTIONS = {
  port: { type: 'string' },
  host: { type: 'string' },
  demo: { type: 'boolean' },
  open: { type: 'string' },
  'read-only': { type: 'boolean' },
  'no-browser': { type: 'boolean' },
  'adopt-history': { type: 'boolean' },
  check: { type: 'boolean' },
  'test-alert': { type: 'boolean' },
  'new-token': { type: 'string' },
  'new-operator-key': { type: 'boolean' },
  scope: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

const EXPECTED = {
  port: 'a whole number from 0 (any free port) to 65535, such as 8000',
  host: 'a host name or an IP address, such as 127.0.0.1',
};

export interface Arguments {
  action: 'start' | 'demo' | 'check' | 'new-token' | 'new-operator-key' | 'test-alert' | 'help' | 'version';
  /** As written: relative to the current folder of the user. */
  root: string | null;
  /** The bundle to show instead of a project, as written. */
  open: string | null;
  port: number | null;
  host: string | null;
  browser: boolean;
  /** Accept no commands. */
  readOnly: boolean;
  /** Continue the history of a project that was moved here. */
  adoptHistory: boolean;
  /** The token to create. */
  newToken: { name: string; scope: Scope } | null;
}

/**
 * Reads a command line.
 *
 * @param words the arguments after the name of the program
 * @throws {StartError} with exit code 2 and a sentence that names the fault
 */
export function readArguments(words: readonly string[]): Arguments {
  // `npx <package> -- --demo` passes the dashes on.
  const { values, positionals } = split(words[0] === '--' ? words.slice(1) : words);
  const [root = null, second] = positionals;
  if (root === '') throw usage('ROOT is empty; give the folder of a project or leave it out');
  if (second !== undefined) throw usage(`Only one ROOT can be shown; remove "${second}"`);
  if (values.demo && (root !== null || values.check)) {
    throw usage(`--demo makes a folder of its own, so it can't be combined with ${root === null ? '--check' : 'ROOT'}`);
  }
  const open = values.open ?? null;
  if (open === '') throw usage('--open needs the file of a bundle');
  if (open !== null && (root !== null || values.check || values.demo)) {
    const other = values.demo ? '--demo' : root === null ? '--check' : 'ROOT';
    throw usage(`--open shows a file and no swarm, so it can't be combined with ${other}`);
  }

  const port = values.port === undefined ? null : readPort(values.port);
  if (port === undefined) throw wrong('port', values.port as string);
  const host = values.host === undefined ? null : readHost(values.host);
  if (host === undefined) throw wrong('host', values.host as string);

  const newToken = readNewToken(values['new-token'], values.scope);
  const actions = ['help', 'version', 'new-token', 'new-operator-key', 'check', 'test-alert', 'demo'] as const;
  const action = actions.find((name) => values[name]) ?? 'start';
  const [browser, readOnly] = [!values['no-browser'], values['read-only'] ?? false];
  const adoptHistory = values['adopt-history'] ?? false;
  return { action, root, open, port, host, browser, readOnly, adoptHistory, newToken };
}

function readNewToken(name: string | undefined, written: string | undefined): Arguments['newToken'] {
  if (name === undefined) {
    if (written !== undefined) throw usage('--scope is that of a new token, so it needs --new-token');
    return null;
  }
  const scope = SCOPES.find((word) => word === (written ?? 'read'));
  if (scope === undefined) throw usage(`--scope must be one of ${SCOPES.join(', ')}, but is "${written}"`);
  if (name === '') throw usage('--new-token needs a name, such as ci');
  return { name, scope };
}

function split(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    // After their first sentence, messages of Node continue with advice for rarer cases.
    const { message } = error as Error;
    // Node calls a value that begins with a dash "ambiguous"; for the user it is simply wrong.
    const [, flag] = /^Option '--(port|host)' argument is ambiguous/.exec(message) ?? [];
    if (flag) throw wrong(flag as keyof typeof EXPECTED, words[words.indexOf(`--${flag}`) + 1] as string);
    throw usage(message.split(/\.\s/)[0] as string);
  }
}

function wrong(flag: keyof typeof EXPECTED, value: string): StartError {
  return usage(`--${flag} must be ${EXPECTED[flag]}, but is "${value}"`);
}

function usage(fault: string): StartError {
  return new StartError(`${fault.replace(/\.$/, '')}. Run with --help to see all options.`, 2);
}
