import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TASK_BOUNDS } from '../contract/task-bounds';
import { type TasksState, tasksState } from '../contract/task-schemas';
import type { ListedTask, TaskChange } from '../sources/claudeswarm/tasks';
import { currentTask, inBoardOrder, statusSince, taskBoardSteps, tasksInHand } from './task-board';

const READ = { state: 'ok' as const, reason: null, keptFrom: null, skipped: [] };

function taskBoard(tasks: readonly ListedTask[], read: Parameters<typeof taskBoardSteps>[1] = READ): TasksState {
  const steps = taskBoardSteps(tasks, read);
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value;
}

function task(id: string, fields: Partial<ListedTask> = {}): ListedTask {
  return {
    ...{ id, key: `task:${id}`, objective: id, text: id, status: 'pending', assignedTo: null, blockedBy: [] },
    ...{ createdAt: null, updatedAt: null, priority: 'normal', createdBy: null, owner: null, contextId: null },
    ...{ parentTaskId: null, files: [], error: null, history: [] },
    ...fields,
  };
}

const change = (at: number | null, from: string | null, to: string): TaskChange => ({
  ...{ at, from, to, agentId: 'agent-0', message: '' },
});

const ids = (tasks: readonly ListedTask[]) => taskBoard(tasks).tasks.map(({ id }) => id);

test('taskBoardSteps(): unfinished tasks first, by priority and then the oldest; of the finished ones the newest', () => {
  const tasks = [
    task('done-early', { status: 'completed', updatedAt: 1 }),
    task('low', { priority: 'low', createdAt: 1 }),
    task('timeless'),
    task('strange', { status: 'dreaming', priority: 'soon', createdAt: 1 }),
    task('old', { createdAt: 1 }),
    task('urgent', { priority: 'critical', createdAt: 9, status: 'failed' }),
    task('done-late', { status: 'cancelled', history: [change(5, 'working', 'cancelled')] }),
    task('new', { createdAt: 2 }),
  ];
  const order = ['urgent', 'old', 'new', 'timeless', 'low', 'strange', 'done-late', 'done-early'];
  assert.deepEqual(ids(tasks), order);
  const described = taskBoard(tasks).tasks;
  assert.deepEqual(
    inBoardOrder([...described].reverse()).map(({ id }) => id),
    order,
    'tasks of the journal have the same order',
  );
});

test('taskBoardSteps(): at most 1,000 tasks and half a megabyte; the oldest finished ones are left off and counted', () => {
  const many = Array.from({ length: 1500 }, (_, index) =>
    task(String(index), { status: index % 2 === 0 ? 'completed' : 'pending', updatedAt: index }),
  );
  const board = taskBoard(many);
  assert.deepEqual([board.tasks.length, board.left_off], [1000, 500]);
  assert.equal(board.tasks.filter(({ status }) => status === 'pending').length, 750);
  assert.equal(board.tasks.at(-1)?.id, '1000', 'of the finished ones the newest 250');
  const large = Array.from({ length: 1000 }, (_, index) => task(String(index), { text: 'x'.repeat(2000) }));
  const { tasks, left_off } = taskBoard(large);
  assert.ok(JSON.stringify(tasks).length <= TASK_BOUNDS.characters + tasks.length + 1);
  assert.equal(tasks.length + left_off, 1000);
});

test('taskBoardSteps(): says which entries of the file are no tasks', () => {
  const skipped = [{ reason: 'entry is not an object', count: 1, last: 'tasks["a"]' }];
  assert.deepEqual(taskBoard([], { ...READ, skipped }).file, { state: 'ok', reason: null, kept_from: null, skipped });
});

test('taskBoardSteps(): gives a valid state for any tasks', () => {
  const status = fc.oneof(fc.constantFrom('pending', 'working', 'completed', null), fc.string());
  const history = fc.array(fc.tuple(fc.nat(), status, fc.string()).map(([at, from, to]) => change(at, from, to)));
  fc.assert(
    fc.property(fc.array(fc.record({ status, history, createdAt: fc.option(fc.nat()) })), (entries) => {
      const tasks = entries.map((entry, index) => task(String(index), entry));
      const board = tasksState.parse(taskBoard(tasks));
      assert.equal(board.tasks.length, tasks.length);
    }),
  );
});

test('statusSince(): the newest change that led to the present status; null where the history does not say', () => {
  const since = (status: string | null, ...history: TaskChange[]) => statusSince({ status, history });
  const created = change(1, null, 'pending');
  assert.equal(since('pending'), null);
  assert.equal(since('pending', created), 1);
  assert.equal(since('working', created, change(2, 'pending', 'assigned'), change(3, 'assigned', 'working')), 3);
  // A remark keeps the status, and who came back is in it since then.
  assert.equal(since('working', change(3, 'assigned', 'working'), change(4, 'working', 'working')), 3);
  const back = [change(2, 'assigned', 'working'), change(3, 'working', 'review'), change(4, 'review', 'working')];
  assert.equal(since('working', ...back), 4);
  // The file says something else than its history, or only that the status was kept.
  assert.equal(since('review', created, change(2, 'pending', 'assigned')), null);
  assert.equal(since('pending', change(2, 'pending', 'pending')), null);
  assert.equal(since(null, created), null);
  assert.equal(since('pending', change(null, null, 'pending')), null);
});

test('currentTask(): the one in hand that changed last, with their number, by the id alone', () => {
  const inHand = tasksInHand([
    task('planned', { assignedTo: 'agent-1', status: 'assigned', updatedAt: 9 }),
    task('older', { assignedTo: 'agent-1', status: 'working', updatedAt: 2 }),
    task('newer', { assignedTo: 'agent-1', status: 'review', updatedAt: 3 }),
    task('stuck', { assignedTo: 'agent-2', status: 'blocked', updatedAt: 3 }),
    task('done', { assignedTo: 'agent-3', status: 'completed', updatedAt: 3 }),
    task('listed', { assignedTo: 'api/tester', status: 'in_progress', list: 'team' }),
  ]);
  const current = (id: string, beganAt: number | null = null) => currentTask(inHand, id, beganAt);
  assert.deepEqual(current('agent-1'), { key: 'task:newer', objective: 'newer', status: 'review', count: 2 });
  assert.equal(current('agent-2')?.status, 'blocked');
  assert.equal(current('agent-3'), null);
  assert.equal(current('agent-4'), null);
  assert.equal(current('agent-1', 3)?.count, 1, 'the older one was the task of a former agent of this id');
  assert.equal(current('agent-2', 4), null);
  assert.equal(current('api/tester', 4)?.key, 'task:listed');
});
