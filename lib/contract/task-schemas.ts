/** Tasks of a swarm: those of `TASKS.json`, and those of Claude Code's task lists. */
import { z } from 'zod';
import { instant } from './instant-schema';

/** Of `TASKS.json`. */
export const TASK_STATUSES = [
  ...['pending', 'assigned', 'working', 'review', 'blocked', 'failed', 'completed', 'cancelled'],
] as const;

export const taskChange = z
  .object({
    at: instant.nullable().describe('Null where the file has no time.'),
    from_status: z.string().nullable(),
    to_status: z.string().nullable(),
    agent_id: z.string().nullable().describe('Who changed it.'),
    message: z.string(),
  })
  .meta({ id: 'TaskChange' });

export const task = z
  .object({
    key: z.string().describe('Unique among all tasks.'),
    id: z.string().describe('Unique in its list.'),
    list: z.string().nullable().describe('The task list of Claude Code that it is in; null for one of `TASKS.json`.'),
    objective: z.string().describe('At most 2,000 characters.'),
    status: z.string().nullable().describe('As written; null where the file has none.'),
    priority: z.string().nullable(),
    created_by: z.string().nullable(),
    assigned_to: z.string().nullable(),
    context_id: z.string().nullable(),
    parent_task_id: z.string().nullable(),
    blocked_by: z.array(z.string()),
    files: z.array(z.string()),
    error: z.string().nullable(),
    status_since: instant.nullable().describe('When it got its status; null where that is not known.'),
    created_at: instant.nullable(),
    updated_at: instant.nullable(),
    history: z.array(taskChange).describe('The oldest first; at most the newest 20.'),
  })
  .meta({ id: 'Task' });

export const tasksState = z
  .object({
    tasks: z.array(task),
    left_off: z.int().nonnegative().describe('Tasks beyond the 1,000 that are listed: the oldest finished ones first.'),
  })
  .meta({ id: 'Tasks' });

export type Task = z.infer<typeof task>;
export type TasksState = z.infer<typeof tasksState>;
