import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { type ChangeTaskBody, changeTaskBody, createTaskBody, taskAnswer } from '../contract/task-requests';
import { followingStatuses, TASK_STATUSES } from '../contract/task-transitions';
import { describeTask } from '../rules/task-board';
import { parseTasks } from '../sources/claudeswarm/tasks';
import { pythonJsonIndented } from '../sources/claudeswarm/written-form';
import { ActionRefused } from './action';
import { createTaskActions, type TaskActions } from './tasks';

const NOW = Date.UTC(2026, 1, 3, 9);
const AT = '2026-02-03T09:00:00.000000+00:00';
const CALLER = { name: 'ada', client: '127.0.0.1' };
const folder = mkdtempSync(join(tmpdir(), 'task-actions-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let root: string;
let tasks: TaskActions;
let published: number;

beforeEach(() => {
  root = mkdtempSync(join(folder, 'root-'));
  published = 0;
  tasks = createTaskActions({
    ...{ root, operatorName: 'operator', describe: describeTask, now: () => NOW, undoneWithinMs: 0 },
    publish: async () => {
      published += 1;
    },
  });
});

const textIn = () => readFileSync(join(root, 'TASKS.json'), 'utf8');
const writtenIn = () => JSON.parse(textIn()).tasks as Record<string, Record<string, unknown>>;

function hold(status: string, more: Record<string, unknown> = {}): string {
  const task = { task_id: 'a', objective: 'Go', status, priority: 'normal', assigned_to: 'agent-1', history: [] };
  const content = pythonJsonIndented({ version: '1.0', updated_at: 'x', tasks: { a: { ...task, ...more } } });
  writeFileSync(join(root, 'TASKS.json'), content);
  return content;
}

const create = async (body: object) => tasks.create.run(createTaskBody.parse(body), CALLER);
const change = async (body: object, id = 'task:a') =>
  tasks.change.run({ ...(changeTaskBody.parse(body) as ChangeTaskBody), id }, CALLER);

async function refusalOf(work: Promise<unknown>): Promise<ActionRefused> {
  const error = await work.then(
    () => null,
    (refused: unknown) => refused,
  );
  assert.ok(error instanceof ActionRefused, String(error));
  return error;
}

test('create: writes exactly the fields of the tool, and answers the task as it is listed', async () => {
  const { answer, status, outcome } = await create({ objective: ' Go ', files: ['a.ts', 'a.ts'] });
  assert.deepEqual([status, outcome, published], [201, 'created', 2]);
  const [id = ''] = Object.keys(writtenIn());
  const created = { timestamp: AT, from_status: null, to_status: 'pending', agent_id: 'operator' };
  const task = {
    ...{ task_id: id, objective: 'Go', status: 'pending', priority: 'normal', created_by: 'operator' },
    ...{ assigned_to: null, context_id: null, constraints: [], files: ['a.ts'], blocked_by: [], blocks: [] },
    ...{ result: null, error: null, history: [{ ...created, message: 'Task created', metadata: {} }], metadata: {} },
    ...{ created_at: AT, updated_at: AT, parent_task_id: null },
  };
  // The order of the keys is the tool's too.
  assert.equal(textIn(), pythonJsonIndented({ version: '1.0', updated_at: AT, tasks: { [id]: task } }));
  const parsed = parseTasks(Buffer.from(textIn()));
  assert.ok('tasks' in parsed && parsed.tasks[0]);
  assert.deepEqual(taskAnswer.parse(answer), { task: describeTask(parsed.tasks[0]), outcome: 'created' });
});

test('create: with an agent it is assigned, and it can only wait for tasks that exist', async () => {
  const first = await create({ objective: 'One', assigned_to: 'agent-2', created_by: 'agent-1' });
  assert.deepEqual([first.answer.task.status, first.answer.task.assigned_to], ['assigned', 'agent-2']);
  const { id } = first.answer.task;
  const second = await create({ objective: 'Two', blocked_by: [id], parent_task_id: id, context_id: 'c' });
  assert.deepEqual(second.answer.task.blocked_by, [id]);
  assert.equal(Object.keys(writtenIn()).length, 2);
  const refused = await refusalOf(create({ objective: 'Three', blocked_by: ['nothing'] }));
  assert.equal(refused.code, 'invalid_parameter');
  assert.match(refused.message, /blocked_by must name tasks of TASKS\.json, which has none with the id nothing\./);
  assert.equal(Object.keys(writtenIn()).length, 2);
});

test('change: every transition of the tool, and no other', async () => {
  for (const from of TASK_STATUSES) {
    for (const to of TASK_STATUSES) {
      const before = hold(from);
      if (followingStatuses(from).includes(to)) {
        const { answer, outcome, detail } = await change({ to_status: to, message: 'why' });
        assert.deepEqual([answer.task.status, outcome], [to, 'changed']);
        assert.equal(detail, `From ${from} to ${to}. why`);
        const step = { timestamp: AT, from_status: from, to_status: to, agent_id: 'operator', message: 'why' };
        assert.deepEqual(writtenIn().a?.history, [{ ...step, metadata: {} }]);
        assert.equal(answer.task.status_since, '2026-02-03T09:00:00.000+00:00');
      } else if (from === to) {
        assert.equal((await change({ to_status: to })).outcome, 'unchanged');
        assert.equal(textIn(), before);
      } else {
        const { code, more, message } = await refusalOf(change({ to_status: to }));
        assert.equal(code, 'transition_not_allowed', `${from} -> ${to}`);
        assert.deepEqual(more.allowed, followingStatuses(from));
        assert.match(message, new RegExp(`^A task that is ${from} can't become ${to}; `));
        assert.equal(textIn(), before);
      }
    }
  }
});

test('change: only while the task has the expected status; the refusal has the present one', async () => {
  const before = hold('review');
  const { code, more, message } = await refusalOf(change({ to_status: 'completed', expected_status: 'working' }));
  assert.equal(code, 'task_changed');
  assert.match(message, /^The task is review by now, not working; nothing was changed\./);
  assert.equal((more.task as { status: string }).status, 'review');
  assert.equal(textIn(), before);
  assert.equal((await change({ to_status: 'completed', expected_status: 'review' })).outcome, 'changed');
});

test('change: only while the owner and the priority are as expected; what differs is named', async () => {
  const before = hold('working', { assigned_to: 'agent-2', priority: 'low' });
  const listed = { expected_assigned_to: 'agent-1', expected_priority: 'normal' };
  const { code, more, message } = await refusalOf(change({ assigned_to: 'agent-3', ...listed }));
  assert.equal(code, 'task_changed');
  assert.match(
    message,
    /^The task is assigned to agent-2 by now, not to agent-1, and of the priority low by now, not normal; nothing/,
  );
  assert.equal((more.task as { assigned_to: string }).assigned_to, 'agent-2');
  assert.equal((await refusalOf(change({ priority: 'high', expected_assigned_to: null }))).code, 'task_changed');
  assert.equal(textIn(), before);
  const now = { expected_status: 'working', expected_assigned_to: 'agent-2', expected_priority: 'low' };
  const { answer } = await change({ assigned_to: 'agent-3', priority: 'high', ...now });
  assert.deepEqual([answer.task.assigned_to, answer.task.priority], ['agent-3', 'high']);
  hold('pending', { assigned_to: null, priority: null });
  assert.equal(
    (await change({ priority: 'high', expected_assigned_to: null, expected_priority: null })).outcome,
    'changed',
  );
});

test('change: who is to do it, its priority and remarks are part of its history, and nothing else changes', async () => {
  hold('pending', { assigned_to: null, zz: 'unknown', history: [] });
  const assigned = await change({ assigned_to: 'agent-2', agent_id: 'agent-7' });
  assert.deepEqual([assigned.answer.task.status, assigned.answer.task.assigned_to], ['assigned', 'agent-2']);
  assert.deepEqual(assigned.answer.task.history.at(-1), {
    ...{ at: '2026-02-03T09:00:00.000+00:00', from_status: 'pending', to_status: 'assigned', agent_id: 'agent-7' },
    message: 'Assigned to agent-2.',
  });
  const { task } = (await change({ priority: 'high' })).answer;
  assert.deepEqual([task.priority, task.status, task.history.at(-1)?.message], ['high', 'assigned', 'Priority: high.']);
  assert.equal(writtenIn().a?.zz, 'unknown');
  assert.equal((await change({ message: 'Take care.' })).answer.task.history.length, 3);
  const why = (await change({ assigned_to: 'agent-3', message: 'agent-2 is busy.' })).answer.task.history.at(
    -1,
  )?.message;
  assert.equal(why, 'Assigned to agent-3. agent-2 is busy.', 'a reason does not replace what was changed');
  assert.equal((await change({ priority: 'high' })).outcome, 'unchanged');
  const back = await change({ to_status: 'pending', assigned_to: null });
  assert.deepEqual([back.answer.task.status, back.answer.task.assigned_to], ['pending', null]);
  const { code } = await refusalOf(change({ to_status: 'assigned' }));
  assert.equal(code, 'invalid_parameter', 'it has no agent');
  hold('assigned', { assigned_to: null });
  assert.equal((await change({ priority: 'high' })).outcome, 'changed', 'a task that lost its agent can be changed');
});

test('change: what is not there, what is not of this file and what can not be read is refused', async () => {
  assert.equal((await refusalOf(change({ to_status: 'working' }))).code, 'not_found');
  hold('assigned');
  assert.equal((await refusalOf(change({ to_status: 'working' }, 'task:b'))).code, 'not_found');
  assert.equal((await refusalOf(change({ to_status: 'working' }, 'list:team/1'))).code, 'task_read_only');
  assert.equal((await change({ to_status: 'working' }, 'a')).outcome, 'changed', 'the id alone names it too');
  const odd = hold('working', { history: 'lost' });
  assert.equal((await refusalOf(change({ to_status: 'review' }))).code, 'tasks_unwritable');
  assert.equal(textIn(), odd);
  writeFileSync(join(root, 'TASKS.json'), '{"tasks": {');
  const broken = await refusalOf(change({ to_status: 'review' }));
  assert.equal(broken.code, 'tasks_unwritable');
  assert.match(broken.message, /was left as it is: it is not JSON\. Repair it/);
  assert.equal((await refusalOf(create({ objective: 'Go' }))).code, 'tasks_unwritable');
  assert.equal(textIn(), '{"tasks": {');
});

test('change: a change that an older file of another program undoes is made again', async () => {
  const before = hold('working');
  let times = 0;
  tasks = createTaskActions({
    ...{ root, operatorName: 'operator', describe: describeTask, now: () => NOW, undoneWithinMs: 0 },
    publish: async () => {
      times += 1;
      if (times === 1) writeFileSync(join(root, 'TASKS.json'), before);
    },
  });
  assert.equal((await change({ to_status: 'review' })).answer.task.status, 'review');
  assert.deepEqual([writtenIn().a?.status, (writtenIn().a?.history as object[] | undefined)?.length], ['review', 1]);
});

test('bodies: a change needs something to change, and names are checked', () => {
  assert.equal(changeTaskBody.safeParse({ expected_status: 'working' }).success, false);
  assert.equal(changeTaskBody.safeParse({ to_status: 'dreaming' }).success, false);
  assert.equal(changeTaskBody.safeParse({ assigned_to: '' }).success, false);
  assert.equal(createTaskBody.safeParse({ objective: ' ' }).success, false);
  assert.equal(createTaskBody.safeParse({ objective: 'a\ud800' }).success, false);
  assert.equal(createTaskBody.safeParse({ objective: 'x'.repeat(2001) }).success, false);
});
