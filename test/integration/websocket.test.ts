/** The WebSocket of the production server, over real sockets. */
import assert from 'node:assert/strict';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { compare, tracedContent, verdictFaults } from '../../bench/torture-checks';
import { Follower } from '../../bench/torture-follower';
import { TestSwarm } from '../../e2e/swarm';
import { newToken } from '../../lib/config/tokens-file';
import { Random } from '../../lib/simulator/random';
import { HOSTILE, handshake, hostileHandshake } from '../support/hostile-frames';
import { ProductionServer } from '../support/production-server';
import { RawClient } from '../support/raw-client';
import { scratchFolder } from '../support/scratch-folder';
import { TestSocket } from '../support/socket-client';

const folder = scratchFolder('websocket-');
const SEED = 17;

interface Line {
  msg: string;
  request?: string;
  kind?: string;
  reason?: string;
  route?: string;
  status?: number;
}

/** A server with a swarm of its own. */
function prepared(name: string, environment: Record<string, string> = {}) {
  const swarm = new TestSwarm();
  swarm.register([{ id: 'agent-0' }, { id: 'agent-1' }]);
  let output = '';
  const server = new ProductionServer(
    {
      CLAUDESWARM_ROOT: swarm.root,
      SWARM_HISTORY: join(folder, `${name}.sqlite`),
      LOG_FORMAT: 'json',
      LOG_LEVEL: 'debug',
      ...environment,
    },
    '127.0.0.1',
    (text) => {
      output += text;
    },
  );
  const lines = () =>
    output
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as Line);
  /** Waits for a line of the log. */
  const logged = async (fits: (line: Line) => boolean): Promise<Line> => {
    for (;;) {
      const line = lines().find(fits);
      if (line) return line;
      await delay(10);
    }
  };
  const stop = async () => {
    await server.stop('SIGKILL');
    swarm.remove();
  };
  return { swarm, server, logged, stop, url: () => `${server.url}/api/ws` };
}

function residentBytes(pid: number | undefined): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

test('WebSockets and streams get every message once and in order, across kills of the server', async () => {
  const { swarm, server, stop } = prepared('kills');
  const followers = [true, true, false].map(
    (overSocket, index) => new Follower(() => server.url, new Random(index), { overSocket }),
  );
  try {
    await server.start();
    let serial = 0;
    const say = (count: number) => {
      swarm.send(...Array.from({ length: count }, () => ({ content: tracedContent(0, serial++, 'x') })));
    };
    say(5);
    for (const follower of followers) follower.connect();
    // A new client gets the newest 50 only.
    while (followers.some(({ lastSeq }) => lastSeq === 0)) await delay(10);
    for (let kill = 0; kill < 3; kill++) {
      say(300);
      await delay(20);
      await server.stop('SIGKILL');
      say(100);
      await server.start();
      followers[0]?.disconnect();
      say(50);
      followers[0]?.connect();
    }
    while (followers.some(({ received }) => received.at(-1)?.trace !== serial - 1)) await delay(20);
    const expected = Array.from({ length: serial }, (_, index) => ({ seq: index + 1, trace: index }));
    for (const { received, faults, gapsSaid } of followers) {
      assert.equal(verdictFaults(compare(received, expected)), null);
      assert.equal(received.length, serial);
      assert.deepEqual([faults, gapsSaid], [[], 0]);
    }
  } finally {
    for (const follower of followers) follower.disconnect();
    await stop();
  }
});

