/**
 * The tasks that the swarm's agents share, `TASKS.json`: read as a whole; the last good list is kept while the file
 * can't be read. Texts are cut to the bounds within which they are shown.
 */
import type { Skipped } from '../../contract/schemas';
import { TASK_BOUNDS } from '../../contract/task-bounds';
import { isObject } from '../../platform/json-shape';
import { countSkipped } from '../source-status';
import { BEYOND, parseObject, type SmallFileKind, SmallFileReader } from './json-file';
import { cutText, excerptOf, readName } from './message-fields';
import { readInstant } from './naive-time';

export const TASKS_FILE = 'TASKS.json';

const MAX_TASKS = 5000;
const MAX_BLOCKERS_PER_TASK = TASK_BOUNDS.blockers;
/** The sum over all tasks: wait cycles are searched along each. */
const MAX_BLOCKERS = 20_000;
const FINISHED: ReadonlySet<string | null> = new Set(['completed', 'cancelled']);

export interface Task {
  /** Unique in its list. */
  id: string;
  /** The task list of Claude Code that it is in; absent for one of `TASKS.json`. */
  list?: string;
  /** The beginning of its objective; empty where the file has none. */
  objective: string;
  status: string | null;
  assignedTo: string | null;
  /** Ids of the tasks that must be finished before. */
  blockedBy: string[];
  /** Milliseconds since 1970; null where it is not a time. */
  createdAt: number | null;
}

/** A change of a task, as its history has it. */
export interface TaskChange {
  /** Milliseconds since 1970; null where it is not a time. */
  at: number | null;
  from: string | null;
  to: string | null;
  agentId: string | null;
  message: string;
}

/** A task with everything that is shown of it. */
export interface ListedTask extends Task {
  /** Unique among all tasks. */
  key: string;
  /** Its whole objective; `objective` is an excerpt in one line. */
  text: string;
  priority: string | null;
  createdBy: string | null;
  /** The name that a list of Claude Code has for the owner. */
  owner: string | null;
  contextId: string | null;
  parentTaskId: string | null;
  files: string[];
  error: string | null;
  /** Milliseconds since 1970; null where it is not a time. */
  updatedAt: number | null;
  /** The newest changes, the oldest of them first. */
  history: TaskChange[];
}

/** @returns the key of a task of `TASKS.json`, by the name of its member there */
export function taskKey(member: string): string {
  return `task:${member}`;
}

/**
 * @returns whether a task keeps others waiting: it is neither completed nor cancelled; a failed one may be tried again
 */
export function isUnfinished({ status }: Pick<Task, 'status'>): boolean {
  return !FINISHED.has(status);
}

/** @returns whether a task is in progress or planned: a failed one waits for nothing */
export function isOpen(task: Task): boolean {
  return isUnfinished(task) && task.status !== 'failed';
}

/**
 * Reads the bytes of the file, tolerantly: only an entry that is not an object is skipped.
 *
 * @returns the tasks in the order of the file and what was skipped, or why there are none: `empty`, `invalid JSON`,
 *   `not an object` or `tasks is not an object`
 */
export function parseTasks(bytes: Buffer): { tasks: ListedTask[]; skipped: Skipped[] } | { error: string } {
  const read = parseObject(bytes);
  if ('error' in read) return read;
  const { tasks: entries = {} } = read.object;
  if (!isObject(entries)) return { error: 'tasks is not an object' };
  const tasks: ListedTask[] = [];
  const skipped: [string, string][] = [];
  let blockers = 0;
  for (const [key, entry] of Object.entries(entries)) {
    const place = `tasks[${JSON.stringify(readName(key) ?? '')}]`;
    if (!isObject(entry)) skipped.push(['entry is not an object', place]);
    else if (tasks.length === MAX_TASKS) skipped.push([`${BEYOND} ${MAX_TASKS} entries`, place]);
    else {
      const task = readTask(key, entry);
      blockers += task.blockedBy.length;
      const { blocked_by: listed } = entry;
      if (Array.isArray(listed) && listed.length > MAX_BLOCKERS_PER_TASK)
        skipped.push([`${BEYOND} ${MAX_BLOCKERS_PER_TASK} blockers of one task`, place]);
      if (blockers > MAX_BLOCKERS) skipped.push([`${BEYOND} ${MAX_BLOCKERS} blockers of all tasks`, place]);
      tasks.push(blockers > MAX_BLOCKERS ? { ...task, blockedBy: [] } : task);
    }
  }
  return { tasks, skipped: countSkipped(skipped) };
}

/** @returns a member of `tasks` as it is shown */
export function readTask(key: string, entry: Record<string, unknown>): ListedTask {
  const { task_id: id, objective, status, assigned_to: assignee, blocked_by: blockers, error } = entry;
  const names = Array.isArray(blockers) ? blockers.slice(0, MAX_BLOCKERS_PER_TASK).map(readName) : [];
  return {
    id: readName(id) ?? readName(key) ?? '',
    objective: typeof objective === 'string' ? excerptOf(objective) : '',
    status: readName(status),
    assignedTo: readName(assignee),
    blockedBy: [...new Set(names.filter((name) => name !== null))],
    createdAt: readTime(entry.created_at),
    key: taskKey(readName(key) ?? ''),
    text: typeof objective === 'string' ? cutText(objective, TASK_BOUNDS.objective) : '',
    priority: readName(entry.priority),
    createdBy: readName(entry.created_by),
    owner: null,
    contextId: readName(entry.context_id),
    parentTaskId: readName(entry.parent_task_id),
    files: readFiles(entry.files),
    error: typeof error === 'string' && error !== '' ? cutText(error, TASK_BOUNDS.error) : null,
    updatedAt: readTime(entry.updated_at),
    history: readHistory(entry.history),
  };
}

function readTime(value: unknown): number | null {
  return readInstant(value, 'UTC')?.milliseconds ?? null;
}

function readFiles(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  const paths = value.slice(0, TASK_BOUNDS.files).filter((path): path is string => typeof path === 'string');
  return paths.map((path) => cutText(path, TASK_BOUNDS.file));
}

function readHistory(value: unknown): TaskChange[] {
  if (!Array.isArray(value)) return [];
  return value
    .slice(-TASK_BOUNDS.changes)
    .filter(isObject)
    .map(({ timestamp, from_status: from, to_status: to, agent_id: agentId, message }) => ({
      at: readTime(timestamp),
      from: readName(from),
      to: readName(to),
      agentId: readName(agentId),
      message: typeof message === 'string' ? cutText(message, TASK_BOUNDS.message) : '',
    }));
}

/** Keeps the newest tasks that could be read. */
export class TasksReader extends SmallFileReader<readonly ListedTask[]> {
  /**
   * @param root the swarm's root
   * @param now the clock, milliseconds since 1970
   */
  constructor(root: string, now?: () => number) {
    super(root, KIND, now);
  }

  /** The last tasks that could be read; none before the first reading and once the file is gone. */
  get tasks(): readonly ListedTask[] {
    return this.content ?? NONE;
  }
}

/** The same list each time, so that callers may compare by identity. */
const NONE: readonly ListedTask[] = [];

const KIND: SmallFileKind<readonly ListedTask[]> = {
  name: TASKS_FILE,
  parse: (bytes) => {
    const parsed = parseTasks(bytes);
    return 'error' in parsed ? parsed : { content: parsed.tasks, skipped: parsed.skipped };
  },
  missing: `There is no ${TASKS_FILE}: the agents of this folder share no tasks.`,
  ending: { known: 'its last readable content is used', unknown: 'no task is known' },
};
