/**
 * Access control and secrecy: the production server, with and without proxy.ts, under every kind of hostile request.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { STREAM_EVENT_NAMES } from '../../lib/contract/events';
import { fault, missingHeaders } from '../support/answer-faults';
import { buildId, buildWithoutProxy, builtRoutes, clientFiles } from '../support/built-routes';
import { askAll, foreignHosts, HostileClient, matrixOf, type Question } from '../support/hostile-requests';
import { PROJECT, ProductionServer } from '../support/production-server';
import { FORGED, injections, MARK, plantSecretSwarm } from '../support/secret-swarm';

/** `npm run security`: every address with every header and every method; takes some minutes. */
const FULL = process.env.SECURITY === 'full';
const LOGINS_PER_MINUTE = 10;
const PASSWORD = `pw-${MARK}-secret`;
const RIGHT = ['Authorization', `Basic ${Buffer.from(`person:${PASSWORD}`).toString('base64')}`] as const;
/** Routes without data of the swarm: its mark is not expected in their answers. */
const WITHOUT_SWARM = [
  '/api/me',
  '/health',
  '/metrics',
  '/openapi.json',
  '/docs',
  '/redoc',
  '/_not-found',
  '/_global-error',
];
/** The query that requests about the past require. */
const QUERIES: Record<string, () => string> = {
  '/api/agent': () => '?id=agent-0',
  '/api/bundle': () => '?since=2020-01-01T00:00:00Z',
  '/api/state': () => `?at=${new Date().toISOString()}`,
  '/api/locks/history': () => `?filepath=${MARK}`,
};

const folder = mkdtempSync(join(tmpdir(), 'security-'));
const withoutProxy = buildWithoutProxy();
let output = '';
const routes = builtRoutes();

function serverOf(environment: Record<string, string>): ProductionServer {
  return new ProductionServer(
    {
      CLAUDESWARM_ROOT: join(folder, `${MARK}";\r\nX-Forged: 1`),
      DASHBOARD_USERNAME: 'person',
      DASHBOARD_PASSWORD: PASSWORD,
      PUBLIC_URL: 'https://swarm.example',
      LIMIT_LOGINS_PER_MINUTE: String(LOGINS_PER_MINUTE),
      LIMIT_READS_PER_MINUTE: '0',
      LIMIT_EXPORTS_PER_MINUTE: '0',
      LOG_LEVEL: 'trace',
      LOG_FORMAT: 'json',
      ...environment,
    },
    '127.0.0.1',
    (text) => {
      output += text;
    },
  );
}

const whole = serverOf({ SWARM_HISTORY: join(folder, 'history.sqlite') });
const bare = serverOf({ SWARM_HISTORY: 'off', BUILD_FOLDER: withoutProxy });
let client: HostileClient;
let bareClient: HostileClient;

before(async () => {
  plantSecretSwarm(folder);
  await Promise.all([whole.start(), bare.start()]);
  client = new HostileClient(whole.port);
  bareClient = new HostileClient(bare.port);
});

after(async () => {
  client?.close();
  bareClient?.close();
  await Promise.all([whole.stop(), bare.stop()]);
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  rmSync(join(PROJECT, withoutProxy), { recursive: true, force: true });
});

async function hostileFaults(asking: HostileClient, questions: Iterable<Question>) {
  const found: string[] = [];
  const statuses = new Map<number, number>();
  await askAll(questions, async (question) => {
    const answer = await asking.ask(question);
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    const wrong = fault(answer) ?? missingHeaders(answer);
    if (wrong) found.push(`${wrong}: ${JSON.stringify(question)} was answered with ${answer.status}`);
  });
  return { found, statuses };
}

