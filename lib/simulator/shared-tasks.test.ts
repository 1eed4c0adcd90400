import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { tryFlock } from '../platform/flock';
import { SharedTasks } from './shared-tasks';
import type { StoryTask } from './world';

const NOW = Date.UTC(2026, 1, 3, 9);
const folder = mkdtempSync(join(tmpdir(), 'shared-tasks-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let root: string;
let shared: SharedTasks;
beforeEach(() => {
  root = mkdtempSync(join(folder, 'root-'));
  shared = new SharedTasks(root);
});

const path = () => join(root, 'TASKS.json');
const tasksIn = () => JSON.parse(readFileSync(path(), 'utf8')).tasks;
const task = (status: StoryTask['status'], more: Partial<StoryTask> = {}): StoryTask => ({
  ...{ task_id: 'a', objective: 'Go', status, priority: 'normal', created_by: 'agent-0', assigned_to: 'agent-1' },
  ...{ files: [], blocked_by: [], ...more },
});

function step(one: StoryTask): void {
  shared.take(one, NOW);
  shared.flush();
}

/** What a person does on the page. */
function edit(change: (tasks: Record<string, Record<string, unknown>>) => void): void {
  const file = JSON.parse(readFileSync(path(), 'utf8'));
  change(file.tasks);
  writeFileSync(path(), JSON.stringify(file));
}

test('SharedTasks: tasks move as the story says, with a history that the tool would allow', () => {
  step(task('blocked', { task_id: 'b', blocked_by: ['a'] }));
  for (const status of ['assigned', 'working', 'review', 'completed'] as const) step(task(status));
  const { a, b } = tasksIn();
  assert.deepEqual([a.status, a.blocks, b.status], ['completed', ['b'], 'blocked']);
  const steps = (one: { history: { from_status: string | null; to_status: string }[] }) =>
    one.history.map(({ from_status, to_status }) => `${from_status}>${to_status}`);
  assert.deepEqual(steps(a), [
    'null>pending',
    'pending>assigned',
    'assigned>working',
    'working>review',
    'review>completed',
  ]);
  assert.deepEqual(steps(b), ['null>pending', 'pending>assigned', 'assigned>blocked']);
});

test('SharedTasks: a task that a person moved stays so, unless the tool would allow the next step of the story', () => {
  step(task('working'));
  step(task('working', { task_id: 'b' }));
  step(task('working', { task_id: 'c' }));
  edit((tasks) => {
    Object.assign(tasks.a ?? {}, { status: 'cancelled', mine: 1 });
    Object.assign(tasks.b ?? {}, { status: 'review' });
    delete tasks.c;
    tasks.own = { task_id: 'own', status: 'pending' };
  });
  for (const task_id of ['a', 'b', 'c']) step(task('completed', { task_id }));
  const { a, b, c, own } = tasksIn();
  assert.deepEqual([a.status, a.mine, b.status, c, own.status], ['cancelled', 1, 'completed', undefined, 'pending']);
});

test('SharedTasks: steps wait while somebody has the lock, and what an earlier demo left is gone', () => {
  writeFileSync(path(), '{"tasks": {"old": {}}}');
  const descriptor = openSync(path(), 'r+');
  assert.ok(tryFlock(descriptor, ''));
  step(task('working'));
  assert.deepEqual(Object.keys(tasksIn()), ['old']);
  closeSync(descriptor);
  shared.flush();
  assert.deepEqual(Object.keys(tasksIn()), ['a']);
});
