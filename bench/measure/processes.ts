/** The measured processes: the dashboard, and the plain servers with which it is compared. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, PROJECT } from '../../test/support/production-server';
import { Server } from '../torture-server';

/** Unit of processor time in the kernel's counters, on every Linux that Node supports. */
const TICKS_PER_SECOND = 100;
const NEXT = path.join(PROJECT, 'node_modules/next/dist/bin/next');
const BARE_NEXT = path.join(PROJECT, 'bench/bare/next');

/** No rate limits, which would distort the results; and a retention that can store more than a million messages. */
const WITHOUT_LIMITS = {
  SWARM_HISTORY_MESSAGES: '2000000',
  LIMIT_READS_PER_MINUTE: '0',
  LIMIT_STREAMS: '100000',
  LIMIT_STREAMS_PER_CLIENT: '100000',
};

/** Ends all processes that were started here, before the folders they write to are removed. */
const endings: (() => void)[] = [];
process.prependOnceListener('exit', () => {
  for (const end of endings) end();
});

/** @returns a running dashboard over a root */
export async function startDashboard(
  root: string,
  history: string,
  environment: Record<string, string> = {},
): Promise<Server> {
  const server = new Server(root, history, { ...WITHOUT_LIMITS, ...environment });
  endings.push(() => server.abandon());
  await server.start();
  return server;
}

/** Waits until it has read a number of messages. */
export async function untilRead(server: Server, messages: number): Promise<void> {
  while ((await server.stats()).message_count < messages) await delay(50);
}

/** A plain `next start` with an empty page and a route that returns a fixed body. */
export class BareNext {
  #port = 0;
  #child: ChildProcess | null = null;

  static async started(): Promise<BareNext> {
    const bare = new BareNext();
    // Turbopack would add the instrumentation of the project around it.
    if (!existsSync(path.join(BARE_NEXT, '.next/BUILD_ID'))) await run([NEXT, 'build', '--webpack', BARE_NEXT]);
    bare.#port = await freePort();
    bare.#child = spawn(process.execPath, [NEXT, 'start', BARE_NEXT, '-p', String(bare.#port), '-H', '127.0.0.1'], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    });
    endings.push(() => bare.stop());
    while (!(await fetch(`${bare.url}/fixed?size=10`).catch(() => null))?.ok) await delay(20);
    return bare;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get pid(): number {
    return this.#child?.pid as number;
  }

  stop(): void {
    this.#child?.kill('SIGKILL');
  }
}

/** A program of `bench/bare` on plain node:http, which prints its port in its first line of output. */
export class BareStream {
  readonly #child: ChildProcess;
  #port = '';

  private constructor(words: readonly string[]) {
    this.#child = spawn(process.execPath, words, { cwd: PROJECT, stdio: ['pipe', 'pipe', 'inherit'] });
  }

  /** Broadcasts prepared bytes. */
  static broadcaster(): Promise<BareStream> {
    return BareStream.#started(['bench/bare/stream.mjs']);
  }

  /** Watches a root, stores its messages in a database and broadcasts them. */
  static watcher(root: string, database: string): Promise<BareStream> {
    return BareStream.#started(['--import', 'tsx', 'bench/bare/watch.ts', root, database]);
  }

  static async #started(words: readonly string[]): Promise<BareStream> {
    const bare = new BareStream(words);
    const lines = createInterface({ input: bare.#child.stdout as NodeJS.ReadableStream });
    [bare.#port] = (await once(lines, 'line')) as [string];
    endings.push(() => bare.stop());
    return bare;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** Sends one event to all clients. */
  broadcast(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }
}

/** @returns the processor time of all threads of a process, in seconds */
export function processorSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may contain anything; user and system time are the 12th and 13th field after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** @returns its resident memory in MB */
export function residentMb(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

async function run(words: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, words, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
  });
  const [exitCode] = await once(child, 'exit');
  if (exitCode !== 0) throw new Error(`node ${words.join(' ')} ended with exit code ${exitCode}.`);
}
