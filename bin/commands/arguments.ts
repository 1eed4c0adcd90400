/** Parses the command lines of the commands for scripts. */
import { parseArgs } from 'node:util';
import { STREAM_EVENT_NAMES, type StreamEventName } from '../../lib/contract/events';
import { COMMAND_NAMES } from '../command-names.mjs';
import { readDashboardUrl } from '../dashboard-url';
import { CommandError, EXIT } from './exit';
import { type CommandName, helpOf } from './help';

export interface Common {
  /** The dashboard; null to find it. */
  url: string | null;
  json: boolean;
  /** The idempotency key of a command; null for a random one. */
  key: string | null;
}

export interface MessageCommand {
  name: 'send';
  recipients: string[];
  /** `-`: the standard input. */
  text: string;
  type: string;
  /** The sender; null for the agent of this terminal, or the name that the dashboard has for its operator. */
  as: string | null;
  requiresAck: boolean;
}

export type LockCommand =
  | { name: 'locks'; holder: string | null }
  | { name: 'lock'; path: string; as: string | null; reason: string | null; seconds: number | null }
  | { name: 'release'; path: string; as: string | null; force: boolean };

export interface TasksCommand {
  name: 'tasks';
  /** Only tasks of this agent; null for all. */
  agent: string | null;
}

export type PermissionCommand = { name: 'permissions' } | AnswerCommand;

export interface AnswerCommand {
  name: 'answer';
  id: string;
  behavior: 'allow' | 'deny';
  /** What a denied agent is given as the reason. */
  message: string | null;
  /** To the questions of a request, in their order. */
  answers: readonly string[];
  /** The index of the suggested rule that is allowed too. */
  suggestion: number | null;
  /** For a plan: edits are accepted without asking from then on. */
  acceptEdits: boolean;
}

export interface WatchCommand {
  name: 'watch';
  events: readonly StreamEventName[];
  after: string | null;
}

export interface McpCommand {
  name: 'mcp';
  as: string | null;
  answerPermissions: boolean;
}

export type Command = MessageCommand | LockCommand | TasksCommand | PermissionCommand | WatchCommand | McpCommand;

const OPTIONS = {
  url: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  key: { type: 'string' },
  type: { type: 'string' },
  as: { type: 'string' },
  ack: { type: 'boolean' },
  holder: { type: 'string' },
  agent: { type: 'string' },
  reason: { type: 'string' },
  timeout: { type: 'string' },
  force: { type: 'boolean' },
  message: { type: 'string' },
  answer: { type: 'string', multiple: true },
  suggestion: { type: 'string' },
  'accept-edits': { type: 'boolean' },
  events: { type: 'string' },
  after: { type: 'string' },
  'answer-permissions': { type: 'boolean' },
} as const;

type Option = keyof typeof OPTIONS;

const MESSAGE_OPTIONS = ['key', 'type', 'as', 'ack'] as const;

/** The options of each command besides the common ones, and its operands. */
const FORMS: Record<CommandName, { options: readonly Option[]; operands: readonly string[] }> = {
  send: { options: MESSAGE_OPTIONS, operands: ['AGENT', 'TEXT'] },
  broadcast: { options: MESSAGE_OPTIONS, operands: ['TEXT'] },
  locks: { options: ['holder'], operands: [] },
  lock: { options: ['key', 'as', 'reason', 'timeout'], operands: ['PATH'] },
  release: { options: ['key', 'as', 'force'], operands: ['PATH'] },
  tasks: { options: ['agent'], operands: [] },
  permissions: { options: [], operands: [] },
  allow: { options: ['key', 'answer', 'suggestion', 'accept-edits'], operands: ['ID'] },
  deny: { options: ['key', 'message'], operands: ['ID'] },
  watch: { options: ['events', 'after'], operands: [] },
  mcp: { options: ['as', 'answer-permissions'], operands: [] },
};

/** The help of a command that was asked for, or the command. */
export type Asked = { help: string } | { common: Common; command: Command };

/**
 * @param words a command line, beginning with the name of the command
 * @throws {CommandError} with the exit code for a wrong command line, and a sentence that names the fault
 */
export function readCommand(words: readonly string[]): Asked {
  const name = COMMAND_NAMES.find((one) => one === words[0]);
  if (name === undefined) throw usage(null, `There is no command "${words[0] ?? ''}"`);
  const { values, operands } = split(name, words.slice(1));
  if (values.help) return { help: helpOf(name) };
  const url = values.url === undefined ? null : readDashboardUrl(values.url);
  if (values.url !== undefined && url === null) {
    throw usage(name, '--url must be an address such as http://127.0.0.1:8000, without credentials or query');
  }
  checkOperands(name, operands);
  const common = { url, json: values.json ?? false, key: values.key ?? null };
  return { common, command: commandOf(name, values, operands) };
}

