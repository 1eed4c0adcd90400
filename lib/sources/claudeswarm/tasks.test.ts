import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { CONFLICT_LOG_FILE, ConflictLogReader, type LoggedConflict, parseConflictLog } from './conflict-log';
import { isOpen, isUnfinished, type ListedTask, parseTasks, TASKS_FILE, type Task, TasksReader } from './tasks';

const folder = mkdtempSync(join(tmpdir(), 'stores-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const tasksIn = (value: unknown) => {
  const parsed = parseTasks(Buffer.from(JSON.stringify(value)));
  assert.ok('tasks' in parsed);
  return parsed;
};
const conflictsIn = (value: unknown) => {
  const parsed = parseConflictLog(Buffer.from(JSON.stringify(value)));
  assert.ok('conflicts' in parsed);
  return parsed;
};

test('parseTasks(): reads a task as the swarm writes it', () => {
  const task = {
    task_id: 't1',
    objective: 'Rotate the\n tokens',
    status: 'blocked',
    assigned_to: 'agent-1',
    blocked_by: ['t2', 't3', 't2'],
    blocks: [],
    created_at: '2026-02-03T09:01:00.5+00:00',
    updated_at: '2026-02-03T09:02:00+00:00',
    priority: 'high',
    created_by: 'agent-0',
    context_id: 'tokens',
    parent_task_id: null,
    files: ['src/tokens.ts', 7],
    error: null,
    history: [
      {
        ...{ timestamp: '2026-02-03T09:01:00.5+00:00', from_status: null, to_status: 'pending', agent_id: 'agent-0' },
        ...{ message: 'Task created', metadata: {} },
      },
      'no entry',
      { timestamp: 'now', from_status: 'pending', to_status: 'blocked', agent_id: 7, message: 5 },
    ],
  };
  assert.deepEqual(tasksIn({ version: '1.0', tasks: { t1: task } }), {
    tasks: [
      {
        id: 't1',
        objective: 'Rotate the tokens',
        status: 'blocked',
        assignedTo: 'agent-1',
        blockedBy: ['t2', 't3'],
        createdAt: Date.UTC(2026, 1, 3, 9, 1, 0, 500),
        key: 'task:t1',
        text: 'Rotate the\n tokens',
        priority: 'high',
        createdBy: 'agent-0',
        owner: null,
        contextId: 'tokens',
        parentTaskId: null,
        files: ['src/tokens.ts'],
        error: null,
        updatedAt: Date.UTC(2026, 1, 3, 9, 2),
        history: [
          {
            ...{ at: Date.UTC(2026, 1, 3, 9, 1, 0, 500), from: null, to: 'pending', agentId: 'agent-0' },
            message: 'Task created',
          },
          { at: null, from: 'pending', to: 'blocked', agentId: '7', message: '' },
        ],
      } satisfies ListedTask,
    ],
    skipped: [],
  });
});

test('parseTasks(): accepts fields of any type, takes the key for a missing id, and skips only invalid entries', () => {
  const { tasks, skipped } = tasksIn({
    tasks: { a: { task_id: null, blocked_by: 'b', assigned_to: null, objective: 5 }, b: 7, c: [], d: {} },
  });
  const empty = {
    ...{ objective: '', status: null, assignedTo: null, blockedBy: [], createdAt: null },
    ...{ text: '', priority: null, createdBy: null, owner: null, contextId: null, parentTaskId: null },
    ...{ files: [], error: null, updatedAt: null, history: [] },
  };
  assert.deepEqual(tasks, [
    { id: 'a', key: 'task:a', ...empty },
    { id: 'd', key: 'task:d', ...empty },
  ]);
  assert.deepEqual(skipped, [{ reason: 'entry is not an object', count: 2, last: 'tasks["c"]' }]);
  const mixed = tasksIn({ tasks: { a: { blocked_by: [1, null, {}, 'b'] } } });
  assert.deepEqual(mixed.tasks[0]?.blockedBy, ['1', 'b']);
});

test('isOpen() and isUnfinished(): by status', () => {
  const task = (status: unknown) => tasksIn({ tasks: { a: { status } } }).tasks[0] as Task;
  for (const status of ['completed', 'cancelled']) assert.equal(isUnfinished(task(status)), false, status);
  for (const status of ['pending', 'assigned', 'working', 'review', 'blocked', null, {}, 'new']) {
    assert.deepEqual([isUnfinished(task(status)), isOpen(task(status))], [true, true], String(status));
  }
  assert.deepEqual([isUnfinished(task('failed')), isOpen(task('failed'))], [true, false]);
});

test('parseTasks() and parseConflictLog(): keep 5,000 tasks and 1,000 conflicts, and count the others', () => {
  const many = Object.fromEntries(Array.from({ length: 5002 }, (_, index) => [`t${index}`, {}]));
  const { tasks, skipped } = tasksIn({ tasks: many });
  assert.equal(tasks.length, 5000);
  assert.deepEqual(skipped, [{ reason: 'beyond the first 5000 entries', count: 2, last: 'tasks["t5001"]' }]);
  const conflicts = Array.from({ length: 1002 }, () => ({ agents_involved: ['a', 'b'] }));
  const parsed = conflictsIn({ conflicts });
  assert.equal(parsed.conflicts.length, 1000);
  assert.deepEqual(parsed.skipped, [{ reason: 'beyond the first 1000 entries', count: 2, last: 'conflicts[1001]' }]);
});

test('parseConflictLog(): reads a conflict as the swarm writes it, and invalid ones', () => {
  const conflict = {
    conflict_id: 'c1',
    conflict_type: 'file_lock',
    agents_involved: ['agent-2', 'agent-1'],
    resource: 'src/a.ts',
    detected_at: '2026-02-03T09:01:00+00:00',
    status: 'pending',
    metadata: { locked_at: 1, lock_reason: '' },
    negotiations: [],
  };
  const strange = [null, { agents_involved: 'agent-1' }, { agents_involved: ['agent-1', null] }, []];
  const bare = { agents_involved: ['x', 5], resource: {}, status: [], detected_at: 'now' };
  assert.deepEqual(conflictsIn({ conflicts: [conflict, ...strange, bare] }), {
    conflicts: [
      {
        id: 'c1',
        type: 'file_lock',
        requester: 'agent-2',
        holder: 'agent-1',
        resource: 'src/a.ts',
        status: 'pending',
        detectedAt: Date.UTC(2026, 1, 3, 9, 1),
        detected_at: '2026-02-03T09:01:00+00:00',
        ...{ locked_at: null, lock_reason: null, negotiations: [], resolution: null },
      } satisfies LoggedConflict,
      {
        id: 'conflicts[5]',
        type: null,
        requester: 'x',
        holder: '5',
        resource: null,
        status: null,
        detectedAt: null,
        ...{ detected_at: null, locked_at: null, lock_reason: null, negotiations: [], resolution: null },
      },
    ],
    skipped: [{ reason: 'entry does not name a requester and a holder', count: 4, last: 'conflicts[4]' }],
  });
});

test('parseTasks() and parseConflictLog(): name the fault of unusable bytes', () => {
  for (const [text, error] of [
    ['', 'empty'],
    ['{', 'invalid JSON'],
    ['[]', 'not an object'],
  ] as const) {
    assert.deepEqual(parseTasks(Buffer.from(text)), { error });
    assert.deepEqual(parseConflictLog(Buffer.from(text)), { error });
  }
  assert.deepEqual(parseTasks(Buffer.from('{"tasks": []}')), { error: 'tasks is not an object' });
  assert.deepEqual(parseConflictLog(Buffer.from('{"conflicts": {}}')), { error: 'conflicts is not a list' });
});

test('parseTasks() and parseConflictLog(): give a list or a reason for any bytes', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
      for (const bytes of [text, `{"tasks": ${text}, "conflicts": ${text}}`, `{"tasks": {"a": ${text}}}`]) {
        const tasks = parseTasks(Buffer.from(bytes));
        assert.ok('error' in tasks ? tasks.error !== '' : tasks.tasks.every(({ id }) => typeof id === 'string'));
        const conflicts = parseConflictLog(Buffer.from(bytes));
        assert.ok('error' in conflicts ? conflicts.error !== '' : Array.isArray(conflicts.conflicts));
      }
    }),
  );
});

