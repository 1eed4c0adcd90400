/** Tasks: the list, and the commands that create and change one. */
import { TASK_PATH, TASKS_PATH } from '../../../contract/paths';
import { changeTaskBody, createTaskBody } from '../../../contract/task-requests';
import { declareAction } from '../action-endpoint';
import { declare, type Endpoint, stateResponse } from '../endpoint';

export const TASK_ENDPOINTS: readonly Endpoint[] = [
  declare({
    path: TASKS_PATH,
    scope: 'read',
    tag: 'Now',
    id: 'getTasks',
    summary: 'Tasks',
    description:
      'The tasks of `TASKS.json` and those of the task lists of Claude Code, unfinished ones first. `file` says how ' +
      '`TASKS.json` was read: while it can not be read, its last readable tasks are listed. The stream has the same as ' +
      'the event `tasks`.',
    answer: 'tasks',
    answerTo: ({ context }) => stateResponse(context.runtime.hub.state('tasks')?.json),
  }),
  declareAction({
    path: TASKS_PATH,
    method: 'POST',
    id: 'createTask',
    summary: 'Create a task',
    description:
      "Adds a task to `TASKS.json`, as the swarm's own tool does: `pending`, or `assigned` if it names an agent. Nobody is " +
      'informed: a message does that. A file that is not as the tool writes it is left as it is (409 `tasks_unwritable`).',
    tag: 'Commands',
    answer: 'createdTask',
    body: {
      schema: createTaskBody,
      example: { objective: 'Round the totals of partial refunds.', priority: 'high', files: ['src/cart/totals.ts'] },
      required: true,
    },
    action: (actions) => actions.tasks.create,
    input: ({ body }) => body,
  }),
  declareAction({
    path: TASK_PATH,
    method: 'POST',
    id: 'changeTask',
    summary: 'Change a task',
    description:
      "Its status, by the transitions of the swarm's own tool (pending to assigned, cancelled; assigned to working, " +
      'blocked, cancelled, pending; working to review, blocked, failed, cancelled, completed; review to completed, ' +
      'working, failed, cancelled; blocked to pending, assigned, working, cancelled, failed; failed to pending), who is ' +
      'to do it, or its priority. 409 `task_changed` if it has not `expected_status`, `expected_assigned_to` or `expected_priority` any more, 409 ' +
      '`transition_not_allowed` for any other change of the status, with those that are possible as `allowed`; both have ' +
      'the present `task`. 409 `task_read_only` for a task in a list of Claude Code.',
    tag: 'Commands',
    request: 'task',
    answer: 'changedTask',
    body: {
      schema: changeTaskBody,
      example: { to_status: 'review', expected_status: 'working', message: 'The tests pass.' },
      required: true,
    },
    problems: [404],
    action: (actions) => actions.tasks.change,
    input: ({ query, body }: { query: { id: string }; body: typeof changeTaskBody._output }) => ({
      ...body,
      id: query.id,
    }),
  }),
];
