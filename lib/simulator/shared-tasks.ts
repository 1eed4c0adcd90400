/**
 * The tasks of the simulated agents in `TASKS.json`, as the swarm's tool writes them (swarm-files.md §7). What others
 * change there, such as a person on the page, stays: the story goes on with a task only where the tool would allow it.
 */
import { followingStatuses } from '../contract/task-transitions';
import type { TasksText } from '../sources/claudeswarm/tasks-text';
import { tryChangeTasks } from '../sources/claudeswarm/tasks-writer';
import { formatUtc, pythonJsonIndented } from '../sources/claudeswarm/written-form';
import type { StoryTask } from './world';

/** The tool keeps all tasks forever; a demo that runs for days should not. */
const MAX_TASKS = 60;
const MAX_FOREIGN_TASKS = 200;
const MAX_BEGUN = 1000;
/** Steps that wait because the file is locked. */
const MAX_WAITING = 1000;

interface Step {
  task: StoryTask;
  /** Milliseconds since 1970. */
  now: number;
}

type Written = Record<string, unknown>;

export class SharedTasks {
  readonly #root: string;
  #steps: Step[] = [];
  /** As they were written last, by id; null before the first time: what is there then is of an earlier demo. */
  #own: Map<string, Written> | null = null;

  /** The newest of all tasks that were begun: one that is gone does not come back. */
  readonly #begun = new Set<string>();

  constructor(root: string) {
    this.#root = root;
  }

  /** A task has this state from now (milliseconds since 1970) on. */
  take(task: StoryTask, now: number): void {
    this.#steps.push({ task, now });
    if (this.#steps.length > MAX_WAITING) this.#steps.shift();
  }

  /**
   * Writes the steps; those for which the file is locked at this moment wait for the next call.
   *
   * @throws if the file can't be written; its steps are then left out
   */
  flush(): void {
    const steps = this.#steps;
    if (steps.length === 0) return;
    this.#steps = [];
    const done = tryChangeTasks(this.#root, {
      apply: (text) => {
        const own = this.#after(text, steps);
        const tasks = { ...this.#foreign(text), ...Object.fromEntries(own) };
        const updated_at = formatUtc(steps.at(-1)?.now ?? 0);
        return { next: pythonJsonIndented({ version: '1.0', updated_at, tasks: withBlocks(tasks) }), result: own };
      },
    });
    if (done === null) {
      this.#steps = [...steps, ...this.#steps];
      return;
    }
    this.#own = done.result;
    for (const { task } of steps) this.#begun.add(task.task_id);
    for (const id of this.#begun) if (this.#begun.size > MAX_BEGUN) this.#begun.delete(id);
  }

  #after({ tasks }: TasksText, steps: readonly Step[]): Map<string, Written> {
    const own = new Map<string, Written>();
    // A task that somebody else has removed is gone.
    for (const id of this.#own?.keys() ?? []) {
      const task = tasks.get(id);
      if (task) own.set(id, task.value);
    }
    for (const { task, now } of steps) {
      const known = own.get(task.task_id);
      if (known !== undefined) own.set(task.task_id, moved(known, task, now));
      else if (!this.#begun.has(task.task_id)) own.set(task.task_id, begun(task, now));
      const [oldest] = own.keys();
      if (own.size > MAX_TASKS && oldest !== undefined) own.delete(oldest);
    }
    return own;
  }

  /** The tasks that others have added. */
  #foreign({ tasks }: TasksText): Record<string, Written> {
    const own = this.#own;
    if (own === null) return {};
    const others = [...tasks].filter(([id]) => !own.has(id)).slice(-MAX_FOREIGN_TASKS);
    return Object.fromEntries(others.map(([id, { value }]) => [id, value]));
  }
}

/** A task as it is created, and as its agent got it. */
function begun(task: StoryTask, now: number): Written {
  const statuses = [...new Set(['pending', 'assigned', task.status])];
  const at = formatUtc(now);
  return {
    task_id: task.task_id,
    objective: task.objective,
    status: task.status,
    priority: task.priority,
    created_by: task.created_by,
    assigned_to: task.assigned_to,
    context_id: null,
    constraints: [],
    files: task.files,
    blocked_by: task.blocked_by,
    blocks: [],
    result: null,
    error: null,
    history: statuses.map((status, index) =>
      index === 0
        ? stepOf(at, null, status, task.created_by, 'Task created')
        : stepOf(at, statuses[index - 1] ?? null, status, task.assigned_to, ''),
    ),
    metadata: {},
    created_at: at,
    updated_at: at,
    parent_task_id: null,
  };
}

/** The next step of the story, where the tool would allow it after what others have made of the task. */
function moved(known: Written, { status, assigned_to }: StoryTask, now: number): Written {
  const from = typeof known.status === 'string' ? known.status : null;
  const isStillTheirs = known.assigned_to === assigned_to;
  if (!isStillTheirs || !followingStatuses(from).some((one) => one === status)) return known;
  const at = formatUtc(now);
  const history = Array.isArray(known.history) ? known.history : [];
  return { ...known, status, history: [...history, stepOf(at, from, status, assigned_to, '')], updated_at: at };
}

function stepOf(timestamp: string, from_status: string | null, to_status: string, agent_id: string, message: string) {
  return { timestamp, from_status, to_status, agent_id, message, metadata: {} };
}

/** Sets which tasks each one blocks. */
function withBlocks(tasks: Record<string, Written>): Record<string, Written> {
  const waitsFor = (task: Written, id: string) => Array.isArray(task.blocked_by) && task.blocked_by.includes(id);
  const all = Object.entries(tasks);
  return Object.fromEntries(
    all.map(([id, task]) => [
      id,
      { ...task, blocks: all.filter(([, other]) => waitsFor(other, id)).map(([key]) => key) },
    ]),
  );
}
