/** Alerts of the production server: real receivers that fail, servers that are killed, addresses that are forbidden. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createListener } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { alertPost } from '../../lib/contract/alert-schemas';
import type { AttentionAnswer } from '../../lib/contract/schemas';
import { createLock, releaseLock } from '../../lib/sources/claudeswarm/writer';
import { PROJECT, ProductionServer } from '../support/production-server';
import { scratchFolder } from '../support/scratch-folder';

const SECRET = 'test-secret';
const PATH = '/T000/unguessable';
/** An allowed address. 127.0.0.1 is not allowed, so nothing may reach it. */
const ALLOWED = '127.0.0.2';

/** A receiver that fails every second time, each time in another way, and accepts only signed posts. */
class FlakyReceiver {
  /** By key, in the order of arrival. */
  readonly taken = new Map<string, string>();
  doubles = 0;
  tries = 0;
  url = '';
  readonly #elsewhere: string;

  private constructor(elsewhere: string) {
    this.#elsewhere = elsewhere;
  }

  static async start(context: TestContext, elsewhere: string): Promise<FlakyReceiver> {
    const receiver = new FlakyReceiver(elsewhere);
    const server = createServer((request, response) => void receiver.#answer(request, response));
    server.listen(0, ALLOWED);
    await once(server, 'listening');
    context.after(() => server.close().closeAllConnections());
    receiver.url = `http://${ALLOWED}:${(server.address() as AddressInfo).port}${PATH}`;
    return receiver;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.tries += 1;
    const failure = this.tries % 2 === 0 ? undefined : (this.tries - 1) / 2;
    if (failure === undefined) {
      this.#take(request, await bodyText(request));
      response.end();
      return;
    }
    const fail = [
      () => request.socket.resetAndDestroy(),
      () => response.writeHead(500).end(),
      // Accepted, but the answer is lost.
      async () => this.#take(request, await bodyText(request)) ?? request.socket.destroy(),
      () => response.writeHead(302, { Location: this.#elsewhere }).end(),
      () => response.writeHead(503, { 'Retry-After': '1' }).end(),
      // No answer at all: the sender must give up by itself.
      () => undefined,
    ];
    await fail[failure % fail.length]?.();
  }

  #take(request: IncomingMessage, body: string): undefined {
    const [, at, signed] = /^t=(\d+),v1=(\w+)$/.exec(`${request.headers['x-swarm-signature']}`) ?? [];
    assert.equal(signed, createHmac('sha256', SECRET).update(`${at}.${body}`).digest('hex'));
    const sent = new Webhook(SECRET, { format: 'raw' }).verify(body, request.headers as Record<string, string>);
    const { alerts } = alertPost.parse(sent);
    assert.equal(request.headers['webhook-id'], request.headers['idempotency-key']);
    for (const { key, event, entry, link } of alerts) {
      if (alerts.length === 1) assert.equal(request.headers['idempotency-key'], key);
      assert.match(link ?? '', /^https:\/\/swarm\.example\/\?lock=/);
      if (this.taken.has(key)) this.doubles += 1;
      this.taken.set(key, `${event} ${entry.subject}`);
    }
  }

  get received(): string[] {
    return [...this.taken.values()];
  }
}

async function bodyText(request: Readable): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

/** Listens at a forbidden address and counts connections. */
async function forbiddenListener(context: TestContext) {
  const heard = { connections: 0, port: 0 };
  const server = createListener(() => {
    heard.connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  heard.port = (server.address() as AddressInfo).port;
  return heard;
}

function newFolder(): string {
  const folder = scratchFolder('alerts-');
  mkdirSync(join(folder, 'root', '.agent_locks'), { recursive: true });
  // A lock whose holder is not in the registry then is orphaned.
  writeFileSync(join(folder, 'root', 'ACTIVE_AGENTS.json'), '{"session_name": "main", "agents": []}');
  return folder;
}

function alertsFile(folder: string, ...receivers: object[]): string {
  const file = join(folder, 'alerts.json');
  writeFileSync(file, JSON.stringify({ receivers }));
  return file;
}

async function until(condition: () => boolean | Promise<boolean>, what: () => string): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await condition())) {
    assert.ok(performance.now() < deadline, `waited in vain: ${what()}`);
    await delay(20);
  }
}

test('a receiver that fails half of the time misses nothing through kills and a takeover, and repeated posts have the same key', async (context) => {
  const folder = newFolder();
  const root = join(folder, 'root');
  const forbidden = await forbiddenListener(context);
  const flaky = await FlakyReceiver.start(context, `http://127.0.0.1:${forbidden.port}/`);
  const quick = { minimum_age_seconds: 0, timeout_seconds: 0.5, limit_per_minute: 600, kinds: ['lock_orphaned'] };
  const file = alertsFile(
    folder,
    { name: 'flaky', url: flaky.url, secret: SECRET, ...quick },
    { name: 'inside', url: `http://127.0.0.1:${forbidden.port}/`, ...quick },
    { name: 'named', url: `http://localhost:${forbidden.port}/`, ...quick },
  );
  const settings = {
    ...{ CLAUDESWARM_ROOT: root, SWARM_HISTORY: join(folder, 'history.sqlite'), PUBLIC_URL: 'https://swarm.example/' },
    ...{ ALERTS_FILE: file, ALERT_ALLOWED_HOSTS: ALLOWED },
  };
  const [one, two] = [new ProductionServer(settings), new ProductionServer(settings)];
  context.after(() => [one, two].map((server) => server.abandon()));
  const says = (text: string) =>
    until(
      () => flaky.received.includes(text),
      () => `${text} in ${flaky.received}`,
    );
  const lock = (path: string) => createLock(root, { agentId: path, filepath: path, reason: '', now: Date.now() });
  const release = (path: string) => releaseLock(root, path, path);

  lock('first');
  await one.start();
  await says('new first');
  await two.start();
  for (const path of ['a', 'b']) lock(path);
  await until(
    () => flaky.received.length >= 2,
    () => `${flaky.received}`,
  );
  await one.stop('SIGKILL');
  release('first');
  await says('resolved first');
  lock('c');
  lock('d');
  await says('new c');
  await two.stop('SIGKILL');
  release('a');
  lock('e');
  await two.start();
  await says('resolved a');
  await until(
    async () => {
      const { attention } = await two.get<AttentionAnswer>('/api/attention');
      return ['inside', 'named'].every((name) => attention.some(({ subject }) => subject === `alerts to ${name}`));
    },
    () => 'that nothing reaches forbidden addresses is shown',
  );

  const paths = ['first', 'a', 'b', 'c', 'd', 'e'];
  const expected = [...paths.map((path) => `new ${path}`), 'resolved a', 'resolved first'];
  assert.deepEqual(flaky.received.toSorted(), expected.toSorted());
  assert.ok(flaky.doubles > 0, 'an answer was lost, so something came twice');
  assert.equal(forbidden.connections, 0);
});

test('the receivers file is read again: a removed receiver gets nothing more; a fault is shown and changes nothing', async (context) => {
  const folder = newFolder();
  const root = join(folder, 'root');
  const received: string[] = [];
  const receiver = createServer(async (request, response) => {
    const { alerts } = alertPost.parse(JSON.parse(await bodyText(request)));
    for (const { event, entry } of alerts) received.push(`${request.url?.slice(1)} ${event} ${entry.subject}`);
    response.end();
  });
  receiver.listen(0, ALLOWED);
  await once(receiver, 'listening');
  context.after(() => receiver.close().closeAllConnections());
  const named = (name: string) => ({
    ...{ name, url: `http://${ALLOWED}:${(receiver.address() as AddressInfo).port}/${name}`, minimum_age_seconds: 0 },
    kinds: ['lock_orphaned'],
  });
  const file = alertsFile(folder, named('former'), named('stays'));
  let output = '';
  const server = new ProductionServer(
    {
      ...{ CLAUDESWARM_ROOT: root, SWARM_HISTORY: join(folder, 'history.sqlite'), ALERTS_FILE: file },
      ALERT_ALLOWED_HOSTS: ALLOWED,
    },
    '127.0.0.1',
    (text) => {
      output += text;
    },
  );
  context.after(() => server.abandon());
  await server.start();
  const lock = (path: string) => createLock(root, { agentId: path, filepath: path, reason: '', now: Date.now() });
  const says = (...texts: string[]) =>
    until(
      () => texts.every((text) => received.includes(text)),
      () => `${texts} in ${received}`,
    );
  const shown = async () => {
    const { attention } = await server.get<AttentionAnswer>('/api/attention');
    return attention.find(({ subject }) => subject === 'ALERTS_FILE')?.reason ?? null;
  };
  lock('a');
  await says('former new a', 'stays new a');

  writeFileSync(file, '{"receivers": [{"name": "former", "url": "SECRET"}]}');
  await until(
    async () => (await shown()) !== null,
    () => 'that the file is faulty is shown',
  );
  assert.match(
    (await shown()) ?? '',
    /receivers\[0\]\.url: must be a URL .* The receivers of its last valid version stay\.$/,
  );
  assert.match(output, /receivers\[0\]\.url: must be a URL/);
  lock('b');
  await says('former new b', 'stays new b');

  alertsFile(folder, named('stays'), named('later'));
  await says('later new a', 'later new b');
  lock('c');
  await says('stays new c', 'later new c');
  await until(
    async () => (await shown()) === null,
    () => 'that the file is in order is shown',
  );
  await server.stop();
  const expected = ['a', 'b', 'c'].flatMap((path) => ['former', 'stays', 'later'].map((name) => `${name} new ${path}`));
  assert.deepEqual(received.toSorted(), expected.filter((text) => text !== 'former new c').toSorted());
  assert.ok(!output.includes('SECRET'));
});

test('--test-alert: prints the result of each receiver, but no address', async (context) => {
  const folder = newFolder();
  const forbidden = await forbiddenListener(context);
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    bodies.push(await bodyText(request));
    response.end();
  });
  server.listen(0, ALLOWED);
  await once(server, 'listening');
  context.after(() => server.close());
  const url = `http://${ALLOWED}:${(server.address() as AddressInfo).port}${PATH}`;
  const file = alertsFile(
    folder,
    ...(['json', 'slack', 'discord'] as const).map((format) => ({ name: format, url, format })),
    { name: 'inside', url: `http://127.0.0.1:${forbidden.port}${PATH}` },
  );
  const child = spawn(process.execPath, [join(PROJECT, 'bin/claude-swarm-dashboard.mjs'), '--test-alert'], {
    cwd: folder,
    env: { ...process.env, ALERTS_FILE: file, ALERT_ALLOWED_HOSTS: ALLOWED, ALERT_WEBHOOKS: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output = bodyText(child.stdout);
  const [exitCode] = await once(child, 'exit');
  const lines = (await output).trim().split('\n');
  assert.deepEqual(lines.slice(0, 3), ['json: delivered.', 'slack: delivered.', 'discord: delivered.']);
  assert.match(lines[3] ?? '', /^inside: not delivered: 127\.0\.0\.1 is not allowed; .*ALERT_ALLOWED_HOSTS/);
  assert.equal(exitCode, 1);
  assert.ok(!lines.join().includes(PATH));
  assert.equal(bodies.length, 3);
  assert.equal(forbidden.connections, 0);
});
