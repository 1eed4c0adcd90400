/** Unwanted request bodies, sent to the production server over raw sockets, without credentials. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { problem } from '../../lib/contract/schemas';
import { buildId } from '../support/built-routes';
import { formsOf } from '../support/hostile-requests';
import { ProductionServer } from '../support/production-server';
import { type RawAnswer, RawClient } from '../support/raw-client';

/** `npm run security`: every spelling of each path, with every method. */
const FULL = process.env.SECURITY === 'full';
const MAX_BYTES = 65_536;
const CHUNK = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
const PAGES = [
  '/',
  '/docs',
  '/?view=talk',
  '/nope',
  '/static/icon.svg',
  '/_next/static/chunks/none.js',
  '/_next/image',
];
const ROUTES = ['/api', '/api/agents', '/api/v1/stats', '/api/stream', '/api/nope', '/api/%', '/health', '/metrics'];
const READING = '/api/attention/item/ack';
const METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'QUERY'];
const AUTHORIZATION = `Basic ${Buffer.from('anna:secret').toString('base64')}`;
const JSON_TYPE = { 'Content-Type': 'application/json' };
const CASES = [...PAGES, ...ROUTES, READING].flatMap((path) => METHODS.map((method) => ({ method, path })));

const folder = mkdtempSync(join(tmpdir(), 'bodies-'));
const server = new ProductionServer({
  CLAUDESWARM_ROOT: folder,
  SWARM_HISTORY: 'off',
  DASHBOARD_USERNAME: 'anna',
  DASHBOARD_PASSWORD: 'secret',
});
const clients: RawClient[] = [];

before(() => server.start());
after(async () => {
  for (const client of clients) client.destroy();
  await server.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});

function client(): RawClient {
  const opened = new RawClient(server.port);
  clients.push(opened);
  return opened;
}

/** The expected content: a problem of the API, or a line of text. */
function assertRefused(
  answer: RawAnswer,
  status: number,
  code: string,
  { method, path }: { method: string; path: string },
) {
  const said = `${method} ${path}: ${answer.head}\n${answer.body}`;
  assert.equal(answer.status, status, said);
  assert.match(answer.head, /^connection: close$/im, said);
  assert.match(answer.head, /^x-content-type-options: nosniff$/im, said);
  if (PAGES.includes(path)) assert.match(answer.head, /^content-type: text\/plain/im, said);
  else assert.match(answer.head, /^content-type: application\/problem\+json$/im, said);
  if (method === 'HEAD') return;
  if (PAGES.includes(path)) assert.match(answer.body, /^The body of a request must [^\n]+\n$/, said);
  else assert.equal(problem.parse(JSON.parse(answer.body)).type, `urn:claude-swarm-dashboard:problem:${code}`);
}

/** The answer to HEAD has a length but no body. */
const askedFor = ({ method }: { method: string }) => method !== 'HEAD';

test('a body with a too large Content-Length is refused before it is sent, for every method and path', async () => {
  for (const one of CASES.filter(askedFor)) {
    const asked = client().ask(one.method, one.path, { 'Content-Length': 9_000_000 });
    assertRefused(await asked.answer(), 413, 'body_too_large', one);
    await asked.closed;
  }
});

test('the same for every spelling of the path', async () => {
  for (const path of FULL ? [...PAGES, ...ROUTES] : ['/', '/api/messages']) {
    for (const target of formsOf(path, server.port, buildId())) {
      for (const method of FULL ? METHODS.filter((name) => name !== 'HEAD') : ['POST']) {
        const asked = client().ask(method, target, { 'Content-Length': 9_000_000 });
        const { status } = await asked.answer();
        assert.ok(status === 413 || status === 400, `${method} ${target}: ${status}`);
        await asked.closed;
        asked.destroy();
      }
    }
  }
});

test('a body without a length is refused beyond the limit, for every method and path', async () => {
  for (const one of CASES.filter(askedFor)) {
    const asked = client().ask(one.method, one.path, { 'Transfer-Encoding': 'chunked' });
    const { socket } = asked;
    // Also if it is refused for another reason, at once: no client may send forever.
    for (let chunks = 0; chunks < 200 && !socket.readableEnded && !socket.destroyed; chunks++) {
      asked.send(CHUNK);
      await new Promise(setImmediate);
    }
    const answer = await asked.answer();
    await asked.closed;
    if (PAGES.includes(one.path) || ![401, 404, 405].includes(answer.status)) {
      assertRefused(answer, 413, 'body_too_large', one);
    }
  }
});

