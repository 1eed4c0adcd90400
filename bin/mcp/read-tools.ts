/** Tools that only read. */
import { z } from 'zod';
import { relativeTime } from '../../lib/client/time';
import { costWords, tokenWords } from '../../lib/client/usage-words';
import { permissionsState } from '../../lib/contract/action-schemas';
import { usageAnswer } from '../../lib/contract/claude-schemas';
import { patternsOverlap } from '../../lib/contract/fnmatch';
import { normalizeLockPath } from '../../lib/contract/lock-path';
import { waitingAnswer } from '../../lib/contract/past-schemas';
import {
  AGENTS_PATH,
  ATTENTION_PATH,
  LOCKS_PATH,
  MESSAGES_PATH,
  PERMISSIONS_PATH,
  TASKS_PATH,
  USAGE_PATH,
  WAITING_PATH,
} from '../../lib/contract/paths';
import { agentsAnswer, attentionAnswer, type Lock, locksAnswer, messagesAnswer } from '../../lib/contract/schemas';
import { tasksState } from '../../lib/contract/task-schemas';
import { problemsOf } from '../commands/locks';
import { inputOf, stateOf } from '../commands/permissions';
import { noTasks, ownerOf, remarksOn } from '../commands/tasks';
import { visible } from '../commands/text';
import { listResult, TEXTS_OF_OTHERS, type Tool, tool } from './tool';

const MAX_CONTENT_LENGTH = 2000;
const MAX_EXCERPT_LENGTH = 200;
const DEFAULT_MESSAGES = 20;
const MAX_MESSAGES = 100;

const since = z.iso
  .datetime({ offset: true, local: true })
  .optional()
  .describe('Only from this time on, such as 2026-01-30T12:00:00Z.');

const agents = tool({
  name: 'agents',
  title: 'Agents',
  description: `Who is in the swarm: what each agent does, for whom it waits, whether it is alive. ${TEXTS_OF_OTHERS}`,
  input: z.object({}),
  changes: null,
  run: async (_, { client, agent: self }) => {
    const { answer } = await client.get(AGENTS_PATH, agentsAnswer);
    return listResult({
      what: 'agents',
      items: answer.agents,
      count: answer.agents.length,
      line: ({ id, health, activity, card, blocked }) => {
        const role = card?.role ? ` (${visible(card.role, MAX_EXCERPT_LENGTH)})` : '';
        const wait = blocked ? ` Blocked: ${visible(blocked.reason, MAX_EXCERPT_LENGTH)}` : '';
        const you = id === self ? ', you' : '';
        return `${visible(id)}${you}${role}: ${health}, ${activity.state}. ${visible(activity.reason, MAX_EXCERPT_LENGTH)}${wait}`;
      },
      data: ({ id, health, health_reason, activity, card, blocked, last_message, current_task }) => ({
        id,
        role: card?.role ?? null,
        health,
        health_reason,
        activity: activity.state,
        activity_since: activity.since,
        activity_reason: activity.reason,
        waits_for: blocked?.waits_for ?? [],
        last_message: last_message?.excerpt ?? null,
        current_task: current_task?.objective ?? null,
      }),
      more: { you: self },
    });
  },
});

const locks = tool({
  name: 'locks',
  title: 'Locks',
  description: `Who holds which files. With "path": the locks that forbid to change this path, patterns included. ${TEXTS_OF_OTHERS}`,
  input: z.object({
    path: z.string().min(1).optional().describe('A path or pattern, relative to the root of the project.'),
    holder: z.string().min(1).optional().describe('Only locks of this agent.'),
  }),
  changes: null,
  run: async ({ path, holder }, { client }) => {
    const query = holder === undefined ? '' : `?${new URLSearchParams({ holder, limit: '1000' })}`;
    const { answer } = await client.get(`${LOCKS_PATH}${query}`, locksAnswer);
    const isWhole = answer.truncated === 0 && !answer.next_cursor;
    const found = path === undefined ? answer.locks : answer.locks.filter((lock) => concerns(lock, path));
    const now = Date.now();
    const result = listResult({
      what: 'locks',
      items: found,
      count: path === undefined && isWhole ? answer.locks.length : found.length,
      line: (lock) => {
        const age =
          lock.acquired_at === null ? 'for an unknown time' : `for ${relativeTime(lock.acquired_at, now, 'age')}`;
        const problems = problemsOf(lock);
        const state = problems.length > 0 ? `, ${problems.join(', ')}` : '';
        return `${visible(lock.filepath)}: held by ${visible(lock.agent_id)} ${age}${state}. Reason: ${visible(lock.reason, MAX_EXCERPT_LENGTH) || 'none'}`;
      },
      data: ({ filepath, agent_id, acquired_at, reason, stale, orphaned, lock_file }) => ({
        filepath,
        agent_id,
        acquired_at,
        reason: visible(reason, MAX_EXCERPT_LENGTH),
        stale,
        orphaned,
        lock_file,
      }),
      more: { complete: isWhole },
    });
    const doubt = isWhole ? '' : '\nThere are more locks than were read, so others may exist.';
    const free = path !== undefined && found.length === 0 ? `No lock concerns ${visible(path)}.` : result.text;
    return { ...result, text: `${free}${doubt}` };
  },
});

