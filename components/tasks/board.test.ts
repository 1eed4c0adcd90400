import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lock } from '@/lib/contract/schemas';
import type { Task } from '@/lib/contract/task-schemas';
import {
  ALL_TASKS,
  boardColumns,
  chosenTasks,
  isFinished,
  lastStep,
  lockOn,
  locksByPath,
  movesOf,
  neighbourMove,
  ownerOf,
  shortName,
  TaskIndex,
  taskChoices,
  taskFiles,
} from './board';

function task(id: string, fields: Partial<Task> = {}): Task {
  return {
    key: fields.list == null ? `task:${id}` : `list:${fields.list}:${id}`,
    id,
    list: null,
    objective: `do ${id}`,
    status: 'pending',
    priority: 'normal',
    ...{ created_by: 'agent-0', assigned_to: null, owner: null, context_id: null, parent_task_id: null },
    ...{ blocked_by: [], files: [], error: null, status_since: null, created_at: null, updated_at: null, history: [] },
    ...fields,
  };
}

const USUAL = ['pending', 'assigned', 'working', 'review', 'blocked', 'failed', 'completed', 'cancelled'];
const statuses = (tasks: readonly Task[]) => boardColumns(tasks).map(({ status }) => status);
const ids = (tasks: readonly Task[]) => tasks.map(({ id }) => id);

test('boardColumns(): every status of the swarm’s tool in the order of work, also without tasks', () => {
  assert.deepEqual(statuses([]), USUAL);
  assert.deepEqual(statuses([task('a', { status: 'working' })]), USUAL);
});

test('boardColumns(): a status of a list of Claude Code has a column of its own name and is never guessed', () => {
  const columns = boardColumns([
    task('1', { list: 'team', status: 'in_progress' }),
    task('2', { list: 'team', status: 'completed' }),
    task('3', { status: 'paused' }),
    task('4', { status: null }),
  ]);
  assert.deepEqual(
    columns.map(({ name, tasks }) => [name, ...ids(tasks)]),
    [
      ['pending'],
      ['assigned'],
      ['working'],
      ['in progress', '1'],
      ['review'],
      ['blocked'],
      ['failed'],
      ['completed', '2'],
      ['cancelled'],
      ['paused', '3'],
      ['no status', '4'],
    ],
  );
});

test('boardColumns(): the tasks of a column stay in the order that they have', () => {
  const [pending] = boardColumns([task('b'), task('a'), task('c', { status: 'working' }), task('d')]);
  assert.deepEqual(ids(pending?.tasks ?? []), ['b', 'a', 'd']);
});

test('chosenTasks(): by owner, priority, list and words; the same array without a choice', () => {
  const tasks = [
    task('a', { assigned_to: 'agent-1', objective: 'Round the totals', files: ['src/cart.ts'] }),
    task('b', { priority: 'high', error: 'The build broke' }),
    task('1', { list: 'team', owner: 'reviewer', priority: null }),
  ];
  const choose = (part: Partial<typeof ALL_TASKS>) => ids(chosenTasks(tasks, { ...ALL_TASKS, ...part }));
  assert.equal(chosenTasks(tasks, ALL_TASKS), tasks);
  assert.deepEqual(choose({ owner: 'agent-1' }), ['a']);
  assert.deepEqual(choose({ owner: 'reviewer' }), ['1']);
  assert.deepEqual(choose({ owner: '-' }), ['b']);
  assert.deepEqual(choose({ priority: 'high' }), ['b']);
  assert.deepEqual(choose({ priority: '-' }), ['1']);
  assert.deepEqual(choose({ list: '-' }), ['a', 'b']);
  assert.deepEqual(choose({ list: 'team' }), ['1']);
  assert.deepEqual(choose({ find: 'TOTALS cart' }), ['a']);
  assert.deepEqual(choose({ find: 'build' }), ['b']);
  assert.deepEqual(choose({ find: 'build totals' }), []);
});