test('an answer reaches a client that continues to send', async () => {
  for (const path of ['/', '/api/agents', READING]) {
    const asked = client().ask('POST', path, { 'Content-Length': 1_000_000 }, 'x'.repeat(1_000_000));
    const answer = await asked.answer();
    assert.equal(answer.status, 413, path);
    await asked.closed;
  }
});

test('a route that reads its body refuses one that is too large or not JSON, with the reason', async () => {
  const headers = { ...JSON_TYPE, Authorization: AUTHORIZATION };
  const large = client().ask('POST', READING, { ...headers, 'Transfer-Encoding': 'chunked' });
  for (let bytes = 0; bytes <= MAX_BYTES; bytes += 0x4000) large.send(CHUNK);
  assertRefused(await large.answer(), 413, 'body_too_large', { method: 'POST', path: READING });
  await large.closed;
  const wrong = client().ask('POST', READING, { ...headers, 'Content-Length': 1 }, '{');
  assert.equal((await wrong.answer()).status, 400);
  wrong.ask('POST', READING, { ...headers, 'Content-Length': 2 }, '{}');
  assert.equal((await wrong.answer()).status, 404, 'the same connection goes on');
});

test('Expect: 100-continue is answered only for a body that will be read', async () => {
  const expect = { Expect: '100-continue' };
  for (const path of ['/', '/static/icon.svg', '/api/agents', READING]) {
    const method = path === '/' ? 'GET' : 'POST';
    const large = client().ask(method, path, { ...expect, 'Content-Length': 9_000_000 });
    assertRefused(await large.answer(), 413, 'body_too_large', { method, path });
    await large.closed;
    const small = client().ask(method, path, { ...expect, 'Content-Length': 2 });
    assert.equal((await small.answer()).status, 100, path);
    const final = await small.send('{}').answer();
    assert.ok([401, 405].includes(final.status), `${path}: ${final.head}`);
  }
  const other = client().ask('POST', '/', { Expect: 'the moon', 'Content-Length': 9_000_000 });
  assert.equal((await other.answer()).status, 417);
  await other.closed;
});

test('a connection that sent a body within the limit stays open', async () => {
  for (const [method, path, status] of [
    ['POST', '/', 405],
    ['GET', '/', 200],
    ['GET', '/static/icon.svg', 200],
    ['PUT', '/static/icon.svg', 405],
    ['GET', '/api/agents', 200],
    ['POST', '/api/agents', 405],
    ['DELETE', '/api/nope', 404],
    ['PROPFIND', '/docs', 405],
  ] as const) {
    const bodies: [string, string | number, string][] = [
      ['Content-Length', 5000, 'x'.repeat(5000)],
      ['Transfer-Encoding', 'chunked', `${CHUNK}0\r\n\r\n`],
    ];
    for (const [name, value, sent] of bodies) {
      const asked = client();
      for (let turn = 0; turn < 2; turn++) {
        asked.ask(method, path, { [name]: value, Authorization: AUTHORIZATION }, sent);
        const answer = await asked.answer();
        assert.equal(answer.status, status, `${method} ${path}, turn ${turn}: ${answer.head}`);
      }
    }
  }
});

test('a body that stops is given up after the timeout, for every client and path', async () => {
  const half = [...CASES.filter(({ method }) => ['GET', 'POST', 'PROPFIND'].includes(method))].map((one) => ({
    ...one,
    asked: client().ask(one.method, one.path, { 'Content-Length': 1000 }, 'x'),
  }));
  const chunked = PAGES.map((path) => ({
    ...{ method: 'POST', path },
    asked: client().ask('POST', path, { 'Transfer-Encoding': 'chunked' }, '1\r\nx\r\n'),
  }));
  const reading = client().ask(
    'POST',
    READING,
    { ...JSON_TYPE, Authorization: AUTHORIZATION, 'Content-Length': 1000 },
    'x',
  );
  for (const { asked, ...one } of [...half, ...chunked]) {
    const answer = await asked.answer();
    await asked.closed;
    // A route that does not read it answers at once and closes the connection.
    if (![401, 404, 405].includes(answer.status) || PAGES.includes(one.path)) {
      assertRefused(answer, 408, 'body_timeout', one);
    }
  }
  assertRefused(await reading.answer(), 408, 'body_timeout', { method: 'POST', path: READING });
  await reading.closed;
});
