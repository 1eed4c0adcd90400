import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Server } from '../torture-server';
import { fewKept, MILLION, millionKept } from './million';
import { processorSeconds, startDashboard, untilRead } from './processes';
import { SwarmFiles } from './swarm-files';
import type { Bench, Figure } from './table';
import { Viewers } from './viewers';

const CHANGES = 100;
const WARM_UP = 25;
const FEW = 1000;
const FEW_LOCKS = 1000;
const MANY_LOCKS = 10_000;
/** Longer than changes are held together, so that each is a change of its own. */
const LOCK_INTERVAL_MS = 150;
const MESSAGE_INTERVAL_MS = 20;
const SETTLE_MS = 3000;
const FIRST = 100_000;

/** @returns the processor time of the server for each change, in milliseconds, less what it uses without any */
async function costOf(server: Server, intervalMs: number, change: (number: number) => void): Promise<number> {
  const pid = server.pid as number;
  /** For each of some times, in milliseconds. */
  const spend = async (times: number, run: (number: number) => void) => {
    const before = processorSeconds(pid);
    for (let number = 0; number < times; number++) {
      run(number);
      await delay(intervalMs);
    }
    return ((processorSeconds(pid) - before) * 1000) / times;
  };
  await spend(WARM_UP, change);
  const idle = await spend(CHANGES / 2, () => {});
  return (await spend(CHANGES, (number) => change(number + WARM_UP))) - idle;
}

async function perMessage(root: string, history: string, kept: number): Promise<number> {
  const files = new SwarmFiles(root);
  const server = await startDashboard(root, history);
  const viewers = new Viewers();
  try {
    await untilRead(server, kept);
    await viewers.open(server.url, 1);
    await delay(SETTLE_MS);
    return await costOf(server, MESSAGE_INTERVAL_MS, (number) => files.appendMessages(FIRST + number));
  } finally {
    viewers.close();
    files.close();
    await server.stop();
  }
}

async function perLock(scratch: string, locks: number): Promise<number> {
  const root = path.join(scratch, `locks-${locks}`);
  mkdirSync(root);
  const files = new SwarmFiles(root);
  for (let number = 0; number < locks; number++) files.acquireLock(number);
  const server = await startDashboard(root, `${root}.sqlite`);
  const viewers = new Viewers();
  try {
    while ((await server.stats()).lock_count < locks) await delay(50);
    await viewers.open(server.url, 1);
    await delay(SETTLE_MS);
    return await costOf(server, LOCK_INTERVAL_MS, (number) => files.acquireLock(FIRST + number));
  } finally {
    viewers.close();
    files.close();
    await server.stop('SIGKILL');
  }
}

async function run(scratch: string): Promise<Figure[]> {
  const few = await fewKept(scratch, FEW);
  const many = await millionKept(scratch);
  // Two at a time: processor time is counted for each process, however long it waits for its turn.
  const [withFew, withMany] = await Promise.all([
    perMessage(few.root, few.history, FEW),
    perMessage(many.root, many.history, MILLION),
  ]);
  const [some, ten] = await Promise.all([perLock(scratch, FEW_LOCKS), perLock(scratch, MANY_LOCKS)]);
  // Half as much again: a hundred changes are counted in ticks of ten milliseconds.
  return [
    { name: 'a message, 1,000,000 kept', value: withMany, unit: 'ms', atMost: 1.5 * withFew + 0.2, baseline: withFew },
    { name: 'a lock of 10,000', value: ten, unit: 'ms', atMost: 10 * some * 1.2, baseline: some },
  ];
}

export const growth: Bench = {
  name: 'growth',
  how: `Processor time of the server for one change with one viewer, ${CHANGES} changes, less what it uses without any. Baseline: the same with 1,000 messages kept, and with 1,000 locks, of which ten times as much is the bound (a fifth more for the ticks in which the system counts).`,
  run,
};
