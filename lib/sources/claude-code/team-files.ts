/** The files of agent teams and of their tasks: how each is read, tolerantly. */
import { createHash } from 'node:crypto';
import { isObject } from '../../platform/json-shape';
import type { SettledFolderKind } from '../settled-folder';
import type { ClaudeInboxMessage, ClaudeTask, ClaudeTeam, ClaudeTeamMember } from './claude-session';
import { instantField, namesField, parseJson, pidField, textField } from './json-fields';

export const MAX_TEAM_BYTES = 256 * 1024;
const MAX_MEMBERS = 200;
const MAX_INBOX_BYTES = 1024 * 1024;
const MAX_INBOXES = 200;
const MAX_TASK_BYTES = 64 * 1024;
const MAX_TASKS_PER_LIST = 500;
const MAX_BLOCKERS = 100;
const MAX_TEXT_LENGTH = 16_384;
const MAX_PATH_LENGTH = 4096;

type Parsed<Content> = { content: Content } | { fault: string };

/** A team that ends is renamed to `<team>.deleted-<uuid>` before it is removed; locks are folders that are never read. */
export function isTeamFolder(name: string): boolean {
  return name.length <= 255 && !name.startsWith('.') && !name.includes('.deleted-') && !name.endsWith('.lock');
}

/** @param folder the name of the team's folder */
export function parseTeam(bytes: Buffer, folder: string): Parsed<ClaudeTeam> {
  const parsed = parseJson(bytes);
  if ('fault' in parsed) return parsed;
  const { value } = parsed;
  if (!isObject(value)) return { fault: 'contains no JSON object' };
  const members = Array.isArray(value.members) ? value.members.slice(0, MAX_MEMBERS) : [];
  return {
    content: {
      folder,
      name: textField(value.name),
      leadAgentId: textField(value.leadAgentId),
      leadSessionId: textField(value.leadSessionId),
      leadProcess: readProcess(value.leadProcess),
      members: members.flatMap((member) => readMember(member) ?? []),
    },
  };
}

function readProcess(value: unknown): ClaudeTeam['leadProcess'] {
  const pid = isObject(value) ? pidField(value.pid) : null;
  return isObject(value) && pid !== null ? { pid, procStart: textField(value.procStart) } : null;
}

function readMember(value: unknown): ClaudeTeamMember | null {
  const name = isObject(value) ? textField(value.name) : null;
  if (!isObject(value) || name === null) return null;
  return {
    agentId: textField(value.agentId),
    name,
    agentType: textField(value.agentType),
    model: textField(value.model),
    tmuxPaneId: textField(value.tmuxPaneId),
    backendType: textField(value.backendType),
    cwd: textField(value.cwd, MAX_PATH_LENGTH),
    joinedAt: instantField(value.joinedAt),
    isActive: typeof value.isActive === 'boolean' ? value.isActive : null,
  };
}

/** One message that waits in an inbox, with a key that it has nowhere else. */
export interface WaitingMessage {
  key: string;
  message: Omit<ClaudeInboxMessage, 'team' | 'to'>;
}

/** The inboxes of a team, `inboxes/<agent>.json`. */
export const INBOXES: SettledFolderKind<readonly WaitingMessage[]> = {
  accepts: (name) => name.endsWith('.json') && !name.startsWith('.'),
  maxFiles: MAX_INBOXES,
  limitBytes: MAX_INBOX_BYTES,
  parse: parseInbox,
};

function parseInbox(bytes: Buffer): Parsed<readonly WaitingMessage[]> {
  const parsed = parseJson(bytes);
  if ('fault' in parsed) return parsed;
  if (!Array.isArray(parsed.value)) return { fault: 'contains no list' };
  return { content: parsed.value.flatMap((entry) => readMessage(entry) ?? []) };
}

function readMessage(entry: unknown): WaitingMessage | null {
  if (!isObject(entry) || typeof entry.text !== 'string') return null;
  const from = textField(entry.from);
  if (from === null) return null;
  const { text, timestamp } = entry;
  const msgId = textField(entry.msg_id);
  const sentAt = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN;
  const content = JSON.stringify([from, text, timestamp]);
  return {
    key: msgId ?? createHash('sha256').update(content).digest('base64'),
    message: {
      ...{ from, text, msgId },
      summary: textField(entry.summary, MAX_TEXT_LENGTH),
      sentAt: Number.isNaN(sentAt) ? null : sentAt,
    },
  };
}

/** The tasks of one list, `<id>.json`; beside them are locks, `.session-list` and `.highwatermark`. */
export const TASKS: SettledFolderKind<Omit<ClaudeTask, 'list'>> = {
  accepts: (name) => /^\d{1,15}\.json$/.test(name),
  maxFiles: MAX_TASKS_PER_LIST,
  limitBytes: MAX_TASK_BYTES,
  parse: (bytes, name) => parseTask(bytes, name.slice(0, -'.json'.length)),
};

function parseTask(bytes: Buffer, name: string): Parsed<Omit<ClaudeTask, 'list'>> {
  const parsed = parseJson(bytes);
  if ('fault' in parsed) return parsed;
  const { value } = parsed;
  if (!isObject(value)) return { fault: 'contains no JSON object' };
  const status = textField(value.status);
  if (status === null) return { fault: 'has no status' };
  return {
    content: {
      id: textField(value.id) ?? name,
      subject: textField(value.subject, MAX_TEXT_LENGTH) ?? '',
      description: textField(value.description, MAX_TEXT_LENGTH),
      activeForm: textField(value.activeForm, MAX_TEXT_LENGTH),
      status,
      owner: textField(value.owner),
      blocks: namesField(value.blocks, MAX_BLOCKERS),
      blockedBy: namesField(value.blockedBy, MAX_BLOCKERS),
    },
  };
}

/** The longest name of a list in `.session-list`. */
export const MAX_LINK_BYTES = 255;

/** @returns the name of the list that `.session-list` refers to: after `/clear` new tasks go to the former list */
export function parseListLink(bytes: Buffer): Parsed<string> {
  const name = bytes.toString('utf8').trim();
  return isTaskList(name) ? { content: name } : { fault: 'names no list' };
}

/** @returns whether a text can be the name of a folder in `tasks/` */
export function isTaskList(name: string): boolean {
  return name !== '' && name.length <= 255 && !name.startsWith('.') && !/[/\\\0]/.test(name);
}