describe('without credentials', () => {
  test('control: with them, each route shows the swarm, with and without proxy.ts', async () => {
    for (const asking of [client, bareClient]) {
      for (const route of routes.filter((path) => !WITHOUT_SWARM.includes(path) && !path.endsWith('/there'))) {
        // A route that only accepts decisions or events shows nothing to a GET.
        if (route === '/api/stream' || route.startsWith('/api/attention/') || route === '/hooks/claude') continue;
        const target = route + (QUERIES[route]?.() ?? '');
        const answer = await asking.ask({ target, headers: [RIGHT] });
        assert.equal(answer.status, 200, `${target}: ${answer.body.slice(0, 300)}`);
        if (asking === client) assert.equal(missingHeaders(answer), null, target);
        assert.ok(
          answer.body.includes(MARK),
          `${target} does not show the mark, so the test below proves nothing of it`,
        );
      }
    }
  });

  test('no byte of the swarm is sent, whatever the address, the header and the method', async (context) => {
    const { found, statuses } = await hostileFaults(
      client,
      matrixOf(routes, { port: whole.port, buildId: buildId(), full: FULL }),
    );
    assert.deepEqual(found.slice(0, 20), []);
    assert.equal(statuses.get(500), undefined, 'nothing that was asked is a fault of the server');
    context.diagnostic(
      `answers by status: ${[...statuses]
        .sort()
        .map((pair) => pair.join(' x '))
        .join(', ')}`,
    );
  });

  test('the same with proxy.ts deleted', async () => {
    const { status, body } = await bareClient.ask({ target: '/', headers: [['Accept', 'text/html']] });
    assert.equal(status, 200, 'proxy.ts is not gone: it answers 401');
    assert.match(body, /No access/);
    const pages = ['/', '/docs', '/redoc', '/api/messages'].filter((path) => routes.includes(path));
    const found: string[] = [];
    await askAll(matrixOf(pages, { port: bare.port, buildId: buildId(), full: FULL }), async (question) => {
      const answer = await bareClient.ask(question);
      const wrong = fault(answer);
      if (wrong) found.push(`${wrong}: ${JSON.stringify(question)} was answered with ${answer.status}`);
    });
    assert.deepEqual(found.slice(0, 20), []);
  });

  test('the same on a connection with another version of HTTP', async () => {
    for (const line of [
      'GET /api/agents HTTP/1.0',
      'GET / HTTP/1.0',
      'GET /api/agents',
      'GET / HTTP/0.9',
      'get / HTTP/1.1',
    ]) {
      for (const rest of [
        '',
        '\r\nHost:',
        `\r\nHost: 127.0.0.1:${whole.port}`,
        '\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 3',
      ]) {
        const answer = await client.send(`${line}${rest}\r\nConnection: close\r\n\r\n`);
        assert.equal(fault({ ...answer, head: answer.head }), null, line + rest);
        assert.ok(answer.status === 0 || answer.status >= 400, `${line}${rest}: ${answer.status}`);
      }
    }
  });
});

test('a page uses only its own scripts and styles, and files have their content type', async () => {
  const nonces = new Set<string>();
  const pages = [
    '/',
    '/?view=timeline',
    '/?view=talk',
    '/?view=waits',
    '/?agent=agent-0',
    '/docs',
    '/redoc',
    '/no/page',
  ];
  for (const target of pages) {
    const answer = await client.ask({ target, headers: [RIGHT, ['X-Nonce', 'guessed']] });
    assert.equal(missingHeaders(answer), null, target);
    assert.match(answer.head, /^permissions-policy: .*camera=\(\)/im);
    const nonce = /script-src 'nonce-([^']+)' 'strict-dynamic'/.exec(answer.head)?.[1] ?? '';
    nonces.add(nonce);
    for (const [tag] of answer.body.matchAll(/<(script|style)\b[^>]*>/g)) {
      assert.ok(tag.includes(`nonce="${nonce}"`), `${target}: ${tag}`);
    }
    assert.doesNotMatch(answer.body, /<[^>]* (style|on\w+)=/, `${target} has an attribute that its policy forbids`);
  }
  assert.equal(nonces.size, pages.length);
  for (const target of ['/static/icon.svg', '/_next/static/nothing.js', '/health', '/openapi.json']) {
    assert.equal(missingHeaders(await client.ask({ target })), null, target);
  }
});

