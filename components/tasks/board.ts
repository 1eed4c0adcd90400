/** Tasks as the board shows them: its columns, what is filtered, where a task may be moved, and what it depends on. */

import type { Address } from '@/lib/client/address';
import { groupBy } from '@/lib/client/group-by';
import { normalizeLockPath } from '@/lib/contract/lock-path';
import { compareNaturally } from '@/lib/contract/natural-order';
import type { Lock } from '@/lib/contract/schemas';
import type { Task } from '@/lib/contract/task-schemas';
import { followingStatuses, TASK_PRIORITIES, TASK_STATUSES, type TaskStatus } from '@/lib/contract/task-transitions';

/** In the address: no owner, no priority, or `TASKS.json` instead of a list. No id of an agent is a single dash. */
export const NONE = '-';

/** A step of a task's history. */
export type TaskChange = Task['history'][number];

/** The parts of the address that choose tasks. */
export type TaskChoice = Pick<Address, 'owner' | 'priority' | 'list' | 'find'>;

export const ALL_TASKS: TaskChoice = { owner: null, priority: null, list: null, find: null };

export interface Column {
  /** As written; null for tasks without a status. */
  status: string | null;
  name: string;
  tasks: readonly Task[];
}

/** Claude Code's lists write it for a task that is worked on: beside the status of that meaning, in a column of its own. */
const IN_PROGRESS = 'in_progress';

/** The statuses in the order of the columns. */
const ORDER: readonly string[] = TASK_STATUSES.flatMap((status) =>
  status === 'working' ? [status, IN_PROGRESS] : [status],
);

/**
 * @returns a column for each status of `TASKS.json`, and for every other status that a task has, in the order in which
 *   tasks go through them; the tasks of each stay in their order
 */
export function boardColumns(tasks: readonly Task[]): Column[] {
  const groups = groupBy(
    tasks.filter(({ status }) => status !== null),
    ({ status }) => status ?? '',
  );
  const others = [...groups.keys()].filter((status) => !ORDER.includes(status));
  const known = ORDER.filter((status) => status !== IN_PROGRESS || groups.has(status));
  const named = [...known, ...others.sort(compareNaturally)].map((status) => ({
    status,
    name: statusName(status),
    tasks: groups.get(status) ?? [],
  }));
  const without = tasks.filter(({ status }) => status === null);
  return without.length === 0 ? named : [...named, { status: null, name: statusName(null), tasks: without }];
}

/** @returns a status in words */
export function statusName(status: string | null): string {
  return status === null ? 'no status' : status.replaceAll('_', ' ') || '(empty)';
}

/** @returns whom a task is assigned to: the id of an agent, or the name that a list of Claude Code has; null for nobody */
export function ownerOf({ assigned_to, owner }: Task): string | null {
  return assigned_to ?? owner;
}

