/**
 * The tasks that the swarm's agents share, `TASKS.json`: read as a whole; the last good list is kept while the file
 * can't be read. Of each task only the fields for wait relations are kept.
 */
import type { Skipped } from '../../contract/schemas';
import { isObject } from '../../platform/json-shape';
import { countSkipped } from '../source-status';
import { BEYOND, parseObject, type SmallFileKind, SmallFileReader } from './json-file';
import { excerptOf, readName } from './message-fields';
import { readInstant } from './naive-time';

export const TASKS_FILE = 'TASKS.json';

const MAX_TASKS = 5000;
const MAX_BLOCKERS_PER_TASK = 100;
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

/**
 * @returns whether a task keeps others waiting: it is neither completed nor cancelled; a failed one may be tried again
 */
export function isUnfinished({ status }: Task): boolean {
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
export function parseTasks(bytes: Buffer): { tasks: Task[]; skipped: Skipped[] } | { error: string } {
  const read = parseObject(bytes);
  if ('error' in read) return read;
  const { tasks: entries = {} } = read.object;
  if (!isObject(entries)) return { error: 'tasks is not an object' };
  const tasks: Task[] = [];
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

function readTask(key: string, entry: Record<string, unknown>): Task {
  const { task_id: id, objective, status, assigned_to: assignee, blocked_by: blockers } = entry;
  const names = Array.isArray(blockers) ? blockers.slice(0, MAX_BLOCKERS_PER_TASK).map(readName) : [];
  return {
    id: readName(id) ?? readName(key) ?? '',
    objective: typeof objective === 'string' ? excerptOf(objective) : '',
    status: readName(status),
    assignedTo: readName(assignee),
    blockedBy: [...new Set(names.filter((name) => name !== null))],
    createdAt: readInstant(entry.created_at, 'UTC')?.milliseconds ?? null,
  };
}

/** Keeps the newest tasks that could be read. */
export class TasksReader extends SmallFileReader<readonly Task[]> {
  /**
   * @param root the swarm's root
   * @param now the clock, milliseconds since 1970
   */
  constructor(root: string, now?: () => number) {
    super(root, KIND, now);
  }

  /** The last tasks that could be read; none before the first reading and once the file is gone. */
  get tasks(): readonly Task[] {
    return this.content ?? [];
  }
}

const KIND: SmallFileKind<readonly Task[]> = {
  name: TASKS_FILE,
  parse: (bytes) => {
    const parsed = parseTasks(bytes);
    return 'error' in parsed ? parsed : { content: parsed.tasks, skipped: parsed.skipped };
  },
  missing: `There is no ${TASKS_FILE}: the agents of this folder share no tasks.`,
  ending: { known: 'its last readable content is used', unknown: 'no task is known' },
};
