import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readTasksText, type TasksText, withChangedTask, withTask } from './tasks-text';
import { pythonJsonIndented } from './written-form';

const NOW = Date.UTC(2026, 1, 3, 9);
const STEP = {
  ...{ timestamp: '2026-02-03T09:00:00.000000+00:00', from_status: 'pending', to_status: 'assigned' },
  ...{ agent_id: 'operator', message: 'ä', metadata: {} },
};

function read(text: string): TasksText {
  const tasks = readTasksText(Buffer.from(text));
  assert.ok(!('error' in tasks), 'error' in tasks ? tasks.error : '');
  return tasks;
}

test('readTasksText(): values that are nested too deeply to be written again are refused', () => {
  const nested = (depth: number) => `{"tasks": {"a": {"metadata": ${'['.repeat(depth)}${']'.repeat(depth)}}}}`;
  assert.deepEqual(readTasksText(Buffer.from(nested(20_000))), { error: 'it is nested too deeply' });
  assert.ok(read(nested(50)).tasks.has('a'));
});

test('withTask(): a new file has the form of the tool, and more tasks are added after the others', () => {
  const first = withTask(read(''), 'a', { task_id: 'a', files: [] }, NOW);
  const header = { version: '1.0', updated_at: '2026-02-03T09:00:00.000000+00:00' };
  assert.equal(first, pythonJsonIndented({ ...header, tasks: { a: { task_id: 'a', files: [] } } }));
  const both = withTask(read(first), 'b', { task_id: 'b', history: [STEP] }, NOW);
  const tasks = { a: { task_id: 'a', files: [] }, b: { task_id: 'b', history: [STEP] } };
  assert.equal(both, pythonJsonIndented({ ...header, tasks }));
});

test('withChangedTask(): the form of the tool stays, and so do unknown fields, numbers and the order of keys', () => {
  const task = {
    task_id: 'a',
    zz: 1,
    status: 'pending',
    assigned_to: null,
    history: [STEP],
    updated_at: 'x',
    more: {},
  };
  const text = pythonJsonIndented({ mine: 'ü', updated_at: 'x', tasks: { a: task, b: task } }).replace(
    '"zz": 1',
    '"zz": 1.50',
  );
  const changes = { status: 'assigned', assigned_to: 'agent-1' };
  const next = withChangedTask(read(text), 'a', { changes, step: STEP }, NOW);
  const at = '2026-02-03T09:00:00.000000+00:00';
  const changed = { ...task, ...changes, history: [STEP, STEP], updated_at: at };
  assert.equal(
    next,
    pythonJsonIndented({ mine: 'ü', updated_at: at, tasks: { a: changed, b: task } }).replace('"zz": 1', '"zz": 1.50'),
  );
});

test('withChangedTask(): a task in another form keeps it, and gets the fields that it lacks', () => {
  const text = '{"tasks":{"a":{},"b":{"status":"pending","history":[]},"a":{"status" : "pending" }}}';
  const values = (next: string | null) => JSON.parse(next ?? '').tasks;
  const changed = values(withChangedTask(read(text), 'a', { changes: { status: 'assigned' }, step: STEP }, NOW));
  assert.deepEqual(changed.a.history, [STEP]);
  assert.equal(changed.a.status, 'assigned');
  assert.equal(changed.a.updated_at, '2026-02-03T09:00:00.000000+00:00');
  assert.deepEqual(changed.b, { status: 'pending', history: [] });
  const next = withChangedTask(read(text), 'b', { changes: {}, step: STEP }, NOW) ?? '';
  assert.ok(next.startsWith('{"tasks":{"a":{},"b":{"status":"pending","history":[\n'));
  assert.ok(next.endsWith(',"a":{"status" : "pending" }}}'));
  assert.deepEqual(values(next).b.history, [STEP]);
  assert.equal(withChangedTask(read('{"tasks":{"a":{"history":{}}}}'), 'a', { changes: {}, step: STEP }, NOW), null);
  assert.equal(withChangedTask(read('{"tasks":{}}'), 'a', { changes: {}, step: STEP }, NOW), null);
  assert.deepEqual(values(withChangedTask(read('{"tasks":{"a":{}}}'), 'a', { changes: { x: 1 }, step: null }, NOW)), {
    a: { x: 1, updated_at: '2026-02-03T09:00:00.000000+00:00' },
  });
});

test('readTasksText(): names why a file must be left as it is', () => {
  for (const [text, error] of [
    ['{', 'it is not JSON'],
    ['[]', 'it is not an object'],
    ['{}', '"tasks" is not an object'],
    ['{"tasks": []}', '"tasks" is not an object'],
  ] as const) {
    assert.deepEqual(readTasksText(Buffer.from(text)), { error });
  }
  assert.deepEqual(readTasksText(Buffer.from([0x22, 0xff, 0x22])), { error: 'it is not UTF-8' });
});

test('withTask() and withChangedTask(): change exactly what they should in any file', () => {
  const task = fc.record({ status: fc.string(), history: fc.array(fc.jsonValue()), extra: fc.jsonValue() });
  const tasks = fc.dictionary(fc.string(), fc.oneof(task, fc.jsonValue()));
  const file = fc.record({ tasks, updated_at: fc.jsonValue(), version: fc.jsonValue() });
  const indent = fc.constantFrom(0, 2, 7);
  fc.assert(
    fc.property(file, indent, fc.string(), fc.dictionary(fc.string(), fc.jsonValue()), (value, blanks, id, changes) => {
      const before = JSON.parse(JSON.stringify(value));
      const text = JSON.stringify(value, null, blanks);
      const added = JSON.parse(withTask(read(text), 'new id', { x: 1 }, NOW));
      const at = '2026-02-03T09:00:00.000000+00:00';
      assert.deepEqual(added, { ...before, updated_at: at, tasks: { ...before.tasks, 'new id': { x: 1 } } });
      const next = withChangedTask(read(text), id, { changes, step: null }, NOW);
      if (next === null) return;
      const changed = { ...before.tasks[id], ...JSON.parse(JSON.stringify(changes)), updated_at: at };
      assert.deepEqual(JSON.parse(next), { ...before, updated_at: at, tasks: { ...before.tasks, [id]: changed } });
    }),
  );
});
