/**
 * `npm run soak`: a simulated swarm for an hour, with viewers that come and go, and now and then a moment without any:
 * then garbage is collected and what the server holds is noted. Prints the curve; ends with exit code 1 if something
 * grows. `--minutes 5` is the form for every day. Linux only: descriptors are counted in /proc.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Sources } from '../lib/contract/schemas';
import { Random } from '../lib/simulator/random';
import { LOG_NAME } from '../lib/sources/claudeswarm/message-log';
import { PROJECT } from '../test/support/production-server';
import { openStream } from '../test/support/sse-client';
import { makeScratch } from './scratch';
import { Follower, StateWatch } from './torture-follower';
import { shiftedClock } from './torture-past';
import { Server } from './torture-server';

interface Sample {
  minute: number;
  heapUsed: number;
  external: number;
  rss: number;
  /** What keeps the event loop alive, by kind. */
  resources: Record<string, number>;
  listeners: number;
  descriptors: number;
}

const MAX_SAMPLES = 60;
const SAMPLES_PER_MINUTE = 2;
const MESSAGES_PER_SECOND = 20;
const MAX_VIEWERS = 20;
const READS = ['/', '/api/agents', '/api/messages?limit=200', '/api/messages?q=review', '/api/stats', '/api/talk'];
const MOMENTS = ['/api/timeline', '/api/state?at='];
/** Idle connections of the readers are closed by the server after 5 s. */
const QUIET_MS = 8000;
/** More than the retention. */
const JUMP_MS = 31 * 86_400_000;
/** What is too old is deleted once a second. */
const JUMPED_FOR_MS = 2500;
const GROWTH = 0.1;
const GROWTH_BYTES = 4 * 1024 * 1024;

/** Viewers that come, read and leave, until they are told to stop. */
class Viewers {
  readonly #random = new Random(1);
  readonly #closers = new Set<() => void>();
  #going = true;
  came = 0;
  asked = 0;
  readonly refused = new Map<string, number>();

  constructor(readonly url: string) {}