for (const { file, make, good, other } of [
  {
    file: TASKS_FILE,
    make: (root: string, now: () => number) => {
      const reader = new TasksReader(root, now);
      return { reader, ids: () => reader.tasks.map(({ id }) => id) };
    },
    good: '{"tasks": {"a": {}}}',
    other: '{"tasks": {"b": {}}}',
  },
  {
    file: CONFLICT_LOG_FILE,
    make: (root: string, now: () => number) => {
      const reader = new ConflictLogReader(root, now);
      return { reader, ids: () => reader.conflicts.map(({ id }) => id) };
    },
    good: '{"conflicts": [{"conflict_id": "a", "agents_involved": ["x", "y"]}]}',
    other: '{"conflicts": [{"conflict_id": "b", "agents_involved": ["x", "y"]}]}',
  },
]) {
  test(`${file}: missing, replaced, broken, vanished, back again`, () => {
    const root = mkdtempSync(join(folder, 'root-'));
    let now = Date.now() + 1000;
    const { reader, ids } = make(root, () => now);
    const write = (text: string) => {
      writeFileSync(join(root, `${file}.tmp`), text);
      renameSync(join(root, `${file}.tmp`), join(root, file));
    };
    assert.equal(reader.refresh(), false);
    assert.deepEqual([ids(), reader.status.state], [[], 'missing']);
    write('{');
    assert.equal(reader.refresh(), true);
    assert.match(reader.status.reason ?? '', /is unusable: invalid JSON; no \w+ is known\.$/);
    write(good);
    assert.equal(reader.refresh(), true);
    assert.deepEqual([ids(), reader.status.state], [['a'], 'ok']);
    assert.equal(reader.refresh(), false);
    write('');
    assert.equal(reader.refresh(), true);
    assert.deepEqual([ids(), reader.status.state], [['a'], 'unreadable']);
    assert.match(reader.status.reason ?? '', /is unusable: empty; its last readable content is used\.$/);
    write(other);
    assert.equal(reader.refresh(), true);
    assert.deepEqual(ids(), ['b']);
    unlinkSync(join(root, file));
    assert.equal(reader.refresh(), false, 'a short hole between two files is not seen');
    now += 200;
    assert.equal(reader.refresh(), true);
    assert.deepEqual([ids(), reader.status.state], [['b'], 'missing'], 'its last content is kept');
    write(good);
    assert.equal(reader.refresh(), true);
    assert.deepEqual([ids(), reader.status.state], [['a'], 'ok']);
  });
}

