import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fewKept } from './million';
import { BareNext, processorSeconds, residentMb, startDashboard } from './processes';
import { SwarmFiles } from './swarm-files';
import type { Bench, Figure } from './table';
import { Viewers } from './viewers';

const ACTIVE_VIEWERS = 10;
const ACTIVE_SECONDS = 20;
const MESSAGES_PER_SECOND = 20;
const LOCK_CHANGES_PER_SECOND = 5;
const IDLE_SECONDS = 30;
const SETTLE_MS = 5000;
const HOUR_S = 3600;
const NORMAL_MESSAGES = 2000;
/** A swarm at rest has said its last word longer ago than the minute over which rates are told. */
const SILENT_FOR_MS = 600_000;
const NORMAL_LOCKS = 10;

/** @returns the share of one core that a process uses meanwhile, in per cent */
async function share(pid: number, seconds: number): Promise<number> {
  const [begun, used] = [performance.now(), processorSeconds(pid)];
  await delay(seconds * 1000);
  return ((processorSeconds(pid) - used) / ((performance.now() - begun) / 1000)) * 100;
}

async function runActive(scratch: string): Promise<Figure[]> {
  const root = path.join(scratch, 'active');
  mkdirSync(root);
  const files = new SwarmFiles(root);
  const server = await startDashboard(root, `${root}.sqlite`);
  const viewers = new Viewers();
  let number = 1;
  const held: string[] = [];
  const change = () => {
    number += 1;
    if (held.length < NORMAL_LOCKS) {
      held.push(`src/part-${number}.ts`);
      files.acquireLock(number, held.at(-1));
    } else files.releaseLock(held.shift() as string);
  };
  const timers = [
    setInterval(() => files.appendMessages(++number), 1000 / MESSAGES_PER_SECOND),
    setInterval(change, 1000 / LOCK_CHANGES_PER_SECOND),
  ];
  try {
    await viewers.open(server.url, ACTIVE_VIEWERS);
    await delay(SETTLE_MS);
    const used = await share(server.pid as number, ACTIVE_SECONDS);
    return [{ name: 'processor time', value: used, unit: '% of a core', atMost: 5 }];
  } finally {
    for (const timer of timers) clearInterval(timer);
    viewers.close();
    files.close();
    await server.stop('SIGKILL');
  }
}

export const active: Bench = {
  name: 'active',
  how: `${ACTIVE_VIEWERS} viewers, ${MESSAGES_PER_SECOND} messages and ${LOCK_CHANGES_PER_SECOND} lock changes a second, for ${ACTIVE_SECONDS} s.`,
  run: runActive,
};

async function runIdle(scratch: string): Promise<Figure[]> {
  const { root, history } = await fewKept(scratch, NORMAL_MESSAGES, Date.now() - SILENT_FOR_MS);
  const files = new SwarmFiles(root);
  for (let number = 0; number < NORMAL_LOCKS; number++) files.acquireLock(number);
  files.close();
  const server = await startDashboard(root, history);
  const bare = await BareNext.started();
  const viewers = new Viewers();
  try {
    for (const { url } of [server, bare]) await (await fetch(url)).arrayBuffer();
    await delay(SETTLE_MS);
    const [ours, limit] = [residentMb(server.pid as number), residentMb(bare.pid)];
    await viewers.open(server.url, 1);
    await delay(SETTLE_MS);
    const before = viewers.bytes;
    const [used, bareUsed] = await Promise.all([
      share(server.pid as number, IDLE_SECONDS),
      share(bare.pid, IDLE_SECONDS),
    ]);
    const wire = ((viewers.bytes - before) * (HOUR_S / IDLE_SECONDS)) / 1e6;
    return [
      { name: 'processor time with one viewer', value: used, unit: '% of a core', atMost: 0.5, baseline: bareUsed },
      { name: 'on the wire', value: wire, unit: 'MB an hour', atMost: 1 },
      { name: 'memory at rest', value: ours, unit: 'MB', atMost: limit + 60, baseline: limit },
    ];
  } finally {
    bare.stop();
    viewers.close();
    await server.stop('SIGKILL');
  }
}

export const idle: Bench = {
  name: 'idle',
  how: `A normal swarm (8 agents, ${NORMAL_LOCKS} locks, ${NORMAL_MESSAGES} messages, the last ten minutes ago) that does nothing, one viewer, over ${IDLE_SECONDS} s; resident memory after the page was read once. Baseline: a bare next start with an empty page.`,
  run: runIdle,
};
