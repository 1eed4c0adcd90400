/** The ready-made proxies of docs/deploy in front of two server processes on one history, while a swarm is at work. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, suite, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Browser, chromium, type Page } from '@playwright/test';
import { TestSwarm } from '../../e2e/swarm';
import type { MessagesAnswer } from '../../lib/contract/schemas';
import { installedBrowser } from '../support/installed-browser';
import { PROJECT, ProductionServer } from '../support/production-server';
import { locate, type ProxyKind, ReadyProxy, UPSTREAMS_LOG } from '../support/proxies';
import { openSocket } from '../support/socket-client';
import { type SseEvent, SseParser } from '../support/sse-client';

const DURATION_MS = 60_000;
const ROUNDS = 6;
const RECONNECTS = 40;
const CREDENTIALS = { username: 'ada', password: 'a long password' };
const authorization = `Basic ${btoa(`${CREDENTIALS.username}:${CREDENTIALS.password}`)}`;

const swarm = new TestSwarm();
const state = mkdtempSync(join(tmpdir(), 'proxies-'));
const servers: ProductionServer[] = [];
let browser: Browser;
let said = 0;
const talk = setInterval(() => {
  swarm.send({}, {});
  said += 2;
}, 100);

before(async () => {
  for (const _ of ['recorder', 'follower']) {
    const server = await ProductionServer.started({
      CLAUDESWARM_ROOT: swarm.root,
      SWARM_HISTORY: join(state, 'history.sqlite'),
      DASHBOARD_USERNAME: CREDENTIALS.username,
      DASHBOARD_PASSWORD: CREDENTIALS.password,
      TRUST_PROXY: 'loopback',
      PUBLIC_URL: 'https://localhost',
      LOG_LEVEL: 'warn',
    });
    servers.push(server);
  }
  browser = await chromium.launch({ executablePath: installedBrowser(), args: ['--no-sandbox', '--disable-gpu'] });
});

after(async () => {
  clearInterval(talk);
  await browser?.close();
  for (const server of servers) server.abandon();
  swarm.remove();
  rmSync(state, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});

/** A client that reconnects wherever it can, and notes what it received. */
class Follower {
  readonly received: number[] = [];
  readonly epochs = new Set<string>();
  gaps = 0;
  connections = 0;
  #lastEventId = '';
  #drop = () => {};
  #closed = false;

  constructor(
    readonly url: string,
    readonly overSocket = false,
  ) {
    this.#open();
  }

  #open(): void {
    if (this.#closed) return;
    const onEvent = (event: SseEvent) => {
      this.#lastEventId = event.lastEventId;
      if (event.name === 'messages') {
        for (const { seq } of JSON.parse(event.data).messages) this.received.push(seq);
      }
      if (event.name !== 'connected') return;
      const { epoch, gap } = JSON.parse(event.data);
      this.epochs.add(epoch);
      this.connections += 1;
      if (gap) this.gaps += 1;
    };
    let over = false;
    const again = () => {
      if (over) return;
      over = true;
      setTimeout(() => this.#open(), 100);
    };
    const drop = this.overSocket ? this.#openSocket(onEvent, again) : this.#openStream(onEvent, again, () => over);
    this.#drop = () => {
      again();
      drop();
    };
  }

  #openSocket(onEvent: (event: SseEvent) => void, onEnd: () => void): () => void {
    const options = { headers: { Authorization: authorization }, rejectUnauthorized: false };
    return openSocket({ url: `${this.url}/api/ws`, lastEventId: this.#lastEventId, onEvent, onEnd }, options);
  }

  #openStream(onEvent: (event: SseEvent) => void, again: () => void, isOver: () => boolean): () => void {
    const headers = {
      Authorization: authorization,
      Accept: 'text/event-stream',
      ...(this.#lastEventId && { 'Last-Event-ID': this.#lastEventId }),
    };
    const parser = new SseParser(onEvent, this.#lastEventId);
    const request = get(`${this.url}/api/stream`, { headers, agent: false, rejectUnauthorized: false }, (response) => {
      if (response.statusCode === 200) response.on('data', (bytes: Buffer) => !isOver() && parser.feed(bytes));
      response.on('error', again).on('close', again);
    }).on('error', again);
    return () => request.destroy();
  }

  /** Drops the connection, possibly in the middle of an event. */
  drop(): void {
    this.#drop();
  }

  close(): void {
    this.#closed = true;
    this.#drop();
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(20);
}

async function provide(kind: ProxyKind, name: string = kind): Promise<ReadyProxy> {
  const folder = join(state, name);
  mkdirSync(folder);
  const proxy = new ReadyProxy(kind, folder);
  await proxy.configure(servers.map(({ port }) => port));
  await proxy.start();
  return proxy;
}

/** All messages in order, each once: numbers have no gaps here. */
function assertWhole(follower: Follower): void {
  const first = follower.received[0] as number;
  const whole = Array.from({ length: follower.received.length }, (_, index) => first + index);
  assert.deepEqual(follower.received, whole);
  assert.deepEqual([follower.gaps, follower.epochs.size], [0, 1]);
}

async function openPage(proxy: ReadyProxy): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, httpCredentials: CREDENTIALS });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    // Expected here: the proxy is unavailable for a moment.
    if (!/error|warning/.test(message.type()) || /^Failed to load resource/.test(message.text())) return;
    complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(proxy.url);
  return { page, complaints };
}

