/** The bodies of commands about tasks, and their answers. */
import { z } from 'zod';
import { TASK_BOUNDS } from './task-bounds';
import { task } from './task-schemas';
import { TASK_PRIORITIES, TASK_STATUSES } from './task-transitions';

const MAX_ID_LENGTH = 200;
const MAX_PATH_LENGTH = 1000;

/** Half of a surrogate pair has no UTF-8 form, so the swarm's tool could not read it. */
const text = (most: number) =>
  z
    .string({ error: 'must be a text.' })
    .max(most, { error: `must have at most ${most} characters.` })
    .refine((written) => !/[\p{Surrogate}\0]/u.test(written), { error: 'must be valid Unicode without NUL.' });

/** An agent id as the swarm's own tool accepts it, or one of Claude Code's teams, which has slashes. */
const agentId = text(MAX_ID_LENGTH).refine((id) => id.trim() === id && id !== '', {
  error: 'must be the id of an agent.',
});

const priority = z.enum(TASK_PRIORITIES, { error: `must be one of ${TASK_PRIORITIES.join(', ')}.` });
const status = z.enum(TASK_STATUSES, { error: `must be one of ${TASK_STATUSES.join(', ')}.` });
const id = text(MAX_ID_LENGTH).min(1, { error: 'must not be empty.' });

export const createTaskBody = z
  .object({
    objective: text(TASK_BOUNDS.objective)
      .trim()
      .min(1, { error: 'must not be blank.' })
      .describe('What is to be done.'),
    priority: priority.default('normal'),
    assigned_to: agentId.optional().describe('The agent that is to do it: the task is then `assigned`, not `pending`.'),
    files: z
      .array(text(MAX_PATH_LENGTH).min(1, { error: 'must not be empty.' }), { error: 'must be a list of paths.' })
      .max(TASK_BOUNDS.files, { error: `must have at most ${TASK_BOUNDS.files} paths.` })
      .default([]),
    blocked_by: z
      .array(id, { error: 'must be a list of ids of tasks.' })
      .max(TASK_BOUNDS.blockers, { error: `must have at most ${TASK_BOUNDS.blockers} ids.` })
      .default([])
      .describe('The `id` of each task that must be finished before.'),
    context_id: id.optional(),
    parent_task_id: id.optional().describe('The `id` of the task that it is a part of.'),
    created_by: agentId.optional().describe('Default: the setting OPERATOR_NAME.'),
  })
  .meta({ id: 'CreateTask' });

export const changeTaskBody = z
  .object({
    to_status: status.optional().describe('One of those that may follow its present status.'),
    assigned_to: agentId
      .nullable()
      .optional()
      .describe('The agent that is to do it; null for nobody. A `pending` task that gets one becomes `assigned`.'),
    priority: priority.optional(),
    message: text(TASK_BOUNDS.objective).optional().describe('Why; it becomes part of the history of the task.'),
    expected_status: z
      .string({ error: 'must be the status that the task was listed with, or null.' })
      .nullable()
      .optional()
      .describe('As it was listed: the task is changed only if it still has this status.'),
    expected_assigned_to: z
      .string({ error: 'must be the agent that the task was listed with, or null.' })
      .nullable()
      .optional()
      .describe('As it was listed: the task is changed only if it is still assigned to this agent, or to nobody.'),
    expected_priority: z
      .string({ error: 'must be the priority that the task was listed with, or null.' })
      .nullable()
      .optional()
      .describe('As it was listed: the task is changed only if it still has this priority.'),
    agent_id: agentId.optional().describe('Who changes it, for its history. Default: the setting OPERATOR_NAME.'),
  })
  .refine(
    ({ to_status, assigned_to, priority: wanted, message }) =>
      [to_status, assigned_to, wanted, message].some((one) => one !== undefined),
    { error: 'must have at least one of to_status, assigned_to, priority and message.' },
  )
  .meta({ id: 'ChangeTask' });

export const taskAnswer = z
  .object({
    task,
    outcome: z
      .enum(['created', 'changed', 'unchanged'])
      .describe('`unchanged`: it was so already, and nothing was written.'),
  })
  .meta({ id: 'TaskAnswer' });

export type CreateTaskBody = z.output<typeof createTaskBody>;
export type ChangeTaskBody = z.output<typeof changeTaskBody>;
export type TaskAnswer = z.infer<typeof taskAnswer>;