  async run(): Promise<void> {
    while (this.#going) {
      if (this.#closers.size < MAX_VIEWERS && this.#random.chance(0.6)) this.#come();
      else [...this.#closers][this.#random.integer(0, Math.max(0, this.#closers.size - 1))]?.();
      await this.#read();
      await delay(this.#random.exponential(100));
    }
  }

  leave(): void {
    this.#going = false;
    for (const close of this.#closers) close();
  }

  #come(): void {
    this.came++;
    const close = openStream({
      url: `${this.url}/api/stream`,
      onEvent: () => {},
      onEnd: (reason) => this.#note(reason),
    });
    const leave = () => {
      this.#closers.delete(leave);
      close();
    };
    this.#closers.add(leave);
  }

  async #read(): Promise<void> {
    const moment = new Date(Date.now() - this.#random.integer(0, 60_000)).toISOString();
    const place = this.#random.pick([...READS, ...MOMENTS.map((read) => (read.endsWith('=') ? read + moment : read))]);
    const response = await fetch(this.url + place);
    await response.arrayBuffer();
    this.asked++;
    // A moment before the first look is unknown, and is answered so.
    if (!response.ok) this.#note(`${place.split('?')[0]}: ${response.status}`);
  }

  #note(what: string): void {
    this.refused.set(what, (this.refused.get(what) ?? 0) + 1);
  }
}

/** What must not cost the past, done between the samples: the clock jumps, a line is broken, a client moves. */
class PastWatch {
  readonly #server: Server;
  readonly #root: string;
  readonly #shift: string;
  readonly #follower: Follower;
  #broken = 0;
  readonly faults: string[] = [];

  constructor(server: Server, root: string, shift: string) {
    this.#server = server;
    this.#root = root;
    this.#shift = shift;
    this.#follower = new Follower(server.url, new Random(2));
  }

  async disturb(): Promise<void> {
    this.#follower.connect();
    const { message_count: before } = await this.#server.stats();
    appendFileSync(path.join(this.#root, LOG_NAME), `{"broken": ${this.#broken++}\n`);
    writeFileSync(this.#shift, String(JUMP_MS));
    await delay(JUMPED_FOR_MS);
    writeFileSync(this.#shift, '0');
    const [{ message_count: after }, pruned] = [await this.#server.stats(), await this.#server.pruned()];
    if (after < before) this.faults.push(`the clock jumped, and of ${before} messages ${after} are left`);
    if (pruned > 0) this.faults.push(`the clock jumped, and ${pruned} messages were deleted`);
  }

  /** @returns what was found wrong, and prints what was counted */
  async end(): Promise<string[]> {
    const watch = new StateWatch<Sources>(this.#server.url, 'sources');
    const counted = (log: Sources['log']) => log.skipped.reduce((sum, { count }) => sum + count, 0);
    const all = await watch.until(({ log }) => counted(log) >= this.#broken);
    const found = watch.latest ? counted(watch.latest.log) : 0;
    const gaps = watch.latest?.log.gaps ?? 0;
    watch.close();
    this.#follower.disconnect();
    const { gapsSaid, connections, faults: own } = this.#follower;
    console.log(
      `${this.#broken} jumps of the clock; ${found} of ${this.#broken} broken lines counted; ${gaps} losses, and ` +
        `${gapsSaid} gaps said to a client over ${connections} connections`,
    );
    if (all === null || found !== this.#broken)
      this.faults.push(`${found} of ${this.#broken} broken lines are counted`);
    if (gaps > 0 || gapsSaid > 0)
      this.faults.push(`${gaps} losses and ${gapsSaid} gaps are said where nothing is missing`);
    return [...this.faults, ...own];
  }
}

async function soak(minutes: number, scratch: string): Promise<string[]> {
  const root = path.join(scratch, 'root');
  const probe = path.join(scratch, 'probe');
  mkdirSync(root);
  const simulator = simulate(root);
  const clock = shiftedClock(path.join(scratch, 'shift'));
  const server = new Server(root, path.join(scratch, 'history.sqlite'), {
    ...clock,
    PROBE_FILE: probe,
    NODE_OPTIONS: `--expose-gc ${clock.NODE_OPTIONS} --import ${import.meta.resolve('./probe.mjs')}`,
    LIMIT_READS_PER_MINUTE: '0',
  });
  process.prependOnceListener('exit', () => {
    simulator.kill('SIGKILL');
    server.abandon();
  });
  await server.start();
  const past = new PastWatch(server, root, path.join(scratch, 'shift'));
  const samples: Sample[] = [];
  const wanted = Math.min(MAX_SAMPLES, Math.round(minutes * SAMPLES_PER_MINUTE));
  const counts = { came: 0, asked: 0 };
  console.log('minute   heap MB  external   rss MB  descriptors  listeners  timers');
  for (let index = 0; index < wanted; index++) {
    const viewers = new Viewers(server.url);
    const ended = viewers.run();
    await past.disturb();
    await delay(Math.max(1000, (minutes * 60_000) / wanted - QUIET_MS));
    viewers.leave();
    await ended;
    await delay(QUIET_MS);
    const sample = { ...(await takeSample(server, probe, index)), minute: ((index + 1) * minutes) / wanted };
    samples.push(sample);
    counts.came += viewers.came;
    counts.asked += viewers.asked;
    console.log(sampleLine(sample));
    for (const [what, count] of viewers.refused) console.log(`  refused ${count} times: ${what}`);
  }
  const faults = await past.end();
  const { message_count: messages } = await server.stats();
  console.log(`\n${messages} messages, ${counts.came} viewers, ${counts.asked} requests in ${minutes} minutes`);
  await server.stop();
  simulator.kill('SIGKILL');
  return [...faults, ...growing(samples)];
}

function simulate(root: string): ChildProcess {
  const words = ['--import', 'tsx', path.join(PROJECT, 'bin/simulate.ts'), '--root', root];
  return spawn(process.execPath, [...words, '--rate', String(MESSAGES_PER_SECOND), '--rotate-at', '1000000'], {
    cwd: PROJECT,
    // It ends with its input, and that with this process.
    stdio: ['pipe', 'ignore', 'inherit'],
  });
}

async function takeSample(server: Server, file: string, index: number): Promise<Omit<Sample, 'minute'>> {
  process.kill(server.pid as number, 'SIGUSR2');
  for (;;) {
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    // The last piece is empty or an unfinished line.
    if (lines.length > index + 1) return JSON.parse(lines[index] as string) as Omit<Sample, 'minute'>;
    await delay(20);
  }
}

/** Compares the end with the time after the start has settled: medians, since a single sample says little. */
function growing(samples: readonly Sample[]): string[] {
  const third = Math.floor(samples.length / 3);
  const parts = [samples.slice(third, 2 * third), samples.slice(2 * third)] as const;
  const faults: string[] = [];
  const check = (name: string, read: (sample: Sample) => number, allowed: (before: number) => number) => {
    const [before, after] = parts.map((part) => median(part.map(read))) as [number, number];
    const grown = after - before;
    console.log(`${name}: ${before} -> ${after}`);
    if (grown > allowed(before)) faults.push(`${name} grew from ${before} to ${after}`);
  };
  check(
    'heap after collection, bytes',
    ({ heapUsed }) => heapUsed,
    (before) => GROWTH * before + GROWTH_BYTES,
  );
  check(
    'memory outside of the heap, bytes',
    ({ external }) => external,
    (before) => GROWTH * before + GROWTH_BYTES,
  );
  check(
    'descriptors',
    ({ descriptors }) => descriptors,
    () => 2,
  );
  check(
    'listeners of the process',
    ({ listeners }) => listeners,
    () => 0,
  );
  check(
    'timers',
    ({ resources }) => resources.Timeout ?? 0,
    () => 2,
  );
  check(
    'everything that keeps it alive',
    ({ resources }) => sum(Object.values(resources)),
    () => 4,
  );
  return faults;
}

function sampleLine({ minute, heapUsed, external, rss, descriptors, listeners, resources }: Sample): string {
  const cells = [
    megabytes(heapUsed),
    megabytes(external),
    megabytes(rss),
    descriptors,
    listeners,
    resources.Timeout ?? 0,
  ];
  const bar = '#'.repeat(Math.round(heapUsed / 2 ** 20));
  return `${minute.toFixed(1).padStart(6)}  ${cells.map((cell) => String(cell).padStart(9)).join('')}  ${bar}`;
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function readMinutes(): number {
  try {
    const { minutes } = parseArgs({ options: { minutes: { type: 'string', default: '60' } } }).values;
    const number = Number(minutes);
    if (number >= 5 && number <= 1440) return number;
    throw new Error(`--minutes ${minutes} is not valid: give a number from 5 to 1440.`);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\nUsage: npm run soak [-- --minutes N]`);
    process.exit(2);
  }
}

const minutes = readMinutes();
const scratch = makeScratch('soak');
const faults = await soak(minutes, scratch);
console.log(
  `\n${availableParallelism()} cores, load average ${loadavg()
    .map((load) => load.toFixed(1))
    .join(' ')}`,
);
for (const fault of faults) console.log(`FAILED  ${fault}`);
if (faults.length === 0) console.log('Nothing grows.');
process.exit(faults.length === 0 ? 0 : 1);
