import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { tryFlock } from '../../platform/flock';
import { readTasksText, type TasksText, withTask } from './tasks-text';
import { changeTasks, type TasksChange, TasksContended, TasksUnwritable } from './tasks-writer';

const TOOL = join(import.meta.dirname, '../../../test/support/tasks-tool.ts');
const folder = mkdtempSync(join(tmpdir(), 'tasks-writer-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const rootOf = (content: string | null) => {
  const root = mkdtempSync(join(folder, 'root-'));
  if (content !== null) writeFileSync(join(root, 'TASKS.json'), content);
  return root;
};
const textIn = (root: string) => readFileSync(join(root, 'TASKS.json'), 'utf8');
const idsIn = (root: string) => Object.keys(JSON.parse(textIn(root)).tasks);

/** Adds a task, whatever else happens. */
function adding(id: string): TasksChange<string> {
  return {
    apply: (tasks) => ({ next: withTask(tasks, id, { task_id: id }, Date.now()), result: id }),
    isUndone: ({ tasks }) => !tasks.has(id),
  };
}

test('changeTasks(): creates the file, keeps its permissions and leaves nothing else behind', async () => {
  const root = rootOf(null);
  assert.equal(await changeTasks(root, adding('a'), { undoneWithinMs: 0 }), 'a');
  const path = join(root, 'TASKS.json');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  chmodSync(path, 0o640);
  let written = 0;
  const onWritten = async () => {
    written += 1;
  };
  await changeTasks(root, adding('b'), { undoneWithinMs: 0, onWritten });
  assert.deepEqual([statSync(path).mode & 0o777, idsIn(root), written], [0o640, ['a', 'b'], 1]);
  assert.deepEqual(readdirSync(root), ['TASKS.json']);
});

test('changeTasks(): an empty file, which the tool leaves when it first locks it, has no tasks', async () => {
  const root = rootOf('');
  await changeTasks(root, adding('a'), { undoneWithinMs: 0 });
  assert.deepEqual(idsIn(root), ['a']);
});

test('changeTasks(): a file that is not as the tool writes it stays as it is, with the fault and what to do', async () => {
  for (const [content, fault] of [
    ['{"tasks": {', /was left as it is: it is not JSON\. Repair it, or remove it while no agent runs\.$/],
    ['{"tasks": []}', /"tasks" is not an object/],
    [`{"tasks": {}, "x": "${'y'.repeat(5 * 1024 * 1024)}"}`, /it has more than 4 MB/],
  ] as const) {
    const root = rootOf(content);
    await assert.rejects(changeTasks(root, adding('a')), (error) => {
      assert.ok(error instanceof TasksUnwritable);
      assert.match(error.message, fault);
      return true;
    });
    assert.equal(textIn(root), content);
    assert.deepEqual(readdirSync(root), ['TASKS.json']);
  }
  const root = rootOf(null);
  writeFileSync(join(root, 'elsewhere.json'), '{"tasks": {}}');
  symlinkSync('elsewhere.json', join(root, 'TASKS.json'));
  await assert.rejects(changeTasks(root, adding('a')), /it is a symbolic link/);
});

test('changeTasks(): a change that writes nothing, or that is refused, leaves the file as it is', async () => {
  const root = rootOf(null);
  const nothing = { apply: () => ({ next: null, result: 7 }), isUndone: () => false };
  assert.equal(await changeTasks(root, nothing), 7);
  assert.deepEqual(readdirSync(root), [], 'not even an empty file');
  const refused = {
    apply: () => {
      throw new Error('no');
    },
    isUndone: () => false,
  };
  await assert.rejects(changeTasks(root, refused), /^Error: no$/);
  assert.deepEqual(readdirSync(root), []);
});

test('changeTasks(): waits while another program has the lock, and gives up with a sentence', async () => {
  const root = rootOf('{"tasks": {}}');
  const descriptor = openSync(join(root, 'TASKS.json'), 'r+');
  assert.ok(tryFlock(descriptor, ''));
  const seen = textIn(root);
  await assert.rejects(changeTasks(root, adding('a'), { lockTimeoutMs: 60 }), (error) => {
    assert.ok(error instanceof TasksContended);
    assert.match(error.message, /TASKS\.json is locked by another program/);
    return true;
  });
  assert.equal(textIn(root), seen);
  const waiting = changeTasks(root, adding('a'), { undoneWithinMs: 0 });
  closeSync(descriptor);
  await waiting;
  assert.deepEqual(idsIn(root), ['a']);
});

test('changeTasks(): a change is made from what the file has when it is locked, not from what was read before', async () => {
  const root = rootOf('{"tasks": {}}');
  const own = adding('own');
  let times = 0;
  const change = {
    ...own,
    apply: (tasks: TasksText) => {
      times += 1;
      // Another program is faster, once.
      if (times === 1) writeFileSync(join(root, 'TASKS.json'), '{"tasks": {"theirs": {}}}');
      return own.apply(tasks);
    },
  };
  await changeTasks(root, change, { undoneWithinMs: 0 });
  assert.deepEqual([idsIn(root), times], [['theirs', 'own'], 2]);
});

test('changeTasks(): a change that another program undoes with an older file is made again, on top of its own', async () => {
  const root = rootOf('{"tasks": {}}');
  let times = 0;
  const onWritten = async () => {
    times += 1;
    if (times <= 2) writeFileSync(join(root, 'TASKS.json'), `{"tasks": {"theirs-${times}": {}}}`);
  };
  await changeTasks(root, adding('own'), { undoneWithinMs: 0, onWritten });
  assert.deepEqual([idsIn(root), times], [['theirs-2', 'own'], 3]);
  const always = async () => writeFileSync(join(root, 'TASKS.json'), '{"tasks": {}}');
  await assert.rejects(changeTasks(root, adding('b'), { undoneWithinMs: 0, onWritten: always }), /each of the 6 times/);
});

test('changeTasks(): a file that can not be read right after the change was changed all the same', async () => {
  for (const spoil of [
    (path: string) => writeFileSync(path, Buffer.alloc(5 * 1024 * 1024, ' ')),
    (path: string) => {
      rmSync(path);
      mkdirSync(path);
    },
  ]) {
    const root = rootOf(null);
    const onWritten = async () => spoil(join(root, 'TASKS.json'));
    assert.equal(await changeTasks(root, adding('own'), { undoneWithinMs: 0, onWritten }), 'own');
  }
});

test('changeTasks(): beside two writers of the tool, no change of this program is lost and the file is never torn', async () => {
  const root = rootOf('{"tasks": {}}');
  const run = (prefix: string) =>
    promisify(execFile)(process.execPath, ['--import', 'tsx', TOOL, root, '40', prefix, '2'], { timeout: 120_000 });
  const tools = ['x', 'y'].map(run);
  let isRunning = true;
  const ended = Promise.all(tools).finally(() => {
    isRunning = false;
  });
  const own: string[] = [];
  const [undone, torn]: [string[], string[]] = [[], []];
  while (isRunning) {
    const id = `own-${own.length}`;
    own.push(await changeTasks(root, adding(id), { undoneWithinMs: 600 }));
    const now = readTasksText(readFileSync(join(root, 'TASKS.json')));
    if ('error' in now) torn.push(now.error);
    else if (!now.tasks.has(id)) undone.push(id);
  }
  await ended;
  assert.deepEqual(torn, []);
  // Each was in the file when the command ended. A reading of the tool that failed empties the file all the same.
  assert.deepEqual(undone, []);
  assert.ok(own.length > 0);
});

test('changeTasks(): of many processes that change it at once, each change is kept', async () => {
  const root = rootOf(null);
  const script = `
    import { changeTasks } from ${JSON.stringify(join(import.meta.dirname, 'tasks-writer.ts'))};
    import { withTask } from ${JSON.stringify(join(import.meta.dirname, 'tasks-text.ts'))};
    const [root, prefix] = process.argv.slice(1);
    for (let number = 0; number < 25; number++) {
      const id = prefix + number;
      await changeTasks(root, {
        apply: (tasks) => ({ next: withTask(tasks, id, { task_id: id }, Date.now()), result: null }),
        isUndone: ({ tasks }) => !tasks.has(id),
      }, { undoneWithinMs: 0, lockTimeoutMs: 60000 });
    }`;
  const processes = ['a', 'b', 'c', 'd'].map(
    (prefix) =>
      new Promise<number | null>((resolve) => {
        const options = ['--import', 'tsx', '--input-type=module', '-e', script, root, prefix];
        spawn(process.execPath, options, { stdio: 'inherit' }).once('exit', resolve);
      }),
  );
  assert.deepEqual(await Promise.all(processes), [0, 0, 0, 0]);
  assert.equal(idsIn(root).length, 100);
});
