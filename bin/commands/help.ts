/** Help texts of the commands for scripts. */
import type { COMMAND_NAMES } from '../command-names.mjs';

export type CommandName = (typeof COMMAND_NAMES)[number];

const COMMON = `  --url URL   the dashboard. Default: DASHBOARD_URL, then the one that runs for this project, then the
              host and port of a start with the present settings, http://127.0.0.1:8000
  --json      print the answer of the API as it is
  --help      print this help
`;

const ENDS = `
Credentials: DASHBOARD_TOKEN, or DASHBOARD_USERNAME and DASHBOARD_PASSWORD, or the operator key that a dashboard of this
user keeps. Exit codes: 0 done, 1 failed, 2 wrong command line, 3 refused, 4 no dashboard answers, 5 not confirmed.
`;

const KEY = `  --key TEXT  a key of your choice: repeated with the same key, a command has no second effect
`;

const MESSAGE = `  --type T    the type of the message, such as QUESTION or INFO (the default)
  --as NAME   the sender: an agent, or a name. Default: the agent of this terminal, else OPERATOR_NAME
  --ack       ask for an acknowledgement
`;

const USAGE: Record<CommandName, { usage: string; purpose: string; options: string }> = {
  send: {
    usage: 'send AGENT[,AGENT...] TEXT | -',
    purpose:
      'Sends a message to agents; "-" reads the text from the standard input. Prints what is known of each delivery.',
    options: MESSAGE + KEY,
  },
  broadcast: {
    usage: 'broadcast TEXT | -',
    purpose: 'Sends a message to all agents but the sender.',
    options: MESSAGE + KEY,
  },
  locks: {
    usage: 'locks [--holder AGENT]',
    purpose: 'Lists the locks: path, holder, age, what is wrong with them, reason.',
    options: '  --holder A  only locks of this agent\n',
  },
  lock: {
    usage: 'lock PATH --as AGENT [--reason TEXT] [--timeout SECONDS]',
    purpose:
      'Locks a path for an agent, or refreshes its lock. A lock of another agent on the same files refuses it (3).',
    options: `  --as AGENT  the holder. Default: the agent of this terminal
  --reason R  why, at most 512 characters
  --timeout S from which age locks of others count as stale and are removed, 1 to 3600
${KEY}`,
  },
  release: {
    usage: 'release PATH [--as AGENT | --force]',
    purpose: 'Releases the lock of an agent on a path; with --force the lock that anybody has on it now.',
    options: `  --as AGENT  the holder. Default: the agent of this terminal
  --force     take the lock away from its holder
${KEY}`,
  },
  tasks: {
    usage: 'tasks [--agent AGENT]',
    purpose: 'Lists the tasks: status and since when, priority, who is to do them. Unfinished ones come first.',
    options: '  --agent A   only tasks of this agent\n',
  },
  permissions: {
    usage: 'permissions',
    purpose: 'Lists the requests for permission that agents wait with, and whether they can still be answered here.',
    options: '',
  },
  allow: {
    usage: 'allow ID [--answer TEXT...]',
    purpose: 'Allows a request for permission; "permissions" lists the ids.',
    options: `  --answer T  the answer to a question; for several questions once for each, in their order
  --suggestion N
              also allow the Nth rule that Claude Code suggests, so that the same is not asked again
  --accept-edits
              for a plan: accept edits without asking from then on
${KEY}`,
  },
  deny: {
    usage: 'deny ID [--message TEXT]',
    purpose: 'Denies a request for permission.',
    options: `  --message T what the agent is given as the reason\n${KEY}`,
  },
  watch: {
    usage: 'watch [--events NAME,NAME...] [--after ID]',
    purpose: `Prints one line for each event of the dashboard, until Ctrl-C. After an interruption it reconnects and continues with
the message after the last one that it printed.`,
    options: `  --events E  only these: messages, agents, locks, attention, tasks, permissions, outgoing, sources, stats,
              usage, connected, heartbeat. Default: all but heartbeat
  --after ID  continue after this event id, which --json prints
`,
  },
  mcp: {
    usage: 'mcp [--as AGENT] [--answer-permissions]',
    purpose: `Serves the Model Context Protocol on standard input and output, for Claude Code and other clients:
  claude mcp add swarm -- claude-swarm-dashboard mcp`,
    options: `  --as AGENT  the agent that uses it. Default: the agent of this terminal
  --answer-permissions
              also offer a tool that answers requests for permission
`,
  },
};

/** @returns the text of `COMMAND --help` */
export function helpOf(name: CommandName): string {
  const { usage, purpose, options } = USAGE[name];
  return `Usage: claude-swarm-dashboard ${usage} [options]\n\n${purpose}\n\n${options}${COMMON}${ENDS}`;
}
