/** Tasks of a swarm in `TASKS.json`, as the swarm's own tool writes them. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatUtc } from '../lib/sources/claudeswarm/written-form';
import type { TestSwarm } from './swarm';

const MINUTE_MS = 60_000;

interface WrittenTask {
  status?: string;
  [field: string]: unknown;
}

/** A task exactly as the swarm's tool writes it. */
function written(id: string, { status = 'pending', ...fields }: WrittenTask): object {
  const at = formatUtc(Date.now() - 5 * MINUTE_MS);
  const step = (from: string | null, to: string, message: string) => ({
    ...{ timestamp: at, from_status: from, to_status: to, agent_id: 'agent-0', message, metadata: {} },
  });
  const moved = status === 'pending' ? [] : [step('pending', status, 'Begun.')];
  return {
    ...{ task_id: id, objective: `Do ${id}`, status, priority: 'normal', created_by: 'agent-0', assigned_to: null },
    ...{ context_id: null, constraints: [], files: [], blocked_by: [], blocks: [], result: null, error: null },
    history: [step(null, 'pending', 'Task created'), ...moved],
    ...{ metadata: {}, created_at: at, updated_at: at, parent_task_id: null },
    ...fields,
  };
}

/** Replaces the tasks. */
export function writeTasks(swarm: TestSwarm, tasks: Record<string, WrittenTask>): void {
  const entries = Object.entries(tasks).map(([id, task]) => [id, written(id, task)]);
  const file = { version: '1.0', updated_at: formatUtc(Date.now()), tasks: Object.fromEntries(entries) };
  const temporary = join(swarm.root, 'TASKS.json.tmp');
  writeFileSync(temporary, JSON.stringify(file, null, 2));
  renameSync(temporary, join(swarm.root, 'TASKS.json'));
}

export function statusInFile(swarm: TestSwarm, id: string): string {
  return fieldInFile(swarm, id, 'status') ?? 'not there';
}

/** @returns a field of a task as the file has it; undefined for a task that is not there */
export function fieldInFile(swarm: TestSwarm, id: string, field: string): string | null | undefined {
  const { tasks } = JSON.parse(readFileSync(join(swarm.root, 'TASKS.json'), 'utf8')) as {
    tasks: Record<string, Record<string, string | null>>;
  };
  return tasks[id]?.[field];
}

export const SHOP: Record<string, WrittenTask> = {
  totals: {
    ...{ status: 'working', priority: 'critical', assigned_to: 'agent-1', files: ['src/cart.ts', 'src/tax.ts'] },
    objective: 'Round the totals of partial refunds',
  },
  invoice: { objective: 'Write the invoice', blocked_by: ['totals', 'gone'], priority: 'high' },
  theme: { status: 'review', assigned_to: 'agent-2', objective: 'New theme of the shop' },
  import: { status: 'failed', assigned_to: 'agent-2', objective: 'Import old orders', error: 'No sample data.' },
  login: { status: 'completed', assigned_to: 'agent-1', objective: 'Repair the login' },
};

/** Two agents, a lock, and tasks of most kinds. */
export function shop(swarm: TestSwarm): void {
  swarm.register([{ id: 'agent-1' }, { id: 'agent-2' }]);
  swarm.lock('src/cart.ts', 'agent-1');
  writeTasks(swarm, SHOP);
}
