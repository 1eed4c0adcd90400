/** `TASKS.json` and `CONFLICT_LOG.json` as the swarm's tool writes them (swarm-files.md §2, §7). */
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CONFLICT_LOG_FILE } from '../sources/claudeswarm/conflict-log';
import { TASKS_FILE } from '../sources/claudeswarm/tasks';
import { pythonJsonIndented } from '../sources/claudeswarm/written-form';
import { formatUtc } from './registry-file';
import type { StoryConflict, StoryTask } from './world';

/** The tool keeps all tasks for ever; a demo that runs for days should not. */
const MAX_TASKS = 60;
const MAX_CONFLICTS = 100;

interface KeptTask extends StoryTask {
  createdAt: number;
  updatedAt: number;
  history: object[];
}

export class Stores {
  readonly #root: string;
  readonly #tasks = new Map<string, KeptTask>();
  readonly #conflicts = new Map<string, StoryConflict & { detectedAt: number }>();
  /** What `flush` has to write: by the file, the time of its newest change. */
  readonly #changed = new Map<string, number>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Takes a task as it is from now (milliseconds since 1970) on. */
  takeTask(task: StoryTask, now: number): void {
    const known = this.#tasks.get(task.task_id);
    const step = {
      timestamp: formatUtc(now),
      from_status: known?.status ?? null,
      to_status: task.status,
      agent_id: task.assigned_to,
      message: '',
      metadata: {},
    };
    const history = [...(known?.history ?? []), step];
    this.#tasks.set(task.task_id, { ...task, createdAt: known?.createdAt ?? now, updatedAt: now, history });
    dropOldest(this.#tasks, MAX_TASKS);
    this.#changed.set(TASKS_FILE, now);
  }

  /** Takes a conflict as it is from now (milliseconds since 1970) on. */
  takeConflict(conflict: StoryConflict, now: number): void {
    const known = this.#conflicts.get(conflict.conflict_id);
    this.#conflicts.set(conflict.conflict_id, { ...conflict, detectedAt: known?.detectedAt ?? now });
    dropOldest(this.#conflicts, MAX_CONFLICTS);
    this.#changed.set(CONFLICT_LOG_FILE, now);
  }

  /** Replaces the files that changed. */
  flush(): void {
    for (const [name, now] of this.#changed) {
      const content = name === TASKS_FILE ? { tasks: this.#writtenTasks() } : { conflicts: this.#writtenConflicts() };
      const file = path.join(this.#root, name);
      try {
        writeFileSync(`${file}.tmp`, pythonJsonIndented({ version: '1.0', updated_at: formatUtc(now), ...content }));
        renameSync(`${file}.tmp`, file);
      } catch (error) {
        // A root that is gone or a full disk: the swarm's tool warns and goes on too.
        process.emitWarning(error instanceof Error ? error.message : String(error));
      }
    }
    this.#changed.clear();
  }

  #writtenTasks(): object {
    const tasks = [...this.#tasks.values()];
    return Object.fromEntries(
      tasks.map(({ createdAt, updatedAt, history, blocked_by, files, assigned_to, ...task }) => [
        task.task_id,
        {
          ...task,
          assigned_to,
          context_id: null,
          constraints: [],
          files,
          blocked_by,
          blocks: tasks.filter((other) => other.blocked_by.includes(task.task_id)).map(({ task_id }) => task_id),
          result: null,
          error: null,
          history,
          metadata: {},
          created_at: formatUtc(createdAt),
          updated_at: formatUtc(updatedAt),
          parent_task_id: null,
        },
      ]),
    );
  }

  #writtenConflicts(): object[] {
    return [...this.#conflicts.values()].map(({ conflict_id, conflict_type, agents_involved, resource, ...rest }) => ({
      conflict_id,
      conflict_type,
      agents_involved,
      resource,
      detected_at: formatUtc(rest.detectedAt),
      status: rest.status,
      metadata: {},
      negotiations: [],
    }));
  }
}

function dropOldest(kept: Map<string, unknown>, most: number): void {
  const [oldest] = kept.keys();
  if (kept.size > most && oldest !== undefined) kept.delete(oldest);
}
