import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { get } from 'node:http';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LOG_NAME } from '../../lib/sources/claudeswarm/message-log';
import { PROJECT } from '../../test/support/production-server';
import { MILLION, millionKept, millionLog } from './million';
import { BareNext, residentMb, startDashboard } from './processes';
import { type Bench, type Figure, median } from './table';

const RESTARTS = 5;
/** The bare loop over all of it would take two minutes more; it grows slower as the index grows, as the dashboard does. */
const HALF = MILLION / 2;
/** Each question takes time of the server's, and memory: asked every 50 ms, a seventh of the one and 15 MB of the other. */
const ASK_INTERVAL_MS = 250;

/** Milliseconds of a command of the system on a log. */
function command(program: string, ...words: string[]): number {
  const begun = performance.now();
  execFileSync(program, words, { stdio: 'ignore' });
  return performance.now() - begun;
}

async function firstRead(scratch: string): Promise<Figure[]> {
  const { root, history, bytes } = millionLog(scratch);
  const log = path.join(root, LOG_NAME);
  const base = await memoryAtRest(scratch);
  const begun = performance.now();
  const server = await startDashboard(root, history);
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, residentMb(server.pid as number));
  }, 50);
  const until = async (messages: number) => {
    while ((await server.stats()).message_count < messages) await delay(ASK_INTERVAL_MS);
    return performance.now() - begun;
  };
  const halfTook = await until(HALF);
  const took = await until(MILLION);
  clearInterval(watch);
  await server.stop();
  const bareFile = path.join(scratch, 'bare.sqlite');
  const words = ['--import', 'tsx', 'bench/bare/read.ts', log, bareFile, String(HALF)];
  const bareTook = Number(execFileSync(process.execPath, words, { cwd: PROJECT, encoding: 'utf8' }));
  rmSync(bareFile);
  const rate = (milliseconds: number) => HALF / (milliseconds / 1000);
  const bare = rate(bareTook);
  return [
    {
      name: 'first read, the first half',
      value: rate(halfTook),
      unit: 'a second',
      atLeast: 0.6 * bare,
      baseline: bare,
    },
    { name: 'the whole million, the start included', value: took / 1000, unit: 's' },
    { name: 'memory more than at rest, at most', value: most - base, unit: 'MB', atMost: 60 },
    { name: 'size of the log', value: bytes / 2 ** 20, unit: 'MB' },
    { name: 'tail -n 1000 of it', value: command('tail', '-n', '1000', log), unit: 'ms' },
    { name: 'grep -c of it', value: command('grep', '-c', 'QUESTION', log), unit: 'ms' },
    { name: 'wc -l of it', value: command('wc', '-l', log), unit: 'ms' },
  ];
}

/** Resident memory of a server that has just started over an empty root, in MB. */
async function memoryAtRest(scratch: string): Promise<number> {
  const server = await startDashboard(scratch, path.join(scratch, 'rest.sqlite'));
  await server.stats();
  await delay(1000);
  const memory = residentMb(server.pid as number);
  await server.stop();
  return memory;
}

export const reading: Bench = {
  name: 'first-read',
  how: 'A log of a million messages that nobody has read, from the start of the server to the count of all of them; resident memory at most, less that of a server over an empty root. Baseline: a bare loop that parses the lines of the first half and does the same inserts, the index of the full text included, in a process of its own; tail, grep and wc of the same file.',
  run: firstRead,
};

async function restarts(scratch: string): Promise<Figure[]> {
  const { root, history } = await millionKept(scratch);
  const times: number[] = [];
  const bareTimes: number[] = [];
  for (let count = 0; count < RESTARTS; count++) {
    const begun = performance.now();
    const server = await startDashboard(root, history);
    await page(server.url);
    times.push(performance.now() - begun);
    const { message_count: messages } = await server.stats();
    if (messages < MILLION) throw new Error(`After a start ${messages} messages are counted.`);
    await server.stop();
    const bareBegun = performance.now();
    const bare = await BareNext.started();
    await page(bare.url);
    bareTimes.push(performance.now() - bareBegun);
    bare.stop();
  }
  const [value, baseline] = [median(times), median(bareTimes)];
  return [{ name: 'from the start to the first page, whole', value, unit: 'ms', atMost: 1000, baseline }];
}

/** Reads the page to its end. */
async function page(url: string): Promise<void> {
  const request = get(url, { agent: false });
  const [response] = await once(request, 'response');
  response.resume();
  await once(response, 'end');
}

export const restart: Bench = {
  name: 'restart',
  how: `With a million messages in the history, from the start of the process to the last byte of the page, median of ${RESTARTS}. Baseline: a bare next start with an empty page, in turns.`,
  run: restarts,
};