/** Whether a lock forbids others to change a path, by the rule of the swarm's tool. */
function concerns({ filepath }: Lock, path: string): boolean {
  if (typeof filepath !== 'string') return false;
  const [held, wanted] = [normalizeLockPath(filepath), normalizeLockPath(path)];
  return held === wanted || patternsOverlap(held, wanted);
}

const messages = tool({
  name: 'messages',
  title: 'Messages',
  description: `What agents wrote to each other, the newest by default, oldest first. "after" with "next_cursor" of an earlier result gives what came since. ${TEXTS_OF_OTHERS}`,
  input: z.object({
    search: z.string().min(1).optional().describe('Whole words and "quoted phrases"; all must occur.'),
    agent: z.string().min(1).optional().describe('Only messages from or to this agent.'),
    sender: z.string().min(1).optional(),
    type: z.string().min(1).optional().describe('Such as QUESTION.'),
    since,
    after: z.string().min(1).optional().describe('A cursor: the messages after it.'),
    unanswered: z.boolean().optional().describe('Only questions without an answer.'),
    limit: z.int().min(1).max(MAX_MESSAGES).default(DEFAULT_MESSAGES),
  }),
  changes: null,
  run: async ({ search, unanswered, limit, ...rest }, { client }) => {
    const query = new URLSearchParams({ limit: String(limit), ...(search !== undefined && { q: search }) });
    for (const [name, value] of Object.entries(rest)) if (value !== undefined) query.set(name, value);
    if (unanswered) query.set('only', 'unanswered');
    const { answer } = await client.get(`${MESSAGES_PATH}?${query}`, messagesAnswer);
    const { next_cursor, previous_cursor } = answer;
    return listResult({
      what: 'messages',
      items: answer.messages,
      count: answer.messages.length,
      line: ({ sent_at, sender, recipients, msg_type, content, msg_id }) => {
        const to = Array.isArray(recipients) ? recipients.map((one) => visible(one)).join(', ') : visible(recipients);
        return `[${sent_at ?? 'unknown time'}] ${visible(sender)} to ${to}, ${visible(msg_type)} (${visible(msg_id)}): ${visible(content, MAX_CONTENT_LENGTH)}`;
      },
      data: ({ seq, sent_at, sender, recipients, msg_type, content, msg_id }) => ({
        ...{ seq, sent_at, sender, recipients, msg_type, msg_id },
        content:
          typeof content === 'string' && content.length > MAX_CONTENT_LENGTH
            ? visible(content, MAX_CONTENT_LENGTH)
            : content,
      }),
      more: { next_cursor, previous_cursor },
    });
  },
});

const attention = tool({
  name: 'attention',
  title: 'What needs a person',
  description: `Open items: unanswered questions, dead agents that hold locks, overdue acknowledgements, deadlocks. ${TEXTS_OF_OTHERS}`,
  input: z.object({ hidden: z.boolean().optional().describe('Also acknowledged and snoozed ones.') }),
  changes: null,
  run: async ({ hidden = false }, { client }) => {
    const { answer } = await client.get(ATTENTION_PATH, attentionAnswer);
    const items = answer.attention.filter(({ acknowledged, snoozed }) => hidden || (acknowledged ?? snoozed) === null);
    return listResult({
      what: 'items',
      items,
      count: items.length,
      line: ({ id, severity, subject, reason }) =>
        `${severity}: ${visible(reason)} (about ${visible(subject)}, id ${visible(id)})`,
      data: ({ id, kind, severity, since, subject, reason }) => ({ id, kind, severity, since, subject, reason }),
    });
  },
});