/** The page is live, shows new messages, and reports no gap. */
async function assertLive(page: Page): Promise<void> {
  const now = said;
  await page.waitForFunction(
    (least) => {
      const rows = [...document.querySelectorAll('#messages li[data-seq]')].map(({ textContent }) => textContent ?? '');
      const live = /Live/.test(document.querySelector('[data-connection]')?.textContent ?? '');
      return live && rows.some((text) => Number(/message (\d+)\./.exec(text)?.[1]) > least);
    },
    now,
    { timeout: DURATION_MS },
  );
  assert.equal(await page.getByText('Messages may be missing').count(), 0);
}

function missing(kind: ProxyKind): string | false {
  return locate(kind) === null && `${kind} is not installed (on Debian: apt-get install ${kind})`;
}

async function ask<Answer>(url: string): Promise<Answer> {
  const options = { headers: { Authorization: authorization }, agent: false, rejectUnauthorized: false };
  const [response] = (await once(get(url, options), 'response')) as [IncomingMessage];
  const body = await text(response);
  assert.equal(response.statusCode, 200, body);
  return JSON.parse(body);
}

suite('behind the ready-made proxies', { concurrency: true }, () => {
  for (const kind of ['nginx', 'caddy'] as const) {
    test(`${kind}: for a minute page, stream and WebSocket are live, and lose nothing when connections break`, {
      skip: missing(kind),
    }, async () => {
      const proxy = await provide(kind);
      const followers = [new Follower(proxy.url), new Follower(proxy.url, true)];
      try {
        const { page, complaints } = await openPage(proxy);
        const start = performance.now();
        for (let round = 0; round < ROUNDS; round += 1) {
          await assertLive(page);
          if (round % 3 === 0) {
            await proxy.kill();
            await proxy.start();
          } else if (round % 3 === 1) await page.reload();
          else for (const follower of followers) follower.drop();
          await assertLive(page);
          await delay(Math.max(0, start + ((round + 1) * DURATION_MS) / ROUNDS - performance.now()));
        }
        const last = said;
        for (const follower of followers) {
          await until(() => (follower.received.at(-1) ?? 0) >= last);
          assertWhole(follower);
          assert.ok(follower.connections > ROUNDS / 2, `${follower.connections} connections`);
        }
        assert.deepEqual(complaints, []);
      } finally {
        for (const follower of followers) follower.close();
        await proxy.kill();
      }
    });
  }

  test('nginx over two processes: a client reconnects to the other one each time, with the same stream and cursors', {
    skip: missing('nginx'),
  }, async () => {
    const proxy = await provide('nginx', 'round-robin');
    const follower = new Follower(proxy.url);
    try {
      for (let connection = 1; connection <= RECONNECTS; connection += 1) {
        const count = follower.received.length;
        await until(() => follower.connections >= connection && follower.received.length > count);
        // Its streams end in order, and nginx sends all clients to the other one until it is back.
        if (connection === RECONNECTS / 2) await servers[0]?.stop();
        follower.drop();
      }
      await servers[0]?.start();
      await until(() => follower.connections > RECONNECTS);
      assertWhole(follower);

      const pages: number[] = [];
      let cursor: string | null = null;
      do {
        const query: string = cursor === null ? '' : `&before=${encodeURIComponent(cursor)}`;
        const page: MessagesAnswer = await ask(`${proxy.url}/api/messages?limit=50${query}`);
        pages.unshift(...page.messages.map(({ seq }) => seq));
        cursor = page.previous_cursor;
      } while (cursor !== null);
      const last = pages.at(-1) as number;
      assert.deepEqual(
        pages,
        Array.from({ length: last }, (_, index) => index + 1),
      );

      const log = readFileSync(join(proxy.folder, UPSTREAMS_LOG), 'utf8');
      const streams = [...log.matchAll(/^\/api\/stream 127\.0\.0\.1:(\d+)$/gm)].map(([, port]) => Number(port));
      const before = streams.slice(0, RECONNECTS / 2);
      const [one, other] = before;
      assert.deepEqual(new Set([one, other]), new Set(servers.map(({ port }) => port)));
      assert.deepEqual(
        before,
        before.map((_, index) => (index % 2 === 0 ? one : other)),
      );
    } finally {
      follower.close();
      await proxy.kill();
    }
  });
});

test('systemd accepts the ready-made unit', {
  skip: locate('systemd-analyze') === null && 'systemd-analyze is not installed',
}, () => {
  const file = join(state, 'claude-swarm-dashboard.service');
  const unit = readFileSync(join(PROJECT, 'docs/deploy/claude-swarm-dashboard.service'), 'utf8');
  // systemd checks for the program, but the package is not installed here.
  writeFileSync(file, unit.replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`));
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' });
  assert.deepEqual([status, stderr], [0, '']);
});