type Values = ReturnType<typeof split>['values'];

function commandOf(name: CommandName, values: Values, operands: readonly string[]): Command {
  const [first = '', second = ''] = operands;
  const as = values.as ?? null;
  switch (name) {
    case 'send':
      return { ...message(name, values, second), recipients: readRecipients(first) };
    case 'broadcast':
      return { ...message(name, values, first), recipients: ['all'] };
    case 'locks':
      return { name, holder: values.holder ?? null };
    case 'lock':
      return { name, path: first, as, reason: values.reason ?? null, seconds: readSeconds(values.timeout) };
    case 'release':
      if (values.force && as !== null) throw usage(name, 'Give --as or --force, not both');
      return { name, path: first, as, force: values.force ?? false };
    case 'tasks':
      return { name, agent: values.agent ?? null };
    case 'permissions':
      return { name };
    case 'allow':
    case 'deny':
      return {
        ...{ name: 'answer', id: first, behavior: name, message: values.message ?? null, answers: values.answer ?? [] },
        ...{ suggestion: readSuggestion(values.suggestion), acceptEdits: values['accept-edits'] ?? false },
      };
    case 'watch':
      return { name, events: readEvents(values.events), after: values.after ?? null };
    case 'mcp':
      return { name, as, answerPermissions: values['answer-permissions'] ?? false };
  }
}

function message(name: CommandName, values: Values, text: string): Omit<MessageCommand, 'recipients'> {
  const type = (values.type ?? 'INFO').toUpperCase();
  if (!/^[A-Z][A-Z-]*$/.test(type)) throw usage(name, `--type must be a type such as QUESTION, but is "${type}"`);
  return { name: 'send', text, type, as: values.as ?? null, requiresAck: values.ack ?? false };
}

function readRecipients(written: string): string[] {
  const ids = written.split(',').map((id) => id.trim());
  if (ids.some((id) => id === '')) throw usage('send', 'AGENT must be one id, or several with a comma between them');
  if (ids.includes('all') && ids.length > 1) throw usage('send', '"all" can\'t be combined with single agents');
  return [...new Set(ids)];
}

function readSeconds(written: string | undefined): number | null {
  if (written === undefined) return null;
  const seconds = /^\d{1,4}$/.test(written) ? Number(written) : 0;
  if (seconds >= 1 && seconds <= 3600) return seconds;
  throw usage('lock', `--timeout must be a whole number of seconds from 1 to 3600, but is "${written}"`);
}

/** Suggestions are counted from 1 for people, from 0 in the API. */
function readSuggestion(written: string | undefined): number | null {
  if (written === undefined) return null;
  if (/^[1-9]\d?$/.test(written)) return Number(written) - 1;
  throw usage('allow', `--suggestion must be the number of a suggested rule, beginning with 1, but is "${written}"`);
}

function readEvents(written: string | undefined): readonly StreamEventName[] {
  if (written === undefined) return STREAM_EVENT_NAMES.filter((name) => name !== 'heartbeat');
  return written.split(',').map((word) => {
    const name = STREAM_EVENT_NAMES.find((one) => one === word.trim());
    if (name !== undefined) return name;
    throw usage('watch', `--events knows ${STREAM_EVENT_NAMES.join(', ')}, but not "${word.trim()}"`);
  });
}

function checkOperands(name: CommandName, operands: readonly string[]): void {
  const wanted = FORMS[name].operands;
  const missing = wanted[operands.length];
  if (missing !== undefined) throw usage(name, `${name} needs ${missing}`);
  if (operands.length > wanted.length) {
    const hint = wanted.at(-1) === 'TEXT' ? '; put the text in quotes' : '';
    throw usage(name, `${name} does not take "${operands[wanted.length]}"${hint}`);
  }
  const empty = wanted.find((_, index) => operands[index]?.trim() === '');
  if (empty !== undefined) throw usage(name, `${empty} is empty`);
}

function split(name: CommandName, words: readonly string[]) {
  const allowed: readonly Option[] = ['url', 'json', 'help', ...FORMS[name].options];
  try {
    const { values, positionals } = parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });
    const foreign = (Object.keys(values) as Option[]).find((option) => !allowed.includes(option));
    if (foreign !== undefined) throw new Error(`${name} has no option --${foreign}`);
    return { values, operands: positionals };
  } catch (error) {
    throw usage(name, (error as Error).message.split(/\.\s/)[0] as string);
  }
}

function usage(name: CommandName | null, fault: string): CommandError {
  const help = name === null ? '--help' : `"${name} --help"`;
  return new CommandError(`${fault.replace(/\.$/, '')}. Run ${help} to see all options.`, EXIT.usage);
}
