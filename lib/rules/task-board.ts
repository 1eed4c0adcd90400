/**
 * The tasks of a swarm as they are listed: those of `TASKS.json` and of Claude Code's lists, the most important first.
 * Nothing is concluded: the time of a status is the one that its history names.
 */
import { formatInstant } from '../contract/instant';
import type { CurrentTask } from '../contract/schemas';
import { TASK_BOUNDS } from '../contract/task-bounds';
import type { Task as TaskOfApi, TasksState } from '../contract/task-schemas';
import { TASK_PRIORITIES } from '../contract/task-transitions';
import { excerptOf } from '../sources/claudeswarm/message-fields';
import { isUnfinished, type ListedTask } from '../sources/claudeswarm/tasks';
import type { ReaderStatus } from '../sources/source-status';

const TASKS_PER_STEP = 50;

/** How `TASKS.json` was read. */
type ReadingOfTasks = Pick<ReaderStatus, 'state' | 'reason' | 'keptFrom' | 'skipped'>;

/**
 * Merges and orders tasks, in steps of about a millisecond: unfinished ones first, by priority and then the oldest; of
 * the finished ones the newest.
 *
 * @param tasks of `TASKS.json`, then those of lists, in the order of the files
 * @param status how `TASKS.json` was read
 */
export function* taskBoardSteps(tasks: readonly ListedTask[], status: ReadingOfTasks): Generator<void, TasksState> {
  const listed: TaskOfApi[] = [];
  let characters = 0;
  const ranked = tasks.map((task) => {
    const { key, status: now, priority, createdAt } = task;
    return { key, status: now, priority, createdAt, changedAt: changedAt(task), task };
  });
  yield;
  for (const { task } of ranked.sort(moreImportant)) {
    if (listed.length === TASK_BOUNDS.tasks) break;
    const described = describeTask(task);
    characters += JSON.stringify(described).length;
    if (characters > TASK_BOUNDS.characters) break;
    listed.push(described);
    if (listed.length % TASKS_PER_STEP === 0) yield;
  }
  const { state, reason, keptFrom, skipped } = status;
  return {
    tasks: listed,
    left_off: tasks.length - listed.length,
    file: { state, reason, kept_from: instant(keptFrom), skipped },
  };
}

/** @returns a task as the API shows it */
export function describeTask(task: ListedTask): TaskOfApi {
  const { key, id, list = null, text, status, priority, createdBy, assignedTo, owner, contextId } = task;
  return {
    ...{ key, id, list, objective: text, status, priority, created_by: createdBy, assigned_to: assignedTo, owner },
    ...{ context_id: contextId, parent_task_id: task.parentTaskId, blocked_by: task.blockedBy, files: task.files },
    error: task.error,
    status_since: instant(statusSince(task)),
    created_at: instant(task.createdAt),
    updated_at: instant(task.updatedAt),
    history: task.history.map(({ at, from, to, agentId, message }) => ({
      at: instant(at),
      ...{ from_status: from, to_status: to, agent_id: agentId, message },
    })),
  };
}

/**
 * @returns when the newest change led to the present status, milliseconds since 1970; null where the history does not
 *   say. Entries that keep a status are remarks
 */
export function statusSince({ status, history }: Pick<ListedTask, 'status' | 'history'>): number | null {
  if (status === null) return null;
  for (const { at, from, to } of [...history].reverse()) {
    if (to !== status) return null;
    if (from !== status) return at;
  }
  return null;
}

/** The statuses of tasks that an agent has in hand; the last one is Claude Code's. */
const IN_HAND: ReadonlySet<string | null> = new Set(['working', 'review', 'blocked', 'in_progress']);

/** The tasks that agents have in hand, by the id to which they are assigned. */
export type TasksInHand = ReadonlyMap<string, readonly ListedTask[]>;

export function tasksInHand(tasks: readonly ListedTask[]): TasksInHand {
  const inHand = new Map<string, ListedTask[]>();
  for (const task of tasks) {
    if (task.assignedTo === null || !IN_HAND.has(task.status)) continue;
    const known = inHand.get(task.assignedTo);
    if (known) known.push(task);
    else inHand.set(task.assignedTo, [task]);
  }
  return inHand;
}

/**
 * @param beganAt when the id got its present agent, milliseconds since 1970: what `TASKS.json` assigned before is the
 *   task of a former agent. Null while no change of the id is known
 * @returns the one of an agent's tasks that changed last; null if there is none
 */
export function currentTask(inHand: TasksInHand, agentId: string, beganAt: number | null): CurrentTask | null {
  const own = (inHand.get(agentId) ?? []).filter((task) => {
    // A list of Claude Code names members of a team, and those are the present ones.
    return beganAt === null || task.list !== undefined || (changedAt(task) ?? 0) >= beganAt;
  });
  const [first, ...others] = own;
  if (first === undefined) return null;
  const newest = others.reduce(
    (known, task) => ((changedAt(task) ?? 0) > (changedAt(known) ?? 0) ? task : known),
    first,
  );
  return { key: newest.key, objective: excerptOf(newest.text), status: newest.status ?? '', count: own.length };
}

function changedAt({ updatedAt, history, createdAt }: ListedTask): number | null {
  return newestOf([updatedAt, history.at(-1)?.at ?? null, createdAt]);
}

function newestOf(times: readonly (number | null)[]): number | null {
  const known = times.filter((at) => at !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function instant(at: number | null): string | null {
  return at === null ? null : formatInstant(at);
}

const PRIORITY_RANK: ReadonlyMap<string | null, number> = new Map(
  TASK_PRIORITIES.map((priority, index) => [priority, index] as const),
);

/** What decides about the place of a task; times in milliseconds since 1970. */
interface Ranked {
  key: string;
  status: string | null;
  priority: string | null;
  createdAt: number | null;
  changedAt: number | null;
}

function moreImportant(one: Ranked, other: Ranked): number {
  const [isOpen, isOtherOpen] = [isUnfinished(one), isUnfinished(other)];
  if (isOpen !== isOtherOpen) return isOpen ? -1 : 1;
  if (!isOpen) return (other.changedAt ?? 0) - (one.changedAt ?? 0) || byKey(one, other);
  const rank = ({ priority }: Ranked) => PRIORITY_RANK.get(priority) ?? -1;
  // One without a time comes last, in the order of its list.
  const age = (one.createdAt ?? Number.MAX_SAFE_INTEGER) - (other.createdAt ?? Number.MAX_SAFE_INTEGER);
  return rank(other) - rank(one) || age || byKey(one, other);
}

function byKey(one: Ranked, other: Ranked): number {
  return NATURAL.compare(one.key, other.key);
}

const NATURAL = new Intl.Collator('en', { numeric: true });

/** @returns tasks of the journal in the order in which the board has them */
export function inBoardOrder(tasks: readonly TaskOfApi[]): TaskOfApi[] {
  const time = (at: string | null | undefined) => (at == null ? null : Date.parse(at));
  const ranked = tasks.map((task) => {
    const times = [task.updated_at, task.history.at(-1)?.at, task.created_at].map(time);
    return { ...task, task, createdAt: time(task.created_at), changedAt: newestOf(times) };
  });
  return ranked.sort(moreImportant).map(({ task }) => task);
}