const waiting = tool({
  name: 'waiting',
  title: 'Waiting',
  description: `Which agent waits for which other one, with the evidence, and wait cycles. ${TEXTS_OF_OTHERS}`,
  input: z.object({}),
  changes: null,
  run: async (_, { client }) => {
    const { answer } = await client.get(WAITING_PATH, waitingAnswer);
    const result = listResult({
      what: 'waits',
      items: answer.edges,
      count: answer.edges.length,
      line: ({ from, to, kind, reason }) =>
        `${visible(from)} waits for ${visible(to)} (${kind}): ${visible(reason, MAX_EXCERPT_LENGTH)}`,
      data: ({ from, to, kind, since: began, reason }) => ({ from, to, kind, since: began, reason }),
      more: { cycles: answer.cycles.map((cycle) => cycle.agents) },
    });
    const rings = answer.cycles.map((cycle) => `\nDeadlock: ${cycle.agents.map((id) => visible(id)).join(', ')}.`);
    return { ...result, text: result.text + rings.join('') };
  },
});

const tasks = tool({
  name: 'tasks',
  title: 'Tasks',
  description: `What is to be done and who does it: status, priority, what each task waits for. ${TEXTS_OF_OTHERS}`,
  input: z.object({
    agent: z.string().min(1).optional().describe('Only tasks of this agent.'),
    status: z.string().min(1).optional().describe('Such as blocked.'),
  }),
  changes: null,
  run: async ({ agent, status }, { client }) => {
    const { answer } = await client.get(TASKS_PATH, tasksState);
    const items = answer.tasks.filter(
      (task) => (agent === undefined || task.assigned_to === agent) && (status === undefined || task.status === status),
    );
    const result = listResult({
      what: 'tasks',
      items,
      count: items.length,
      line: (task) => {
        const waits =
          task.blocked_by.length > 0 ? `, blocked by ${task.blocked_by.map((id) => visible(id)).join(', ')}` : '';
        const rank = task.priority === null ? '' : `, priority ${visible(task.priority)}`;
        return `${visible(task.id)} (${visible(task.status ?? 'status unknown')}, ${ownerOf(task)}${rank}${waits}): ${visible(task.objective, MAX_EXCERPT_LENGTH)}`;
      },
      data: ({ history: _, ...task }) => ({ ...task, objective: visible(task.objective, MAX_EXCERPT_LENGTH) }),
      more: { complete: answer.left_off === 0 },
    });
    const isChosen = agent !== undefined || status !== undefined;
    const text = items.length === 0 ? noTasks(answer, isChosen) : result.text;
    return { ...result, text: [text, ...remarksOn(answer)].join('\n') };
  },
});

const usage = tool({
  name: 'usage',
  title: 'Tokens and cost',
  description: 'Tokens and estimated cost by agent, model, day or hour; the last day by default.',
  input: z.object({ by: z.enum(['agent', 'model', 'day', 'hour']).default('agent'), since }),
  changes: null,
  run: async ({ by, since: from }, { client }) => {
    const query = new URLSearchParams({ by, ...(from !== undefined && { since: from }) });
    const { answer } = await client.get(`${USAGE_PATH}?${query}`, usageAnswer);
    const result = listResult({
      what: 'rows',
      items: answer.rows,
      count: answer.count,
      line: (row) => `${visible(row.key ?? row.since ?? 'unknown')}: ${costWords(row)}, ${tokenWords(row)}`,
      data: (row) => row,
      more: { since: answer.since, until: answer.until, total: answer.total, reading: answer.progress !== null },
    });
    const reading = answer.progress === null ? '' : ' Transcripts are still being read, so figures may grow.';
    return {
      ...result,
      text: `Total: ${costWords(answer.total)}, ${tokenWords(answer.total)}.${reading}\n${result.text}`,
    };
  },
});

const permissions = tool({
  name: 'permissions',
  title: 'Requests for permission',
  description: `Which agents wait for a person to allow something. ${TEXTS_OF_OTHERS}`,
  input: z.object({}),
  changes: null,
  run: async (_, { client }) => {
    const { answer } = await client.get(PERMISSIONS_PATH, permissionsState);
    const now = Date.now();
    return listResult({
      what: 'requests',
      items: answer.permissions,
      count: answer.permissions.length,
      line: (one) =>
        `${visible(one.id)}: ${visible(one.agent_id ?? 'an unknown agent')} asks for ${visible(one.tool_name)} ${inputOf(one, MAX_CONTENT_LENGTH)} (${stateOf(one, now)})`,
      data: (one) => ({
        id: one.id,
        agent_id: one.agent_id,
        kind: one.kind,
        tool_name: one.tool_name,
        input: inputOf(one, MAX_CONTENT_LENGTH),
        since: one.since,
        answerable: one.answerable,
      }),
    });
  },
});

export const READ_TOOLS: readonly Tool[] = [agents, locks, messages, attention, waiting, tasks, usage, permissions];
