/** The lines in which `watch` tells a person what happened. */
import type { OutgoingState, PermissionsState } from '../../lib/contract/action-schemas';
import type { StreamEventName } from '../../lib/contract/events';
import type {
  AgentsAnswer,
  AttentionAnswer,
  Connected,
  LocksAnswer,
  Message,
  MessagesEvent,
  Sources,
} from '../../lib/contract/schemas';
import type { TasksState } from '../../lib/contract/task-schemas';
import type { WorkState } from '../../lib/contract/work-schemas';
import { inputOf } from './permissions';
import { visible } from './text';

const MAX_TEXT_LENGTH = 300;
const MAX_NAMES = 5;

/**
 * Describes an event of the stream.
 *
 * @param data its JSON as it arrived
 * @returns one line for each message, one line for any other event
 */
export function describeEvent(event: StreamEventName, data: string, now = new Date()): string[] {
  const at = timeOf(now);
  let parsed: unknown;
  try {
    parsed = JSON.parse(data);
  } catch {
    return [`${at} ${event}: unreadable`];
  }
  if (event === 'messages') return (parsed as MessagesEvent).messages.map((message) => describeMessage(message));
  return [`${at} ${event.padEnd(11)} ${describeState(event, parsed)}`];
}

function describeMessage({ sent_at, sender, recipients, msg_type, content }: Message): string {
  const sentAt = sent_at === null ? '??:??:??' : timeOf(new Date(sent_at));
  const to = Array.isArray(recipients) ? recipients.map((one) => visible(one)).join(', ') : visible(recipients);
  return `${sentAt} message     ${visible(sender)} -> ${to} ${visible(msg_type)}: ${visible(content, MAX_TEXT_LENGTH)}`;
}

function describeState(event: Exclude<StreamEventName, 'messages'>, data: unknown): string {
  switch (event) {
    case 'connected': {
      const { resumed, gap } = data as Connected;
      if (gap) return 'messages may be missing since the last event';
      return resumed ? 'continued after the last event' : 'the newest messages follow';
    }
    case 'agents': {
      const { agents } = data as AgentsAnswer;
      return `${counted(agents.map(({ health }) => health))}${named(
        'waiting',
        agents.filter(({ activity }) => activity.state === 'waiting'),
      )}`;
    }
    case 'locks': {
      const { count, stale_count, orphaned_count, overlapping_count } = data as LocksAnswer;
      return `${count} locks: ${stale_count} stale, ${orphaned_count} orphaned, ${overlapping_count} overlapping`;
    }
    case 'attention': {
      const { attention } = data as AttentionAnswer;
      const open = attention.filter(({ acknowledged, snoozed }) => acknowledged === null && snoozed === null);
      const [first] = open;
      return `${open.length} open${first ? `, first ${first.severity}: ${visible(first.reason, MAX_TEXT_LENGTH)}` : ''}`;
    }
    case 'tasks': {
      const { tasks, left_off } = data as TasksState;
      const more = left_off > 0 ? `, ${left_off} left off` : '';
      return `${counted(tasks.map(({ status }) => visible(status ?? 'unknown')))}${more}`;
    }
    case 'permissions': {
      const open = (data as PermissionsState).permissions.filter(({ resolved }) => resolved === null);
      const [first] = open;
      if (!first) return '0 open';
      return `${open.length} open, first ${visible(first.id)}: ${visible(first.agent_id ?? '?')} ${visible(first.tool_name)} ${inputOf(first)}`;
    }
    case 'outgoing': {
      const { messages } = data as OutgoingState;
      return counted(messages.flatMap(({ deliveries }) => Object.values(deliveries).map(({ outcome }) => outcome)));
    }
    case 'work': {
      const { files, unread } = data as WorkState;
      const unreadCount = unread.reduce((sum, { count }) => sum + count, 0);
      return `${files.map(({ name, count }) => `${count} ${name}`).join(', ') || 'no files'}; ${unreadCount} messages unread`;
    }
    case 'sources': {
      const faulty = Object.entries(data as Sources).filter(([, { state }]) => state !== 'ok');
      return faulty.map(([name, { state }]) => `${name} ${state}`).join(', ') || 'all ok';
    }
    case 'stats':
    case 'usage':
      return visible(data, MAX_TEXT_LENGTH);
    case 'heartbeat':
      return '';
  }
}

function counted(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ') || 'none';
}

function named(what: string, agents: readonly { id: string }[]): string {
  if (agents.length === 0) return '';
  const names = agents.slice(0, MAX_NAMES).map(({ id }) => visible(id));
  const more = agents.length > MAX_NAMES ? ` and ${agents.length - MAX_NAMES} more` : '';
  return `; ${what}: ${names.join(', ')}${more}`;
}

function timeOf(at: Date): string {
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}
