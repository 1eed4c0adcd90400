/** Commands about tasks: create one, and change one within the rules of the swarm's tool. */
import { randomUUID } from 'node:crypto';
import type { ChangeTaskBody, CreateTaskBody, TaskAnswer } from '../contract/task-requests';
import type { Task } from '../contract/task-schemas';
import { followingStatuses } from '../contract/task-transitions';
import { type ListedTask, readTask, TASKS_FILE } from '../sources/claudeswarm/tasks';
import {
  type HistoryEntry,
  type TasksText,
  type WrittenTask,
  withChangedTask,
  withTask,
} from '../sources/claudeswarm/tasks-text';
import { changeTasks, type TasksChange, TasksContended, TasksUnwritable } from '../sources/claudeswarm/tasks-writer';
import { formatUtc } from '../sources/claudeswarm/written-form';
import { type Action, ActionRefused, type Done } from './action';
import { quoted } from './lock-words';
import { differences, remarkOn, stepSentence, wordChoice, words } from './task-words';

/** Commands of one swarm wait for each other; more than this are refused. */
const MAX_WAITING = 100;

/** What the keys of tasks begin with. */
const FILE_KEY = 'task:';
const LIST_KEY = 'list:';

export interface TaskActions {
  readonly create: Action<CreateTaskBody, TaskAnswer>;
  readonly change: Action<ChangeTask, TaskAnswer>;
}

/** What is changed of which task. */
export type ChangeTask = ChangeTaskBody & { id: string };

interface Options {
  /** The swarm's root, absolute. */
  root: string;
  /** The name under which people act. */
  operatorName: string;
  /** Describes a task as `GET /api/tasks` does. */
  describe: (task: ListedTask) => Task;
  /** Reads the file again and publishes what changed. */
  publish: () => Promise<void>;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** How long is waited to see whether another program has undone a change; milliseconds. */
  undoneWithinMs?: number;
}

/** @returns the commands about the tasks of one swarm; each waits for those before it */
export function createTaskActions(options: Options): TaskActions {
  const commands = new TaskCommands(options);
  return {
    create: {
      name: 'create_task',
      group: 'tasks',
      outcomes: ['created'],
      subject: (body) => ({ target: null, agentId: body.assigned_to ?? null, request: body }),
      run: (body) => commands.create(body),
    },
    change: {
      name: 'change_task',
      group: 'tasks',
      outcomes: ['changed', 'unchanged'],
      subject: ({ id, ...body }) => ({ target: id, agentId: body.assigned_to ?? null, request: body }),
      run: (body) => commands.change(body),
    },
  };
}

class TaskCommands {
  readonly #options: Options & { now: () => number };
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(options: Options) {
    this.#options = { now: Date.now, ...options };
  }

  async create(body: CreateTaskBody): Promise<Done<TaskAnswer>> {
    const id = randomUUID();
    const entry = newTask(id, body, body.created_by ?? this.#options.operatorName, this.#options.now());
    await this.#changing({
      apply: (tasks) => {
        checkKnown(tasks, 'blocked_by', body.blocked_by);
        if (body.parent_task_id !== undefined) checkKnown(tasks, 'parent_task_id', [body.parent_task_id]);
        return { next: withTask(tasks, id, entry, this.#options.now()), result: null };
      },
      isUndone: ({ tasks }) => !tasks.has(id),
    });
    const task = this.#describe(id, entry);
    return { status: 201, answer: { task, outcome: 'created' }, outcome: 'created', detail: `Created ${task.key}.` };
  }

  async change({ id, ...body }: ChangeTask): Promise<Done<TaskAnswer>> {
    if (id.startsWith(LIST_KEY)) {
      throw new ActionRefused(
        'task_read_only',
        'This task is in a list of Claude Code, which only its own sessions change; ask its agent to change it.',
      );
    }
    const now = this.#options.now();
    const by = body.agent_id ?? this.#options.operatorName;
    let before: { name: string; json: string } | null = null;
    const { name, value, step, isChanged } = await this.#changing<Changed>({
      apply: (tasks) => {
        const [name, { value }] = findTask(tasks, id);
        const plan = this.#plan(name, value, body);
        if (plan === null) return { next: null, result: { name, value, step: null, isChanged: false } };
        before = { name, json: JSON.stringify(value) };
        const step = inToolOrder({ timestamp: formatUtc(now), ...plan.step, agent_id: by, metadata: {} });
        const next = withChangedTask(tasks, name, { changes: plan.changes, step }, now);
        if (next === null) {
          const what = `${TASKS_FILE} was left as it is: the history of ${quoted(name)} is not a list.`;
          throw new ActionRefused('tasks_unwritable', `${what} Repair it first.`);
        }
        const history = [...((value.history as unknown[] | undefined) ?? []), step];
        const changed = { ...value, ...plan.changes, updated_at: formatUtc(now), history };
        return { next, result: { name, value: changed, step, isChanged: true } };
      },
      // With exactly its former content, the time of its last change included, nobody has changed it.
      isUndone: ({ tasks }) => before !== null && JSON.stringify(tasks.get(before.name)?.value) === before.json,
    });
    return {
      answer: { task: this.#describe(name, value), outcome: isChanged ? 'changed' : 'unchanged' },
      outcome: isChanged ? 'changed' : 'unchanged',
      detail: step === null ? null : stepSentence(step),
    };
  }