test('a foreign Host is refused, right credentials or not', async () => {
  const hosts = foreignHosts(whole.port);
  assert.ok(hosts.length >= 40);
  for (const target of ['/api/agents', '/', '/health', '/docs']) {
    const refused = hosts.map(async (values) => {
      const headers = [...values.map((value) => ['Host', value] as const), RIGHT, ['Connection', 'close'] as const];
      const lines = headers.map(([name, value]) => `${name}: ${value}`).join('\r\n');
      const answer = await client.send(`GET ${target} HTTP/1.1\r\n${lines}\r\n\r\n`);
      const said = `${JSON.stringify(values)} ${target}: ${answer.status}`;
      assert.ok(answer.status === 400 || answer.status === 403, said);
      assert.ok(!`${answer.head}${answer.body}`.includes(MARK), said);
    });
    await Promise.all(refused);
  }
});

test('requests from another site change and read nothing', async () => {
  const origins = [
    'https://elsewhere.example',
    'null',
    'http://localhost.elsewhere.example',
    'https://swarm.example.org',
  ];
  const types = [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=a',
    'application/json',
  ];
  await askAll(
    routes.flatMap((target) =>
      ['POST', 'PUT', 'PATCH', 'DELETE'].map((method, index) => ({
        method,
        target,
        headers: [RIGHT, ['Origin', origins[index] ?? ''] as const, ['Content-Type', types[index] ?? ''] as const],
        body: '{"a":1}',
      })),
    ),
    async (question) => {
      const { status, head, body } = await client.ask(question);
      const page = ['/', '/docs', '/redoc', '/_not-found', '/_global-error'].includes(question.target);
      // Next renders a page for any method; that changes nothing, and no other site can read it.
      assert.ok(page || [401, 403, 404, 405, 415].includes(status), `${JSON.stringify(question)}: ${status}`);
      assert.doesNotMatch(head, /^access-control-/im);
      assert.ok(page || !body.includes(MARK), JSON.stringify(question));
    },
  );
});

test('property: no text in an address or a header breaks out of its context in the answer', async () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }).map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    fc.constantFrom(...injections()).map((text) => Buffer.from(text)),
  );
  const encoded = hostile.map((bytes) => [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''));
  const place = fc.constantFrom(
    ...[
      '/api/agents/',
      '/api/',
      '/api/messages?q=',
      '/api/messages?agent=',
      '/api/messages?before=',
      '/api/talk?since=',
    ],
    ...['/api/locks/history?filepath=', '/api/state?at=', '/api/bundle?since=', '/api/timeline?points=', '/', '/?at='],
  );
  const value = hostile.map((bytes) => bytes.toString('latin1').replace(/[^\t\x20-\x7e\x80-\xff]/g, ''));
  await fc.assert(
    fc.asyncProperty(place, encoded, value, async (start, text, name) => {
      const headers = [RIGHT, ['Last-Event-ID', name] as const, ['Origin', name] as const, ['Cookie', name] as const];
      const answer = await client.ask({ target: start + text, headers });
      assert.ok([200, 308, 400, 404, 410, 422].includes(answer.status), `${start}${text}: ${answer.status}`);
      assert.ok(
        !answer.head
          .toLowerCase()
          .split('\n')
          .some((line) => line.startsWith(FORGED)),
        answer.head,
      );
      if (start.startsWith('/api/') && answer.status !== 308) JSON.parse(answer.body);
    }),
    { numRuns: 200 },
  );
});

