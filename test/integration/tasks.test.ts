/** Tasks, from the file to the API, the stream, the past and bundles, and back by commands. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import type { ActionsAnswer } from '../../lib/contract/action-schemas';
import type { Bundle } from '../../lib/contract/bundle-schemas';
import { type PastState, pastState } from '../../lib/contract/past-schemas';
import { ACTIONS_PATH, AGENTS_PATH, BUNDLE_PATH, STATE_PATH, TASKS_PATH } from '../../lib/contract/paths';
import type { AgentsAnswer } from '../../lib/contract/schemas';
import { type TaskAnswer, taskAnswer } from '../../lib/contract/task-requests';
import { type TasksState, tasksState } from '../../lib/contract/task-schemas';
import { pythonJsonIndented } from '../../lib/sources/claudeswarm/written-form';
import { ProductionServer } from '../support/production-server';
import { scratchFolder } from '../support/scratch-folder';
import { openStream } from '../support/sse-client';
import { until } from '../support/until';

const root = scratchFolder('tasks-');
const file = join(root, 'TASKS.json');
const server = new ProductionServer({
  CLAUDESWARM_ROOT: root,
  SWARM_HISTORY: ':memory:',
  LIMIT_COMMANDS_PER_MINUTE: '0',
});

before(async () => {
  const agents = ['agent-1', 'agent-2'].map((id, index) => ({ id, pid: 4_194_400 + index, tmux_pane_id: `%${index}` }));
  writeFileSync(join(root, 'ACTIVE_AGENTS.json'), JSON.stringify({ session_name: 'main', agents }));
  await server.start();
});
after(() => server.stop());
beforeEach(async () => {
  write({});
  await tasksWhen(({ tasks, file: read }) => tasks.length === 0 && read?.state === 'ok');
});

const task = (id: string, status: string, more: object = {}) => ({
  ...{ task_id: id, objective: `secret plan ${id}`, status, priority: 'normal', created_by: 'agent-1', history: [] },
  ...{ assigned_to: 'agent-1', blocked_by: [], files: ['src/a.ts'], created_at: '2026-02-03T09:00:00+00:00', ...more },
});

function write(tasks: object): void {
  writeFileSync(file, pythonJsonIndented({ version: '1.0', updated_at: '2026-02-03T09:00:00+00:00', tasks }));
}

const tasksWhen = (fits: (state: TasksState) => boolean) => server.until<TasksState>(TASKS_PATH, fits);
const iso = (at: number) => new Date(at).toISOString();
const stateAt = (at: number) => `${STATE_PATH}?at=${iso(at)}`;
const taskPath = (key: string) => `${TASKS_PATH}/${encodeURIComponent(key)}`;

async function send(path: string, body: object, more: Record<string, string> = {}) {
  const headers = { ...server.commandHeaders, ...more };
  const response = await fetch(`${server.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  const answer = (await response.json()) as TaskAnswer & { type?: string; detail?: string; allowed?: string[] };
  return { status: response.status, answer, code: answer.type?.split(':').at(-1) ?? null };
}

test('TASKS.json: its tasks are listed, sent when they change, and shown as what an agent has in hand', async () => {
  const states: TasksState[] = [];
  const close = openStream({
    url: `${server.url}/api/stream`,
    onEvent: ({ name, data }) => name === 'tasks' && states.push(JSON.parse(data)),
    onEnd: () => {},
  });
  await until(
    async () => states.length,
    (count) => count > 0,
  );
  write({ a: task('a', 'working'), b: task('b', 'pending', { assigned_to: null, priority: 'high' }) });
  const state = tasksState.parse(await tasksWhen(({ tasks }) => tasks.length === 2));
  assert.deepEqual(
    state.tasks.map(({ key, status, status_since }) => [key, status, status_since]),
    [
      ['task:b', 'pending', null],
      ['task:a', 'working', null],
    ],
  );
  const { agents } = await server.until<AgentsAnswer>(
    AGENTS_PATH,
    (answer) => answer.agents[0]?.current_task !== null && answer.agents.length === 2,
  );
  assert.deepEqual(
    agents.map(({ current_task }) => current_task),
    [{ key: 'task:a', objective: 'secret plan a', status: 'working', count: 1 }, null],
  );
  write({ a: task('a', 'review') });
  await tasksWhen(({ tasks }) => tasks.length === 1);
  await until(
    async () => states.at(-1)?.tasks.length,
    (length) => length === 1,
  );
  assert.equal(states[0]?.tasks.length, 0, 'the first state');
  close();
});

test('TASKS.json: while it can not be read, its last tasks are listed, and the state says so', async () => {
  write({ a: task('a', 'working') });
  await tasksWhen(({ tasks }) => tasks.length === 1);
  writeFileSync(file, '{"tasks": {');
  const state = await tasksWhen(({ file: read }) => read?.state === 'unreadable');
  assert.equal(state.tasks.length, 1);
  assert.match(state.file?.reason ?? '', /TASKS\.json is unusable: invalid JSON; its last readable content is used\./);
  assert.notEqual(state.file?.kept_from, null);
  const refused = await send(taskPath('task:a'), { to_status: 'review' });
  assert.deepEqual([refused.status, refused.code], [409, 'tasks_unwritable']);
  assert.equal(readFileSync(file, 'utf8'), '{"tasks": {');
});

test('POST /api/tasks: 201 with the task as it is listed at once; a repeated key makes no second one', async () => {
  const body = { objective: 'Go', assigned_to: 'agent-2', files: ['src/b.ts'] };
  const key = { 'Idempotency-Key': 'one' };
  const created = await send(TASKS_PATH, body, key);
  assert.equal(created.status, 201);
  taskAnswer.parse(created.answer);
  const { tasks } = await server.get<TasksState>(TASKS_PATH);
  assert.deepEqual(tasks, [created.answer.task]);
  assert.deepEqual((await send(TASKS_PATH, body, key)).answer.task, created.answer.task);
  assert.equal((await server.get<TasksState>(TASKS_PATH)).tasks.length, 1);
  const { actions } = await server.get<ActionsAnswer>(ACTIONS_PATH);
  const recorded = actions.find(({ action }) => action === 'create_task');
  assert.deepEqual([recorded?.outcome, recorded?.agent_id], ['created', 'agent-2']);
  assert.equal((await send(TASKS_PATH, { objective: ' ' })).status, 422);
  assert.equal((await send(TASKS_PATH, { objective: 'Go', blocked_by: ['nothing'] })).status, 422);
});

test('POST /api/tasks/{id}: moves a task by the rules of the tool, and what changed is known of past moments', async () => {
  write({ a: task('a', 'working') });
  await tasksWhen(({ tasks }) => tasks[0]?.status === 'working');
  // A past moment is known to the millisecond, and a change may be journaled in the one in which it was seen.
  const before = Date.now();
  await server.until<PastState>(stateAt(before), ({ tasks }) => tasks.tasks[0]?.status === 'working');
  const stale = await send(taskPath('task:a'), { to_status: 'completed', expected_status: 'review' });
  assert.deepEqual([stale.status, stale.code, stale.answer.task.status], [409, 'task_changed', 'working']);
  const wrong = await send(taskPath('task:a'), { to_status: 'pending' });
  assert.deepEqual([wrong.status, wrong.code], [409, 'transition_not_allowed']);
  assert.deepEqual(wrong.answer.allowed, ['review', 'blocked', 'failed', 'cancelled', 'completed']);
  assert.equal((await send(taskPath('task:none'), { to_status: 'review' })).status, 404);
  assert.equal((await send(taskPath('list:team/1'), { to_status: 'review' })).code, 'task_read_only');
  const moved = await send(taskPath('task:a'), { to_status: 'review', expected_status: 'working', message: 'done' });
  assert.deepEqual([moved.status, moved.answer.outcome, moved.answer.task.status], [200, 'changed', 'review']);
  assert.deepEqual((await server.get<TasksState>(TASKS_PATH)).tasks, [moved.answer.task]);
  assert.equal((await send(taskPath('task:a'), { to_status: 'review' })).answer.outcome, 'unchanged');

  const now = await server.until<PastState>(stateAt(Date.now()), ({ tasks }) => tasks.tasks[0]?.status === 'review');
  pastState.parse(now);
  const [change] = now.tasks.tasks[0]?.history ?? [];
  assert.deepEqual(
    [now.known.tasks, change?.agent_id, change?.from_status, change?.to_status, change?.message],
    [true, 'operator', 'working', 'review', 'done'],
  );
  const then = await server.get<PastState>(stateAt(before));
  assert.equal(then.tasks.tasks[0]?.status, 'working');
});

test('GET /api/bundle: has the tasks, and without texts neither their objectives nor remarks', async () => {
  const since = Date.now();
  write({ a: task('a', 'working', { error: 'secret error' }) });
  await tasksWhen(({ tasks }) => tasks.length === 1);
  await send(taskPath('task:a'), { to_status: 'review', message: 'secret remark' });
  const end = Date.now();
  await server.until<PastState>(stateAt(end), ({ tasks }) => tasks.tasks[0]?.status === 'review');
  const path = `${BUNDLE_PATH}?since=${iso(since)}&until=${iso(end)}`;
  const whole = await server.get<Bundle>(path);
  const entries = whole.journal.filter(({ kind }) => kind === 'task');
  assert.deepEqual(entries.map(({ body }) => body?.status).slice(-2), ['working', 'review']);
  assert.match(JSON.stringify(whole), /secret remark/);
  const blank = JSON.stringify(await server.get<Bundle>(`${path}&text=blank`));
  assert.ok(!/secret (plan|remark|error)/.test(blank));
  assert.match(blank, /"key":"task:a"/);
});