test('a request without a handshake is answered with 426 and what to do, also by Next', async () => {
  const { server, stop } = prepared('plain');
  try {
    await server.start();
    for (const path of ['/api/ws', '/api/v1/ws']) {
      const client = new RawClient(server.port).ask('GET', path);
      const { status, head, body } = await client.answer();
      assert.equal(status, 426);
      assert.match(head, /^upgrade: websocket$/im);
      assert.match(head, /^connection: upgrade$/im);
      assert.match(JSON.parse(body).detail, /docs\/websocket\.md/);
      assert.equal((await client.ask('POST', path, { 'Content-Length': 0 }).answer()).status, 405);
      client.destroy();
      const socket = await TestSocket.greeted(`${server.url}${path}`);
      await socket.next('heartbeat');
      socket.socket.close();
    }
    // A client that offers HTTP/2 with each request, as Java's does.
    const offers = { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABkAAQAAP__' };
    const client = new RawClient(server.port).ask('GET', '/api/agents', offers);
    assert.equal((await client.answer()).status, 200);
    client.ask('GET', '/api/agents', { Connection: 'Upgrade', Upgrade: 'websocket' });
    assert.equal((await client.answer()).status, 200, 'an upgrade at another path is ignored');
    client.destroy();
  } finally {
    await stop();
  }
});

describe('with credentials', () => {
  const tokensFile = join(folder, 'tokens.yaml');
  const [reader, hook] = [newToken('reader', 'read'), newToken('hooks', 'hook')];
  const { server, logged, stop, url } = prepared('credentials', {
    DASHBOARD_USERNAME: 'anna',
    DASHBOARD_PASSWORD: 'secret',
    DASHBOARD_TOKENS_FILE: tokensFile,
    PUBLIC_URL: 'https://swarm.example',
    ALLOWED_ORIGINS: 'https://listed.example',
    LIMIT_STREAMS_PER_CLIENT: '20',
    LIMIT_LOGINS_PER_MINUTE: '100',
  });
  const basic = `Basic ${Buffer.from('anna:secret').toString('base64')}`;
  before(async () => {
    writeFileSync(tokensFile, `${reader.line}\n${hook.line}\n`, { mode: 0o600 });
    await server.start();
  });
  after(stop);

  test('they come in the header or in the hello; nothing is sent before', async () => {
    for (const authorization of [basic, `Bearer ${reader.token}`]) {
      const inHeader = await TestSocket.greeted(url(), {}, { headers: { authorization } });
      const inHello = await TestSocket.greeted(url(), { authorization });
      await Promise.all([inHeader.next('agents'), inHello.next('agents')]);
      inHeader.socket.close();
      inHello.socket.close();
    }
    for (const authorization of [undefined, 'Bearer wrong', `Bearer ${hook.token}`]) {
      const refused = await TestSocket.greeted(url(), { authorization });
      assert.equal((await refused.closed).code, 1008);
      assert.deepEqual(
        refused.events.map(({ event }) => event),
        ['error'],
      );
    }
  });

  test('pages of other origins and other hosts are refused', async () => {
    const foreign: Record<string, string>[] = [
      { Origin: 'https://elsewhere.example' },
      { Origin: 'http://swarm.example' },
      { Origin: 'null' },
      { Host: 'elsewhere.example' },
    ];
    for (const headers of foreign) {
      const refused = await new TestSocket(url(), { headers: { authorization: basic, ...headers } }).refused();
      assert.equal(refused.status, 403, JSON.stringify(headers));
      assert.ok(refused.headers['content-security-policy'] && refused.headers['x-request-id']);
    }
    for (const Origin of ['https://swarm.example', 'https://listed.example']) {
      const client = await TestSocket.greeted(url(), { authorization: basic }, { headers: { Origin } });
      await client.next('connected');
      client.socket.close();
    }
  });

  test('the connection of a revoked token is closed', async () => {
    const revoked = await TestSocket.greeted(url(), { authorization: `Bearer ${reader.token}` });
    const kept = await TestSocket.greeted(url(), { authorization: basic });
    await Promise.all([revoked.next('heartbeat'), kept.next('heartbeat')]);
    writeFileSync(`${tokensFile}.new`, `${hook.line}\n`, { mode: 0o600 });
    renameSync(`${tokensFile}.new`, tokensFile);
    assert.deepEqual(await revoked.closed, { code: 1008, reason: 'its token is no longer valid' });
    kept.events.length = 0;
    await kept.next('heartbeat');
    kept.socket.close();
  });

  test('it is limited, counted and logged with the streams', async () => {
    const first = new TestSocket(url(), { headers: { authorization: basic } });
    const upgraded = new Promise<string>((resolve) => {
      first.socket.once('upgrade', ({ headers }) => resolve(String(headers['x-request-id'])));
    });
    await first.open();
    first.send({ type: 'hello' });
    await first.next('heartbeat');
    const id = await upgraded;
    const opened = await logged(({ msg, request }) => msg === 'stream opened' && request === id);
    assert.equal(opened.kind, 'websocket');
    const scrape = async () => (await fetch(`${server.url}/metrics`, { headers: { authorization: basic } })).text();
    assert.match(await scrape(), /^claude_swarm_websockets_open 1$/m);
    assert.match(await scrape(), /^claude_swarm_streams_open 1$/m);
    const others: TestSocket[] = [];
    for (let count = 1; count < 20; count++) {
      const other = await TestSocket.greeted(url(), { authorization: basic });
      await other.next('connected');
      others.push(other);
    }
    const tooMany = await fetch(`${server.url}/api/stream`, { headers: { authorization: basic } });
    assert.equal(tooMany.status, 503);
    await tooMany.body?.cancel();
    for (const { socket } of [first, ...others]) socket.close();
    const ended = await logged(({ msg, request }) => msg === 'stream ended' && request === id);
    assert.equal(ended.reason, 'the client left');
    for (;;) if (/^claude_swarm_websockets_open 0$/m.test(await scrape())) break;
    assert.match(await scrape(), /http_requests_total\{route="\/api\/ws",method="GET",status="101"\} \d/);
  });
});

test('hostile handshakes and frames: nothing crashes, memory is bounded, and other clients are served', async () => {
  const { swarm, server, stop, url } = prepared('hostile', { LOG_LEVEL: 'silent' });
  const random = new Random(SEED);
  try {
    await server.start();
    const { pid } = server;
    const bystander = await TestSocket.greeted(url());
    await bystander.next('heartbeat');
    const attack = async (path: string, bytes: Buffer[]) => {
      const client = new RawClient(server.port).send(path);
      if (random.chance(0.3)) client.socket.pause();
      for (const piece of bytes) client.send(piece);
      if (random.chance(0.2)) client.socket.end();
      await Promise.race([client.closed, delay(random.integer(1, 100))]);
      client.destroy();
    };
    const round = async () => {
      for (const make of Object.values(HOSTILE)) {
        await Promise.all(Array.from({ length: 3 }, () => attack(handshake('/api/ws'), make(random))));
      }
      for (let count = 0; count < 30; count++) await attack(hostileHandshake(random, '/api/ws'), []);
    };
    await round();
    const base = residentBytes(pid);
    for (let rounds = 0; rounds < 3; rounds++) await round();
    const grown = (residentBytes(pid) - base) / 2 ** 20;
    assert.ok(grown < 150, `memory grew by ${Math.round(grown)} MB`);
    assert.equal(server.pid, pid);
    assert.equal((await server.health())?.status, 'healthy');
    bystander.events.length = 0;
    swarm.send({ content: 'after the attack' });
    assert.equal((await bystander.next('messages')).data.messages[0].content, 'after the attack');
    bystander.socket.close();
    const open = async () =>
      Number(/^claude_swarm_streams_open (\d+)$/m.exec(await (await fetch(`${server.url}/metrics`)).text())?.[1]);
    while ((await open()) > 0) await delay(20);
  } finally {
    await stop();
  }
});

test('SIGTERM closes WebSockets with 1001 and ends the server in order', async () => {
  const { server, stop, url } = prepared('stop');
  try {
    await server.start();
    const clients = await Promise.all(Array.from({ length: 20 }, () => TestSocket.greeted(url())));
    for (const client of clients) await client.next('heartbeat');
    const silent = await new TestSocket(url()).open();
    const deaf = new RawClient(server.port).send(handshake('/api/ws'));
    while (!deaf.text.includes('\r\n\r\n')) await delay(10);
    const exitCode = await server.stop();
    for (const client of [...clients, silent]) assert.equal((await client.closed).code, 1001);
    assert.equal(exitCode, 0);
    deaf.destroy();
  } finally {
    await stop();
  }
});