test('taskChoices(): what the tasks have, priorities by their weight, and what is chosen even if none has it', () => {
  const tasks = [
    task('a', { assigned_to: 'agent-10', priority: 'low' }),
    task('b', { assigned_to: 'agent-2', priority: 'critical' }),
    task('c', { priority: 'urgent' }),
  ];
  const { owners, priorities, lists } = taskChoices(tasks, { ...ALL_TASKS, owner: 'agent-7' });
  assert.deepEqual(owners.values, ['', '-', 'agent-2', 'agent-10', 'agent-7']);
  assert.equal(owners.names['-'], 'nobody');
  assert.deepEqual(priorities.values, ['', 'critical', 'low', 'urgent']);
  assert.deepEqual(lists.values, ['', '-']);
  assert.equal(lists.names['-'], 'TASKS.json');
});

test('movesOf(): the transitions of the swarm’s tool; none for a list of Claude Code or an unknown status', () => {
  assert.deepEqual(movesOf(task('a')), ['assigned', 'cancelled']);
  assert.deepEqual(movesOf(task('a', { status: 'working' })), [
    'review',
    'blocked',
    'failed',
    'completed',
    'cancelled',
  ]);
  assert.deepEqual(movesOf(task('a', { status: 'completed' })), []);
  assert.deepEqual(movesOf(task('a', { status: 'paused' })), []);
  assert.deepEqual(movesOf(task('1', { list: 'team' })), []);
});

test('neighbourMove(): the nearest allowed status on that side, never cancelled', () => {
  const working = task('a', { status: 'working' });
  assert.equal(neighbourMove(working, 1), 'review');
  assert.equal(neighbourMove(working, -1), null);
  assert.equal(neighbourMove(task('a', { status: 'blocked' }), -1), 'working');
  assert.equal(neighbourMove(task('a', { status: 'review' }), 1), 'failed');
  assert.equal(neighbourMove(task('a', { status: 'assigned' }), -1), 'pending');
  assert.equal(neighbourMove(task('a', { status: 'failed' }), 1), null);
});

test('TaskIndex: finds blockers in the same list only; what is not listed is unknown', () => {
  const tasks = [task('1'), task('1', { list: 'team' }), task('2', { list: 'team' })];
  const index = new TaskIndex(tasks);
  assert.equal(index.blockersOf(task('3', { list: 'team', blocked_by: ['1', '1'] }))[0]?.task, tasks[1]);
  assert.deepEqual(index.blockersOf(task('3', { blocked_by: ['2'] })), [{ id: '2', task: null }]);
  assert.equal(index.byKey('task:1'), tasks[0]);
});

test('TaskIndex: finds the tasks of the same list that wait for a task', () => {
  const tasks = [task('1'), task('2', { blocked_by: ['1'] }), task('3', { list: 'team', blocked_by: ['1'] })];
  const index = new TaskIndex([...tasks, task('4', { blocked_by: ['2', '1'] })]);
  assert.deepEqual(ids(index.dependentsOf(task('1'))), ['2', '4']);
  assert.deepEqual(index.dependentsOf(task('4')), []);
});

test('lockOn(): finds the lock on a file however its path is spelt', () => {
  const lock = { filepath: './src//cart.ts', lock_file: 'a.lock' } as Lock;
  const locks = locksByPath([lock, { filepath: null, lock_file: 'b.lock' } as unknown as Lock]);
  assert.equal(lockOn(locks, 'src/cart.ts'), lock);
  assert.equal(lockOn(locks, 'src/other.ts'), undefined);
});

test('lastStep(): the step to the present status; null if the history ends elsewhere', () => {
  const step = (from: string | null, to: string) => ({
    ...{ at: null, from_status: from, to_status: to, agent_id: 'agent-1', message: '' },
  });
  const history = [step(null, 'pending'), step('pending', 'assigned'), step('assigned', 'assigned')];
  assert.equal(lastStep({ status: 'assigned', history }), history[1]);
  assert.equal(lastStep({ status: 'working', history }), null);
});

test('taskFiles(): a file that is listed twice is shown once', () => {
  assert.deepEqual(taskFiles({ files: ['b.ts', 'a.ts', 'b.ts'] }), ['b.ts', 'a.ts']);
});

test('ownerOf(), isFinished(), shortName(): nothing is concluded from what is missing', () => {
  assert.equal(ownerOf(task('a')), null);
  assert.equal(isFinished(task('a', { status: null })), false);
  assert.equal(shortName(task('a', { objective: ' Round\n the totals ' })), 'Round the totals');
  assert.equal(shortName(task('a', { objective: '' })), 'a');
  assert.equal(shortName(task('a', { objective: 'x'.repeat(80) })).length, 60);
});
