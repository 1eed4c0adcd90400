/** Tasks of a swarm: those of `TASKS.json`, and those of Claude Code's task lists. */
import { z } from 'zod';
import { instant } from './instant-schema';
import { skipped, sourceState } from './schemas';
import { TASK_BOUNDS } from './task-bounds';

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
    assigned_to: z
      .string()
      .nullable()
      .describe('The id of the agent. Of a list of Claude Code: null also where it is not known whom `owner` means.'),
    owner: z
      .string()
      .nullable()
      .describe('The name that a list of Claude Code has for its owner; null for `TASKS.json`.'),
    context_id: z.string().nullable(),
    parent_task_id: z.string().nullable(),
    blocked_by: z.array(z.string()),
    files: z.array(z.string()),
    error: z.string().nullable(),
    status_since: instant.nullable().describe('When it got its status; null where that is not known.'),
    created_at: instant.nullable(),
    updated_at: instant.nullable(),
    history: z
      .array(taskChange)
      .describe(`The oldest first; at most the newest ${TASK_BOUNDS.changes}, and of past moments the newest 3.`),
  })
  .meta({ id: 'Task' });

export const tasksState = z
  .object({
    tasks: z.array(task),
    left_off: z
      .int()
      .nonnegative()
      .describe('Tasks beyond 1,000, or beyond half a megabyte, which are not listed: the oldest finished ones first.'),
    file: z
      .object({
        state: sourceState,
        reason: z.string().nullable(),
        kept_from: instant.nullable(),
        skipped: z
          .array(skipped)
          .optional()
          .describe('Its entries that are no tasks, by reason. Absent at past moments.'),
      })
      .nullable()
      .describe('How `TASKS.json` was read, as a source; null where that is not known.'),
  })
  .meta({ id: 'Tasks' });

export type Task = z.infer<typeof task>;
export type TasksState = z.infer<typeof tasksState>;
