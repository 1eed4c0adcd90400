/** Parses the command line of `hooks`. */
import { parseArgs } from 'node:util';
import { readDashboardUrl } from './dashboard-url';
import { StartError } from './start-error';

/** Printed by `hooks --help`. */
export const HOOKS_HELP = `Usage: claude-swarm-dashboard hooks install [ROOT] [--project | --user] [--url URL] [--yes]
       claude-swarm-dashboard hooks uninstall [ROOT] [--project | --user] [--yes]
       claude-swarm-dashboard hooks status [ROOT]

Lets Claude Code report permission requests, ends of turns and failures to the dashboard at once. Without hooks the
dashboard reads the same facts from files, later and with less detail. The change is shown as a patch before anything is
written, and "uninstall" gives back the same bytes.

  --project  the sessions of one project: .claude/settings.local.json of ROOT (the default)
  --user     all sessions of this user: settings.json of CLAUDE_CONFIG_DIR or ~/.claude
  --url URL  the address of the dashboard. Default: http://127.0.0.1 with the port as for the start
  --yes      write without asking

The token that the hooks send is kept in ~/.local/state/claude-swarm-dashboard/hook-token, and only you may read it. It
is also written into the settings file, unless git tracks the file or does not ignore it.
`;

export interface HookArguments {
  action: 'install' | 'uninstall' | 'status';
  place: 'project' | 'user';
  /** As written: relative to the current folder of the user. */
  root: string | null;
  /** Without a slash at its end. */
  url: string | null;
  yes: boolean;
}

const OPTIONS = {
  project: { type: 'boolean' },
  user: { type: 'boolean' },
  url: { type: 'string' },
  yes: { type: 'boolean', short: 'y' },
  help: { type: 'boolean', short: 'h' },
} as const;

const ACTIONS = ['install', 'uninstall', 'status'] as const;

/**
 * @param words the arguments after `hooks`
 * @returns null if help is asked for
 * @throws {StartError} with exit code 2 and a sentence that names the fault
 */
export function readHookArguments(words: readonly string[]): HookArguments | null {
  const { values, positionals } = split(words);
  if (values.help) return null;
  const [written, root = null, further] = positionals;
  const action = ACTIONS.find((name) => name === written);
  if (action === undefined) {
    throw usage(
      `hooks needs one of ${ACTIONS.join(', ')}${written === undefined ? '' : `, but was given "${written}"`}`,
    );
  }
  if (further !== undefined) throw usage(`Only one ROOT can be given; remove "${further}"`);
  if (values.project && values.user) throw usage('--project and --user name different files; give one of them');
  if (values.user && root !== null) throw usage(`--user is not about a project; remove "${root}"`);
  const url = values.url === undefined ? null : readUrl(values.url);
  return { action, place: values.user ? 'user' : 'project', root, url, yes: values.yes ?? false };
}

function readUrl(written: string): string {
  const url = readDashboardUrl(written);
  if (url !== null) return url;
  throw usage(
    '--url must be the address of the dashboard, such as http://127.0.0.1:8000, without credentials or query',
  );
}

function split(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw usage((error as Error).message.split(/\.\s/)[0] as string);
  }
}

function usage(fault: string): StartError {
  return new StartError(`${fault.replace(/\.$/, '')}. Run "hooks --help" to see all options.`, 2);
}
