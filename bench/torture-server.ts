/** The production server under torture, as a child process that may be killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { Health, MessagesAnswer, Stats } from '../lib/contract/schemas';

const PROJECT = path.dirname(import.meta.dirname);
const START_DEADLINE_MS = 30_000;
/** Settings of the person at the keyboard, which would change what is measured. */
const FOREIGN_SETTINGS = /^(DASHBOARD_|ALLOWED_|SWARM_|UVICORN_|CLAUDESWARM_|PUBLIC_URL$|HOST$|PORT$)/;

/** Whether there is a production build to torture. */
export function isBuilt(): boolean {
  return existsSync(path.join(PROJECT, '.next', 'BUILD_ID'));
}

interface Settings {
  root: string;
  history: string;
  port: number;
  environment: Record<string, string>;
}

export class Server {
  readonly #settings: Settings;
  #child: ChildProcess | null = null;

  private constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Starts a server on a free port and waits until it answers. */
  static async start(root: string, history: string, environment: Record<string, string> = {}): Promise<Server> {
    const server = new Server({ root, history, port: await freePort(), environment });
    await server.restart();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#settings.port}`;
  }

  /** Starts it again after `kill`, on the same port, and waits until it answers. */
  async restart(): Promise<void> {
    const { root, history, port, environment } = this.#settings;
    const own = Object.entries(process.env).filter(([name]) => !FOREIGN_SETTINGS.test(name));
    const child = spawn(
      process.execPath,
      [path.join(PROJECT, 'node_modules/next/dist/bin/next'), 'start', '-p', String(port), '-H', '127.0.0.1'],
      {
        cwd: PROJECT,
        stdio: ['ignore', 'ignore', 'inherit'],
        env: {
          ...Object.fromEntries(own),
          NODE_ENV: 'production',
          NEXT_TELEMETRY_DISABLED: '1',
          NEXT_MANUAL_SIG_HANDLE: '1',
          CLAUDESWARM_ROOT: root,
          SWARM_HISTORY: history,
          ...environment,
        },
      },
    );
    this.#child = child;
    const deadline = performance.now() + START_DEADLINE_MS;
    while (!(await this.health())) {
      if (child.exitCode !== null) throw new Error(`The server ended at its start with exit code ${child.exitCode}.`);
      if (performance.now() > deadline) throw new Error(`The server did not answer within ${START_DEADLINE_MS} ms.`);
      await delay(20);
    }
  }

  /** Kills it without warning. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Asks it to stop. @returns its exit code and how long it took in milliseconds */
  async stop(): Promise<{ exitCode: number | null; milliseconds: number }> {
    const begun = performance.now();
    const child = this.#child;
    await this.#end('SIGTERM');
    return { exitCode: child?.exitCode ?? null, milliseconds: performance.now() - begun };
  }

  /** Kills it if it still runs, without waiting: for the end of this process. */
  abandon(): void {
    this.#child?.kill('SIGKILL');
  }

  /** `GET /health`, or null if nobody answers. */
  async health(): Promise<Health | null> {
    return this.#get<Health>('/health').catch(() => null);
  }

  stats(): Promise<Stats> {
    return this.#get('/api/stats');
  }

  /** @param query as in a URL, without its question mark */
  messages(query: string): Promise<MessagesAnswer> {
    return this.#get(`/api/messages?${query}`);
  }

  /** Its resident memory in bytes, or null where the system does not say. */
  residentBytes(): number | null {
    try {
      const status = readFileSync(`/proc/${this.#child?.pid}/status`, 'utf8');
      const match = /^VmRSS:\s+(\d+) kB$/m.exec(status);
      return match ? Number(match[1]) * 1024 : null;
    } catch {
      return null;
    }
  }

  /** Each request has a connection of its own: a kept one may belong to the server that was just killed. */
  async #get<Answer>(place: string): Promise<Answer> {
    const request = get(`${this.url}${place}`, { agent: false });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const body = await text(response);
    if (response.statusCode !== 200) throw new Error(`GET ${place} was answered with ${response.statusCode}: ${body}`);
    return JSON.parse(body) as Answer;
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
