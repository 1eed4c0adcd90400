/**
 * A writer of the kind of the swarm's tool, as a process of its own: it creates tasks in `TASKS.json` as swarm-files.md
 * §2 and §7 describe its steps, with its races. It reads under one lock and writes under another, opens the file anew
 * for each attempt to lock it, and takes a reading that failed for a file without tasks. Arguments: the folder, the
 * number of tasks, a prefix of their ids, how long it computes between reading and writing in milliseconds. Prints the
 * ids whose writing did not fail.
 */
import { closeSync, existsSync, fstatSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import koffi from 'koffi';
import { formatUtc, pythonJsonIndented } from '../../lib/sources/claudeswarm/written-form';

const [folder = '', count = '0', prefix = 'tool', thinkMs = '1'] = process.argv.slice(2);
const path = join(folder, 'TASKS.json');
const flock = koffi.load(null).func('int flock(int, int)') as (descriptor: number, operation: number) => number;
const [SHARED, EXCLUSIVE, NON_BLOCKING] = [1, 2, 4];

async function locked<Result>(operation: number, work: () => Result): Promise<Result> {
  if (!existsSync(path)) writeFileSync(path, '', { mode: 0o600 });
  for (const deadline = Date.now() + 5000; ; await delay(50)) {
    const descriptor = openSync(path, 'r+');
    try {
      if (flock(descriptor, operation | NON_BLOCKING) !== 0) {
        if (Date.now() >= deadline) throw new Error('timeout');
        continue;
      }
      if (statSync(path).ino !== fstatSync(descriptor).ino) throw new Error('replaced');
      return work();
    } finally {
      closeSync(descriptor);
    }
  }
}

async function readTasks(): Promise<Record<string, object>> {
  if (!existsSync(path)) return {};
  try {
    return await locked(SHARED, () => (JSON.parse(readFileSync(path, 'utf8')) as { tasks: object }).tasks as never);
  } catch {
    return {};
  }
}

function newTask(id: string): object {
  const at = formatUtc(Date.now());
  const created = { timestamp: at, from_status: null, to_status: 'pending', agent_id: 'agent-9', message: '' };
  return {
    ...{ task_id: id, objective: `do ${id}`, status: 'pending', priority: 'normal', created_by: 'agent-9' },
    ...{ assigned_to: null, context_id: null, constraints: [], files: [], blocked_by: [], blocks: [], result: null },
    ...{ error: null, history: [{ ...created, metadata: {} }], metadata: {}, created_at: at, updated_at: at },
    parent_task_id: null,
  };
}

for (let number = 0; number < Number(count); number++) {
  const id = `${prefix}-${number}`;
  const tasks = await readTasks();
  await delay(Number(thinkMs));
  tasks[id] = newTask(id);
  const text = pythonJsonIndented({ version: '1.0', updated_at: formatUtc(Date.now()), tasks });
  try {
    await locked(EXCLUSIVE, () => {
      writeFileSync(`${path}.tmp`, text);
      renameSync(`${path}.tmp`, path);
    });
    process.stdout.write(`${id}\n`);
  } catch {
    // The tool reports it to its caller.
  }
}