test('no text of the swarm ends an event or begins one', async () => {
  const text = await new Promise<string>((resolve, reject) => {
    let got = '';
    const socket = connect(whole.port, '127.0.0.1', () =>
      socket.write(`GET /api/stream HTTP/1.1\r\nHost: localhost\r\n${RIGHT.join(': ')}\r\n\r\n`),
    );
    socket.setEncoding('utf8');
    socket.setTimeout(30_000, () => socket.destroy(new Error('no heartbeat')));
    socket.on('error', reject);
    socket.on('data', (piece: string) => {
      got += piece;
      if (!/^event: heartbeat$/m.test(got)) return;
      socket.destroy();
      resolve(got);
    });
  });
  const body = text.slice(text.indexOf('\r\n\r\n') + 4).replace(/^[0-9a-f]+\r\n|\r\n[0-9a-f]+\r\n|\r\n$/g, '');
  assert.ok(body.includes(MARK));
  // As an event stream ends its lines (WHATWG HTML, 9.2.6), and not otherwise.
  for (const line of body.split(/\r\n|\r|\n/)) {
    const [, field = '', value = ''] = /^(\w*): ?(.*)$/s.exec(line) ?? [];
    if (line === '' || field === 'retry') continue;
    if (field === 'event') assert.ok((STREAM_EVENT_NAMES as readonly string[]).includes(value), line);
    else if (field === 'id') assert.match(value, /^[\w-]+\.\d+$/);
    else if (field === 'data') assert.doesNotThrow(() => JSON.parse(value), line.slice(0, 200));
    else assert.fail(`A line that is no field: ${JSON.stringify(line.slice(0, 200))}`);
  }
});

test('only a few of many guesses are compared; after them even a right but unused token is refused, and a known one passes', async (context) => {
  const guesses = FULL ? 10_000 : 200;
  const start = performance.now();
  const statuses: number[] = [];
  await askAll(
    Array.from({ length: guesses }, (_, index): Question => {
      const guess = index % 2 ? `Bearer guess-${index}` : `Basic ${Buffer.from(`person:${index}`).toString('base64')}`;
      return { target: index % 3 ? '/api/agents' : '/', headers: [['Authorization', guess]] };
    }),
    async (question) => {
      const answer = await client.ask(question);
      statuses.push(answer.status);
      if (answer.status === 429) assert.match(answer.head, /^retry-after: [1-9]\d?$/im);
    },
  );
  const minutes = Math.ceil((performance.now() - start) / 60_000);
  const tried = statuses.filter((status) => status === 401).length;
  context.diagnostic(`${guesses} guesses, ${tried} tried, in at most ${minutes} min`);
  assert.ok(tried >= 1 && tried <= LOGINS_PER_MINUTE * minutes, `${tried} of ${guesses} were tried`);
  assert.ok(statuses.every((status) => status === 401 || status === 429));
  const statusFor = async (shown: string) =>
    (await client.ask({ target: '/api/agents', headers: [['Authorization', shown]] })).status;
  assert.equal(await statusFor(RIGHT[1].replace('Basic', 'basic')), 429, 'right, but never shown so');
  assert.equal(await statusFor(RIGHT[1]), 200);
});

test('no secret and no text of the swarm is in a log line or in a file for browsers', async () => {
  await client.ask({ target: `/api/messages?q=${MARK}-asked` });
  await Promise.all([whole.stop(), bare.stop()]);
  const lines = output.split('\n');
  for (const word of [MARK, PASSWORD, RIGHT[1], FORGED, 'nothing/there', 'guess-1']) {
    const line = lines.find((text) => text.toLowerCase().includes(word.toLowerCase()));
    assert.equal(line, undefined, 'the log tells it');
  }
  // Lines that are not of the log are those of Next.
  const logged = lines.filter((line) => line.startsWith('{'));
  assert.ok(logged.length > 1000, `${logged.length} lines for more requests than that`);
  for (const line of logged) assert.doesNotThrow(() => JSON.parse(line), line);
  for (const file of clientFiles()) {
    const text = readFileSync(file, 'latin1');
    for (const word of [MARK, 'timingSafeEqual', 'better-sqlite3', 'DASHBOARD_TOKENS_FILE']) {
      assert.ok(!text.includes(word), `${file} holds ${word}`);
    }
  }
});