test('parseTasks(): the blockers of all tasks together are bounded, and what is beyond is counted', () => {
  const blocked_by = Array.from({ length: 100 }, (_, index) => `t${index}`);
  const tasks = Object.fromEntries(Array.from({ length: 202 }, (_, index) => [`t${index}`, { blocked_by }]));
  const parsed = tasksIn({ tasks });
  assert.equal(parsed.tasks.length, 202);
  assert.equal(parsed.tasks.flatMap(({ blockedBy }) => blockedBy).length, 20_000);
  assert.deepEqual(parsed.skipped, [
    { reason: 'beyond the first 20000 blockers of all tasks', count: 2, last: 'tasks["t201"]' },
  ]);
});

test('refresh(): a file of which only a part is read is degraded, and says how much is left out', () => {
  const root = mkdtempSync(join(folder, 'beyond-'));
  const entry = { agents_involved: ['a', 'b'] };
  writeFileSync(join(root, CONFLICT_LOG_FILE), JSON.stringify({ conflicts: Array(1002).fill(entry) }));
  const reader = new ConflictLogReader(root);
  reader.refresh();
  assert.deepEqual(
    [reader.conflicts.length, reader.status.state, reader.status.reason],
    [1000, 'degraded', 'CONFLICT_LOG.json is read in part: skipped 2 beyond the first 1000 entries.'],
  );
});

test('parseTasks(): texts, files and histories are cut to what is shown, never within a character', () => {
  const long = `${'x'.repeat(1999)}\u{1F600}`;
  const step = (index: number) => ({ to_status: String(index), message: 'm'.repeat(1000) });
  const entry = {
    ...{ objective: long.repeat(2), error: 'e'.repeat(9000), files: Array(200).fill('f'.repeat(900)) },
    history: Array.from({ length: 50 }, (_, index) => step(index)),
  };
  const [task] = tasksIn({ tasks: { a: entry } }).tasks;
  assert.ok(task);
  assert.equal(task.text, `${'x'.repeat(1999)}…`);
  assert.deepEqual([task.error?.length, task.files.length, task.files[0]?.length], [500, 50, 300]);
  assert.deepEqual([task.history.length, task.history.at(-1)?.to, task.history[0]?.to], [20, '49', '30']);
  assert.equal(task.history[0]?.message.length, 300);
});