/** @returns the tasks that a choice selects, in their order; the same array if it selects all */
export function chosenTasks(tasks: readonly Task[], choice: TaskChoice): readonly Task[] {
  const { owner, priority, list, find } = choice;
  const words = (find ?? '')
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (owner === null && priority === null && list === null && words.length === 0) return tasks;
  return tasks.filter((task) => {
    if (owner !== null && (ownerOf(task) ?? NONE) !== owner) return false;
    if (priority !== null && (task.priority ?? NONE) !== priority) return false;
    if (list !== null && (task.list ?? NONE) !== list) return false;
    if (words.length === 0) return true;
    const { objective, id, error, files } = task;
    const text = [objective, id, error ?? '', ownerOf(task) ?? '', ...files].join('\n').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** What can be chosen, each with its name; the first is everything. */
export interface ChoiceValues {
  values: readonly string[];
  names: Record<string, string>;
}

const EVERYTHING = '';

/**
 * @param values what the tasks have, with `NONE` for nothing
 * @param chosen is offered even if no task has it any more
 */
function choiceValues(
  values: readonly string[],
  chosen: string | null,
  words: { all: string; none: string },
): ChoiceValues {
  const offered = [EVERYTHING, ...new Set(chosen === null ? values : [...values, chosen])];
  const nameOf = (value: string) => (value === EVERYTHING ? words.all : value === NONE ? words.none : value);
  return { values: offered, names: Object.fromEntries(offered.map((value) => [value, nameOf(value)])) };
}

/** @returns the owners, priorities and lists by which these tasks can be filtered */
export function taskChoices(tasks: readonly Task[], chosen: TaskChoice) {
  const sorted = (values: Iterable<string>) => [...new Set(values)].sort(compareNaturally);
  const owners = sorted(tasks.map((task) => ownerOf(task) ?? NONE));
  const written = new Set(tasks.map(({ priority }) => priority ?? NONE));
  const usual = TASK_PRIORITIES.toReversed().filter((priority) => written.has(priority));
  const priorities = [...new Set([...usual, ...sorted(written)])];
  const lists = sorted(tasks.map(({ list }) => list ?? NONE));
  return {
    owners: choiceValues(owners, chosen.owner, { all: 'all owners', none: 'nobody' }),
    priorities: choiceValues(priorities, chosen.priority, { all: 'all priorities', none: 'no priority' }),
    lists: choiceValues(lists, chosen.list, { all: 'all lists', none: 'TASKS.json' }),
  };
}

/** @returns the statuses to which a task may be moved, as their columns are; none for one of a list of Claude Code */
export function movesOf({ list, status }: Pick<Task, 'list' | 'status'>): readonly TaskStatus[] {
  const allowed = list === null ? followingStatuses(status) : [];
  return TASK_STATUSES.filter((one) => allowed.includes(one));
}

/**
 * @param direction 1 for the columns on the right, -1 for those on the left
 * @returns the nearest allowed status in that direction; never `cancelled`, which must be chosen by its name
 */
export function neighbourMove(task: Pick<Task, 'list' | 'status'>, direction: 1 | -1): TaskStatus | null {
  const place = ORDER.indexOf(task.status ?? '');
  const beyond = movesOf(task)
    .filter((status) => status !== 'cancelled' && Math.sign(ORDER.indexOf(status) - place) === direction)
    .sort((one, other) => direction * (ORDER.indexOf(one) - ORDER.indexOf(other)));
  return beyond[0] ?? null;
}

/** A task that another one waits for. */
export interface Blocker {
  id: string;
  /** Null if it is not listed: what became of it is not known. */
  task: Task | null;
}

/** Finds tasks by the id that others of their list name. */
export class TaskIndex {
  readonly #tasks: ReadonlyMap<string, Task>;
  readonly #keys: ReadonlyMap<string, Task>;
  readonly #blockers = new WeakMap<object, readonly Blocker[]>();

  constructor(tasks: readonly Task[]) {
    this.#tasks = new Map(tasks.map((task) => [placeKey(task.list, task.id), task]));
    this.#keys = new Map(tasks.map((task) => [task.key, task]));
  }

  byKey(key: string): Task | null {
    return this.#keys.get(key) ?? null;
  }

  /** @returns the tasks that a task waits for, in its order; the same array for the same task */
  blockersOf(task: Pick<Task, 'list' | 'blocked_by'>): readonly Blocker[] {
    const known = this.#blockers.get(task);
    if (known) return known;
    const { list, blocked_by } = task;
    const blockers = [...new Set(blocked_by)].map((id) => ({ id, task: this.sibling(list, id) }));
    this.#blockers.set(task, blockers);
    return blockers;
  }

  /** @returns the listed tasks of the same list that wait for a task, in the order of the board */
  dependentsOf({ list, id }: Pick<Task, 'list' | 'id'>): Task[] {
    return [...this.#keys.values()].filter((task) => task.list === list && task.blocked_by.includes(id));
  }

  /** @returns the task of the same list with an id; null if none is listed */
  sibling(list: string | null, id: string): Task | null {
    return this.#tasks.get(placeKey(list, id)) ?? null;
  }
}

function placeKey(list: string | null, id: string): string {
  return JSON.stringify([list, id]);
}

/** @returns whether a task is known to be finished; a status that is not known says nothing */
export function isFinished({ status }: Pick<Task, 'status'>): boolean {
  return status === 'completed' || status === 'cancelled';
}

/** The listed locks by their path. */
export type LocksByPath = ReadonlyMap<string, Lock>;

export function locksByPath(locks: readonly Lock[]): LocksByPath {
  return new Map(locks.flatMap((lock) => (typeof lock.filepath === 'string' ? [[pathKey(lock.filepath), lock]] : [])));
}

/** @returns the lock on a file of a task; undefined if none is listed */
export function lockOn(locks: LocksByPath, file: string): Lock | undefined {
  return locks.get(pathKey(file));
}

function pathKey(path: string): string {
  return normalizeLockPath(path);
}

/** @returns the step by which a task got its present status; null if its history does not say */
export function lastStep({ status, history }: Pick<Task, 'status' | 'history'>): TaskChange | null {
  const step = history.findLast(({ from_status, to_status }) => from_status !== to_status);
  return step !== undefined && step.to_status === status ? step : null;
}

/** @returns the files of a task, each once: `TASKS.json` may list one twice */
export function taskFiles({ files }: Pick<Task, 'files'>): string[] {
  return [...new Set(files)];
}

/** @returns a task in a few words, for sentences about it */
export function shortName({ objective, id }: Pick<Task, 'objective' | 'id'>): string {
  const line = objective.trim().replace(/\s+/g, ' ');
  const most = 60;
  return line === '' ? id : line.length > most ? `${line.slice(0, most - 1).trimEnd()}…` : line;
}
