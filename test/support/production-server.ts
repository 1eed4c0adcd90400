/** The production server as a child process, for tests, torture and benchmarks; needs a build (`npm run build`). */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Health } from '../../lib/contract/schemas';
import { routeOf } from './answers';
import { until } from './until';

export const PROJECT = dirname(dirname(import.meta.dirname));
const START_DEADLINE_MS = 60_000;
/** Settings of the user's environment that would change what is tested. */
const FOREIGN_SETTINGS =
  /^(INIT_CWD$|ACTIONS$|OPERATOR_|HOOK_DASHBOARD_|ALLOWED_|ALERT|BASE_PATH$|BUILD_FOLDER$|LIMIT_|LOG_|SWARM_|TRUST_PROXY$|UVICORN_|CLAUDESWARM_|CLAUDE_|PUBLIC_URL$|HOST$|PORT$|NODE_ENV$)/;

/** All clients of a test have one address; tests of the limits set their own. */
const ONE_ADDRESS = {
  LIMIT_READS_PER_MINUTE: '0',
  LIMIT_EXPORTS_PER_MINUTE: '0',
  LIMIT_STREAMS_PER_CLIENT: '100000',
};

/** One for all servers of this process, as those of one user have; never that of the user who runs the tests. */
let operatorKeyFile: string | null = null;

function ownOperatorKeyFile(): string {
  if (operatorKeyFile !== null) return operatorKeyFile;
  const folder = mkdtempSync(join(tmpdir(), 'operator-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  operatorKeyFile = join(folder, 'operator-key');
  return operatorKeyFile;
}

export class ProductionServer {
  readonly #environment: Record<string, string>;
  readonly #host: string;
  readonly #onOutput: ((text: string) => void) | null;
  #port = 0;
  #child: ChildProcess | null = null;

  /**
   * @param environment settings, such as CLAUDESWARM_ROOT and SWARM_HISTORY
   * @param host the address to listen on
   * @param onOutput gets its standard output and errors; without it, only errors are shown, on those of this process
   */
  constructor(
    environment: Record<string, string>,
    host = '127.0.0.1',
    onOutput: ((text: string) => void) | null = null,
  ) {
    this.#environment = environment;
    this.#host = host;
    this.#onOutput = onOutput;
  }

  /** Starts a server. */
  static async started(...settings: ConstructorParameters<typeof ProductionServer>): Promise<ProductionServer> {
    const server = new ProductionServer(...settings);
    await server.start();
    return server;
  }

  get port(): number {
    return this.#port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Without a slash at its end; with the path that the build was made for (BASE_PATH). */
  get url(): string {
    return `${this.origin}${this.#environment.BASE_PATH ?? ''}`;
  }

  /** The process, undefined before the first start. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get operatorKeyFile(): string {
    return this.#environment.OPERATOR_KEY_FILE ?? ownOperatorKeyFile();
  }

  /** The operator key, once the server has started without credentials. */
  get operatorKey(): string {
    return readFileSync(this.operatorKeyFile, 'utf8').trim();
  }

  /** The headers of a command that a program sends. */
  get commandHeaders(): Record<string, string> {
    return { 'content-type': 'application/json', authorization: `Bearer ${this.operatorKey}` };
  }

  /** Starts it and waits until it answers; on a free port, or after a stop at the same address as before. */
  async start(): Promise<void> {
    if (this.#port === 0) this.#port = await freePort();
    const own = Object.entries(process.env).filter(([name]) => !FOREIGN_SETTINGS.test(name));
    const next = join(PROJECT, 'node_modules/next/dist/bin/next');
    const child = spawn(process.execPath, [next, 'start', '-p', String(this.#port), '-H', this.#host], {
      cwd: PROJECT,
      stdio: this.#onOutput ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'ignore', 'inherit'],
      env: {
        ...Object.fromEntries(own),
        NODE_ENV: 'production',
        NEXT_TELEMETRY_DISABLED: '1',
        NEXT_MANUAL_SIG_HANDLE: '1',
        ...ONE_ADDRESS,
        // What Claude Code does on this machine belongs to no test.
        OPERATOR_KEY_FILE: ownOperatorKeyFile(),
        ...('CLAUDE_CONFIG_DIR' in this.#environment ? {} : { CLAUDE_CODE: 'off' }),
        ...this.#environment,
      },
    });
    this.#child = child;
    for (const channel of [child.stdout, child.stderr]) {
      channel?.setEncoding('utf8').on('data', (text: string) => this.#onOutput?.(text));
    }
    const deadline = performance.now() + START_DEADLINE_MS;
    while (!(await this.health())) {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`The server ended at its start: ${child.signalCode ?? `exit code ${child.exitCode}`}.`);
      }
      if (performance.now() > deadline) throw new Error(`The server did not answer within ${START_DEADLINE_MS} ms.`);
      await delay(20);
    }
  }

  /** `GET /health`, or null if nobody answers. */
  async health(): Promise<Health | null> {
    const response = await fetch(`${this.url}/health`).catch(() => null);
    return response?.ok ? ((await response.json()) as Health) : null;
  }

  /**
   * @param path with its query
   * @returns the JSON of the answer; the caller knows its type
   * @throws if the answer is not a success, or does not match its schema
   */
  async get<Answer>(path: string): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`);
    if (!response.ok) throw new Error(`GET ${path} was answered with ${response.status}: ${await response.text()}`);
    const answer = await response.json();
    routeOf(path)?.answer.schema?.parse(answer);
    return answer as Answer;
  }

  /** @returns the first answer that fits, asked for again until then */
  until<Answer>(path: string, fits: (answer: Answer) => boolean): Promise<Answer> {
    return until(() => this.get<Answer>(path), fits);
  }

  /** Ends it and waits for its end. Returns its exit code; null if a signal ended it. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    if (!child) return null;
    if (child.exitCode === null && child.signalCode === null) {
      const exit = once(child, 'exit');
      child.kill(signal);
      await exit;
    }
    return child.exitCode;
  }

  /** Kills it if it still runs, without waiting; for the end of the calling process. */
  abandon(): void {
    this.#child?.kill('SIGKILL');
  }
}

/** @returns a port of the loopback interface that nobody listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
