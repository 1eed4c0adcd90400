import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Server } from '../torture-server';
import { fewKept } from './million';
import { BareNext, BareStream, processorSeconds, residentMb, startDashboard } from './processes';
import { SwarmFiles } from './swarm-files';
import type { Bench, Figure } from './table';
import { Viewers } from './viewers';

const ACTIVE_VIEWERS = 10;
const ACTIVE_SECONDS = 20;
const MESSAGES_PER_SECOND = 20;
const LOCK_CHANGES_PER_SECOND = 5;
/** Plays minutes of an active swarm in seconds: the time before V8 has compiled the code does not count. */
const WARM_UP_SECONDS = 15;
const WARM_UP_TIMES = 5;
const IDLE_SECONDS = 60;
/** After this time V8 has collected the garbage of the start, and the process stays the same for hours. */
const AT_REST_AFTER_MS = 60_000;
const HOUR_S = 3600;
const NORMAL_MESSAGES = 2000;
/** The last message of an idle swarm is older than the minute over which rates are computed. */
const SILENT_FOR_MS = 600_000;
const NORMAL_LOCKS = 10;

/** @returns the share of one core that a process uses during this time, in per cent */
async function share(pid: number, seconds: number): Promise<number> {
  const [begun, used] = [performance.now(), processorSeconds(pid)];
  await delay(seconds * 1000);
  return ((processorSeconds(pid) - used) / ((performance.now() - begun) / 1000)) * 100;
}

/** Changes the files of a swarm at a multiple of the usual rate. @returns a function that stops it */
function keepActive(files: SwarmFiles, times: number, from: number): () => number {
  let number = from;
  const held: string[] = [];
  const change = () => {
    number += 1;
    if (held.length < NORMAL_LOCKS) {
      held.push(`src/part-${number}.ts`);
      files.acquireLock(number, held.at(-1));
    } else files.releaseLock(held.shift() as string);
  };
  const timers = [
    setInterval(() => files.appendMessages(++number), 1000 / MESSAGES_PER_SECOND / times),
    setInterval(change, 1000 / LOCK_CHANGES_PER_SECOND / times),
  ];
  return () => {
    for (const timer of timers) clearInterval(timer);
    for (const name of held) files.releaseLock(name);
    return number;
  };
}

async function runActive(scratch: string): Promise<Figure[]> {
  const root = path.join(scratch, 'active');
  mkdirSync(root);
  const files = new SwarmFiles(root);
  const server = await startDashboard(root, `${root}.sqlite`);
  const bare = await BareStream.watcher(root, `${root}.bare.sqlite`);
  const viewers = new Viewers();
  let stop = () => 0;
  try {
    await viewers.open(server.url, ACTIVE_VIEWERS);
    await viewers.open(bare.url, ACTIVE_VIEWERS);
    stop = keepActive(files, WARM_UP_TIMES, 0);
    await delay(WARM_UP_SECONDS * 1000);
    stop = keepActive(files, 1, stop());
    await delay(1000);
    const [used, limit] = await Promise.all([
      share(server.pid as number, ACTIVE_SECONDS),
      share(bare.pid, ACTIVE_SECONDS),
    ]);
    return [{ name: 'processor time', value: used, unit: '% of a core', atMost: 5, baseline: limit }];
  } finally {
    stop();
    viewers.close();
    files.close();
    bare.stop();
    await server.stop('SIGKILL');
  }
}

export const active: Bench = {
  name: 'active',
  how: `${ACTIVE_VIEWERS} viewers, ${MESSAGES_PER_SECOND} messages and ${LOCK_CHANGES_PER_SECOND} lock changes a second, for ${ACTIVE_SECONDS} s, after ${WARM_UP_SECONDS} s at ${WARM_UP_TIMES} times the pace. Baseline: a bare process that watches the same files at the same time, keeps the messages with an index of the full text and broadcasts them, without any of the dashboard's guarantees.`,
  run: runActive,
};

/** The processes that are idle from the start of the benches on. */
interface Resting {
  server: Server;
  bare: BareNext;
  viewers: Viewers;
  since: number;
}
let resting: Resting | null = null;

async function beginIdle(scratch: string): Promise<void> {
  const { root, history } = await fewKept(scratch, NORMAL_MESSAGES, Date.now() - SILENT_FOR_MS);
  const files = new SwarmFiles(root);
  for (let number = 0; number < NORMAL_LOCKS; number++) files.acquireLock(number);
  files.close();
  const server = await startDashboard(root, history);
  const bare = await BareNext.started();
  const viewers = new Viewers();
  for (const { url } of [server, bare]) await (await fetch(url)).arrayBuffer();
  await viewers.open(server.url, 1);
  resting = { server, bare, viewers, since: performance.now() };
}

async function runIdle(): Promise<Figure[]> {
  if (!resting) throw new Error('Nothing was begun that could be idle.');
  const { server, bare, viewers, since } = resting;
  try {
    await delay(Math.max(0, since + AT_REST_AFTER_MS - performance.now()));
    const before = viewers.bytes;
    const [used, bareUsed] = await Promise.all([
      share(server.pid as number, IDLE_SECONDS),
      share(bare.pid, IDLE_SECONDS),
    ]);
    const wire = ((viewers.bytes - before) * (HOUR_S / IDLE_SECONDS)) / 1e6;
    const [ours, limit] = [residentMb(server.pid as number), residentMb(bare.pid)];
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
  how: `A normal swarm (8 agents, ${NORMAL_LOCKS} locks, ${NORMAL_MESSAGES} messages, the last ten minutes ago) that does nothing, with one viewer, over ${IDLE_SECONDS} s; resident memory after that. The page was read once, a minute before or earlier: other benches run meanwhile. Baseline: a bare next start with an empty page.`,
  begin: beginIdle,
  run: runIdle,
};
