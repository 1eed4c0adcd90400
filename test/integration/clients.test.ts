/** The programs of docs/api.md and docs/websocket.md, unchanged, with a real server: drops, restarts, gaps. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { TestSwarm } from '../../e2e/swarm';
import { PROJECT, ProductionServer } from '../support/production-server';

const API = 'api.md';
const WEBSOCKET = 'websocket.md';
const folder = mkdtempSync(join(tmpdir(), 'clients-'));
const swarm = new TestSwarm();
const server = new ProductionServer({ CLAUDESWARM_ROOT: swarm.root, SWARM_HISTORY: join(folder, 'history.sqlite') });

/** A program of a document by the words after its opening fence. */
function program(document: string, fence: string): string {
  const text = readFileSync(join(PROJECT, 'docs', document), 'utf8');
  const code = text.split(`\`\`\`${fence}\n`)[1]?.split('\n```')[0];
  assert.ok(code, `docs/${document} holds no ${fence}`);
  return code;
}

function canRun(command: string, words = ['--version']): boolean {
  return spawnSync(command, words).status === 0;
}

/** With either, Node has or lacks a WebSocket of its own, whatever its version. */
const [OWN_SOCKET, NO_OWN_SOCKET] = ['--experimental-websocket', '--no-experimental-websocket'];

before(async () => {
  // So that a program finds the library.
  symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
  swarm.register([{ id: 'agent-0' }, { id: 'agent-1' }]);
  swarm.lock('src/cart/totals.ts', 'agent-0');
  swarm.send({ msg_type: 'QUESTION' });
  await server.start();
});

after(async () => {
  await server.stop();
  swarm.remove();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});

/** A connection to the server that can be cut. */
class Line {
  readonly #sockets = new Set<Socket>();
  readonly #listener = createServer((socket) => {
    const onward = connect(server.port, '127.0.0.1');
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => one.destroy());
      one.on('close', () => {
        other.destroy();
        this.#sockets.delete(one);
      });
      one.pipe(other);
    }
  });

  async open(): Promise<string> {
    this.#listener.listen(0, '127.0.0.1');
    await once(this.#listener, 'listening');
    return `http://127.0.0.1:${(this.#listener.address() as AddressInfo).port}`;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.#listener.close();
    this.cut();
  }
}

/** A running program and its output so far. */
class Follower {
  output = '';
  complaints = '';
  readonly #child: ChildProcess;

  constructor(command: string, words: string[], environment: Record<string, string>) {
    this.#child = spawn(command, words, { env: { ...process.env, ...environment } });
    this.#child.stdout?.on('data', (chunk) => {
      this.output += chunk;
    });
    this.#child.stderr?.on('data', (chunk) => {
      this.complaints += chunk;
    });
  }

  /** Waits for messages, given by their contents, and fails on any other. */
  async prints(...contents: string[]): Promise<void> {
    const printed = () =>
      this.output
        .split('\n')
        .slice(0, -1)
        .map((line) => (JSON.parse(line) as { content: string }).content);
    while (printed().length < contents.length && this.#child.exitCode === null) await delay(10);
    assert.deepEqual(printed(), contents, this.complaints);
  }

  async kill(): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}

/** Waits until a program has stored the position of the newest message. */
async function caughtUp(place: string): Promise<void> {
  const { next_cursor } = await server.get<{ next_cursor: string }>('/api/messages');
  while (!existsSync(place) || readFileSync(place, 'utf8') !== next_cursor) await delay(10);
}

interface Program {
  document: string;
  fence: string;
  command: string;
  /** Options of the command. */
  options?: string[];
  /** What must run for the program to run. */
  probe?: string[];
}

const PROGRAMS: Program[] = [
  { document: API, fence: 'js follow.mjs', command: process.execPath },
  { document: API, fence: 'python follow.py', command: 'python3' },
  // Without a WebSocket of its own, Node uses the library.
  { document: WEBSOCKET, fence: 'js follow-socket.mjs', command: process.execPath, options: [NO_OWN_SOCKET] },
  { document: WEBSOCKET, fence: 'js follow-socket.mjs', command: process.execPath, options: [OWN_SOCKET] },
  {
    document: WEBSOCKET,
    fence: 'python follow_socket.py',
    command: 'python3',
    probe: ['-c', 'import websockets.sync.client'],
  },
];

for (const { document, fence, command, options = [], probe } of PROGRAMS) {
  const name = fence.split(' ')[1] as string;
  const title = [name, ...options].join(' ');
  describe(title, {
    skip: canRun(command, probe) ? false : probe ? `${command} can't run "${probe.at(-1)}"` : `there is no ${command}`,
  }, () => {
    test('prints every message once, across a cut connection and its own death', async () => {
      const file = join(folder, name);
      const place = join(folder, `${title}.place`);
      writeFileSync(file, program(document, fence));
      const line = new Line();
      const environment = { SWARM_URL: await line.open(), SWARM_PLACE: place };
      let follower = new Follower(command, [...options, file], environment);
      try {
        const say = (...contents: string[]) => swarm.send(...contents.map((content) => ({ content })));
        await caughtUp(place);
        follower.output = '';
        say('one', 'two');
        await follower.prints('one', 'two');
        line.cut();
        say('three');
        await follower.prints('one', 'two', 'three');
        line.cut();
        say('four', 'five');
        await follower.prints('one', 'two', 'three', 'four', 'five');
        await caughtUp(place);

        await follower.kill();
        say('six');
        follower = new Follower(command, [...options, file], environment);
        await follower.prints('six');
        assert.doesNotMatch(follower.complaints, /missing/);

        await follower.kill();
        writeFileSync(place, 'elsewhere.7');
        follower = new Follower(command, [...options, file], environment);
        while (!follower.output.includes('"six"')) await delay(10);
        assert.match(follower.complaints, /Messages are missing/);
      } finally {
        await follower.kill();
        line.close();
      }
    });
  });
}

test('the shell commands are answered', { skip: canRun('curl') ? false : 'there is no curl' }, () => {
  // The answer of a refused request says so: curl exits with 0 all the same without --fail.
  const script = program(API, 'sh').replaceAll('curl -s', 'curl -sS --fail-with-body');
  const output = execFileSync('sh', ['-e', '-c', script], {
    env: { ...process.env, SWARM_URL: server.url },
  }).toString();
  assert.doesNotMatch(output, /urn:claude-swarm-dashboard:problem/);
  assert.match(output, /"agents":\[/);
});