  /**
   * @returns the new values, and the step for the history; null if everything is so already
   * @throws {ActionRefused} if the change is not possible
   */
  #plan(name: string, value: Record<string, unknown>, body: ChangeTaskBody): Plan | null {
    const present = readTask(name, value);
    const { priority, message = '', assigned_to: assignee = present.assignedTo } = body;
    const status = present.status;
    const differing = differences(present, body);
    if (differing.length > 0) {
      const detail = `The task is ${differing.join(', and ')}; nothing was changed. \`task\` is the present one.`;
      throw new ActionRefused('task_changed', detail, { task: this.#describe(name, value) });
    }
    // As the tool does: a task that waits for somebody is assigned as soon as somebody is named.
    const isTaken = status === 'pending' && body.assigned_to != null && body.to_status === undefined;
    const to = isTaken ? 'assigned' : (body.to_status ?? status);
    this.#checkTransition(name, value, status, to);
    // One that has none in the file stays as it is.
    const loses = present.assignedTo !== null || to !== status;
    if (to === 'assigned' && assignee === null && loses) {
      const detail = 'must name the agent that is to do the task; a task without one is pending.';
      throw new ActionRefused('invalid_parameter', `The parameter assigned_to ${detail}`, {
        errors: [{ parameter: 'assigned_to', detail }],
      });
    }
    const changes = {
      ...(to !== status && { status: to }),
      ...(assignee !== present.assignedTo && { assigned_to: assignee }),
      ...(priority !== undefined && priority !== present.priority && { priority }),
    };
    if (Object.keys(changes).length === 0 && message === '') return null;
    // The reason that somebody gives does not replace what was changed.
    const noted = [remarkOn(changes), message].filter((one) => one !== '').join(' ');
    return { changes, step: { from_status: status, to_status: to, message: noted } };
  }

  #checkTransition(name: string, value: Record<string, unknown>, from: string | null, to: string | null): void {
    const allowed: readonly (string | null)[] = followingStatuses(from);
    if (to === from || allowed.includes(to)) return;
    const possible = allowed.length === 0 ? 'no other status may follow.' : `it can become ${wordChoice(allowed)}.`;
    const detail = `A task that is ${words(from)} can't become ${words(to)}; ${possible}`;
    throw new ActionRefused('transition_not_allowed', detail, { task: this.#describe(name, value), allowed });
  }

  #describe(name: string, value: Record<string, unknown>): Task {
    return this.#options.describe(readTask(name, value));
  }

  /** Makes a change when those before it have ended. @throws {ActionRefused} */
  async #changing<Result>(change: TasksChange<Result>): Promise<Result> {
    if (this.#waiting >= MAX_WAITING) {
      throw new ActionRefused(
        'unavailable',
        `${MAX_WAITING} commands about tasks wait already; try again in a moment.`,
      );
    }
    this.#waiting++;
    const { root, publish, undoneWithinMs } = this.#options;
    // What happened is in the file: if it can't be read now, the next regular refresh publishes it.
    const onWritten = () => publish().catch(() => {});
    const result = this.#last.then(() => changeTasks(root, change, { onWritten, undoneWithinMs }));
    this.#last = result.catch(() => {});
    try {
      return await result;
    } catch (error) {
      if (error instanceof TasksUnwritable) throw new ActionRefused('tasks_unwritable', error.message);
      if (error instanceof TasksContended) throw new ActionRefused('unavailable', error.message);
      throw error;
    } finally {
      this.#waiting--;
      await onWritten();
    }
  }
}

interface Changed {
  name: string;
  value: Record<string, unknown>;
  step: HistoryEntry | null;
  isChanged: boolean;
}

interface Plan {
  changes: Record<string, unknown>;
  step: Pick<HistoryEntry, 'from_status' | 'to_status' | 'message'>;
}

/** @throws {ActionRefused} if no task of the file is meant */
function findTask({ tasks }: TasksText, id: string): [name: string, task: WrittenTask] {
  // The key that `GET /api/tasks` gives, or the id alone.
  for (const name of [id.startsWith(FILE_KEY) ? id.slice(FILE_KEY.length) : id, id]) {
    const task = tasks.get(name);
    if (task !== undefined) return [name, task];
  }
  throw new ActionRefused('not_found', `${TASKS_FILE} has no task ${quoted(id)}; read the tasks again.`);
}

/** @throws {ActionRefused} if one of the ids is none of a task */
function checkKnown({ tasks }: TasksText, parameter: string, ids: readonly string[]): void {
  const unknown = ids.find((id) => !tasks.has(id));
  if (unknown === undefined) return;
  const detail = `must name tasks of ${TASKS_FILE}, which has none with the id ${quoted(unknown)}.`;
  throw new ActionRefused('invalid_parameter', `The parameter ${parameter} ${detail}`, {
    errors: [{ parameter, detail }],
  });
}

/** Exactly the fields of the swarm's tool, in its order: it drops a task that has others. */
function newTask(id: string, body: CreateTaskBody, by: string, now: number): Record<string, unknown> {
  const at = formatUtc(now);
  const assignee = body.assigned_to ?? null;
  const step = { timestamp: at, metadata: {} };
  const created = { ...step, from_status: null, to_status: 'pending', agent_id: by, message: 'Task created' };
  const assigned = { ...step, from_status: 'pending', to_status: 'assigned', agent_id: by, message: '' };
  return {
    task_id: id,
    objective: body.objective,
    status: assignee === null ? 'pending' : 'assigned',
    priority: body.priority,
    created_by: by,
    assigned_to: assignee,
    context_id: body.context_id ?? null,
    constraints: [],
    files: [...new Set(body.files)],
    blocked_by: [...new Set(body.blocked_by)],
    blocks: [],
    result: null,
    error: null,
    history: (assignee === null ? [created] : [created, assigned]).map(inToolOrder),
    metadata: {},
    created_at: at,
    updated_at: at,
    parent_task_id: body.parent_task_id ?? null,
  };
}

function inToolOrder({ timestamp, from_status, to_status, agent_id, message, metadata }: HistoryEntry): HistoryEntry {
  return { timestamp, from_status, to_status, agent_id, message, metadata };
}
