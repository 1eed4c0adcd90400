/** What the palette offers of the swarm's data, beside the registered commands. */
import { type Address, EMPTY_ADDRESS } from '@/lib/client/address';
import { NO_CHOICE } from '@/lib/client/message-filter';
import { asText, truncated } from '@/lib/client/text';
import { formatCursor, parseCursor, type SwarmState } from '@/lib/contract/events';
import type { Lock, Message } from '@/lib/contract/schemas';
import type { Task } from '@/lib/contract/task-schemas';
import type { Choice } from './palette';

type Go = (to: Partial<Address>) => void;

/** The moment and the view in the drawer are not filters. */
const { at: _at, view: _view, span: _span, ...NOTHING_CHOSEN } = EMPTY_ADDRESS;

/** A message is found by this much of its text; the search reads all of it. */
const MAX_TEXT_LENGTH = 300;
const MAX_NAMED_RECIPIENTS = 3;

/** @returns agents, types of messages, locked files, tasks, and the newest messages, newest first */
export function choicesOf({ agents, stats, locks, tasks, messages, lastEventId }: SwarmState, onGo: Go): Choice[] {
  const ids = [...new Set(agents.agents.map(({ id }) => id))];
  const left = [...new Set(agents.departed.map(({ id }) => id))].filter((id) => !ids.includes(id));
  const epoch = lastEventId === null ? null : (parseCursor(lastEventId)?.epoch ?? null);
  return [
    ...ids.map((agent) => choice('Choose an agent', agent, () => onGo({ agent }))),
    ...left.map((agent) => choice('Left in the last hour', agent, () => onGo({ agent }))),
    ...Object.keys(stats.message_types).map((type) => choice('Filter by type', type, () => onGo({ types: [type] }))),
    choice('Page', 'Clear all filters and the selection', () => onGo(NOTHING_CHOSEN)),
    ...locks.locks.map((lock) => lockChoice(lock, onGo)),
    ...tasks.tasks.map((task) => taskChoice(task, onGo)),
    ...(epoch === null ? [] : messages.toReversed().map((message) => messageChoice(message, epoch, onGo))),
  ];
}

/** @returns the search of all messages for the words of a query, which also finds what the page has not loaded */
export function searchChoice(query: string, onGo: Go): Choice[] {
  const words = query.trim();
  if (words === '') return [];
  return [
    choice('Messages', `Search all messages for “${words}”`, () => onGo({ ...NO_CHOICE, message: null, q: words })),
  ];
}

function lockChoice({ lock_file, filepath, agent_id, pattern }: Lock, onGo: Go): Choice {
  const holder = truncated(asText(agent_id), 80) || 'unknown holder';
  return {
    ...choice(`${pattern ? 'Pattern' : 'File'}, locked by ${holder}`, asText(filepath) || lock_file, () =>
      // An agent's filter would hide the lock, since it shows only locks that concern the agent.
      onGo({ lock: lock_file, agent: null }),
    ),
    id: `lock: ${lock_file}`,
  };
}

function taskChoice({ key, id, objective, status }: Task, onGo: Go): Choice {
  const label = truncated(objective.replace(/\s+/g, ' ').trim(), MAX_TEXT_LENGTH) || id;
  return {
    ...choice(`Task, ${status ?? 'no status'}`, label, () => onGo({ task: key, view: 'tasks' })),
    id: `task: ${key}`,
  };
}

function messageChoice({ seq, sender, recipients, msg_type, content }: Message, epoch: string, onGo: Go): Choice {
  const names = (Array.isArray(recipients) ? recipients : [recipients]).map(asText).filter((name) => name !== '');
  const shown = names.slice(0, MAX_NAMED_RECIPIENTS).map((name) => (name === 'all' ? 'everyone' : name));
  const to = shown.length === 0 ? '' : ` to ${shown.join(', ')}${names.length > shown.length ? ' and others' : ''}`;
  const text = truncated(asText(content).replace(/\s+/g, ' '), MAX_TEXT_LENGTH);
  const label = `${truncated(asText(sender), 80) || 'unknown sender'}${to}: ${text}`;
  return {
    ...choice(`Message, ${asText(msg_type) || 'no type'}`, label, () =>
      // A filter might hide the message.
      onGo({ ...NO_CHOICE, message: formatCursor(epoch, seq) }),
    ),
    id: `message: ${seq}`,
  };
}

function choice(group: string, label: string, run: () => void): Choice {
  return { id: `${group}: ${label}`, label, group, keys: null, run };
}
