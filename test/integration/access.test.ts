/** Access control and rate limits of the production server, over real sockets. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { newToken } from '../../lib/config/tokens-file';
import { type Problem, problem } from '../../lib/contract/schemas';
import { ProductionServer } from '../support/production-server';

const folder = mkdtempSync(join(tmpdir(), 'access-'));
after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));

const root = join(folder, 'root');
const tokensFile = join(folder, 'tokens.yaml');
mkdirSync(root);
const base = { CLAUDESWARM_ROOT: root, SWARM_HISTORY: 'off' };
const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const from = (address: string) => ({ 'x-forwarded-for': address });

interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: string;
}

/** Sends a request with a path and headers that `fetch` would change. */
function ask(server: ProductionServer, path: string, headers = {}, method = 'GET', body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port: server.port, path, method, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    call.on('error', reject);
    call.end(body);
  });
}

function answeredProblem(answer: Answer): Problem & { code: string } {
  assert.equal(answer.headers['content-type'], 'application/problem+json', answer.body);
  const read = problem.parse(JSON.parse(answer.body));
  assert.equal(read.status, answer.status);
  return { ...read, code: read.type.replace(/.*:/, '') };
}

const problemCode = (answer: Answer) => (answer.status < 300 ? null : answeredProblem(answer).code);

/** An open stream: its status, and a promise for the close of its socket. */
async function follow(server: ProductionServer, headers = {}) {
  const call = get({ host: '127.0.0.1', port: server.port, path: '/api/stream', headers });
  const [response] = await new Promise<[IncomingMessage]>((resolve) => {
    call.once('response', (answer) => resolve([answer]));
  });
  const closed = new Promise<void>((resolve) => call.once('close', resolve));
  call.on('error', () => {});
  response.on('error', () => {});
  response.resume();
  return { status: response.statusCode, headers: response.headers, closed, leave: () => call.destroy() };
}

describe('without credentials', () => {
  let server: ProductionServer;
  before(async () => {
    server = await ProductionServer.started({ ...base, LIMIT_READS_PER_MINUTE: '2' });
  });
  after(() => server.stop());

  test('requests from this computer are answered; forwarded ones are refused, on page and API, with the setting to change', async () => {
    assert.equal((await ask(server, '/api/agents')).status, 200);
    for (const name of ['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'X-Forwarded-Host', 'Via']) {
      const refused = answeredProblem(await ask(server, '/api/agents', { [name]: '127.0.0.1' }));
      assert.equal(refused.code, 'loopback_only', name);
      assert.match(refused.detail, new RegExp(`${name}.*DASHBOARD_USERNAME.*DASHBOARD_ALLOW_ANONYMOUS`));
    }
    const page = await ask(server, '/', { ...from('127.0.0.1'), accept: 'text/html' });
    assert.equal(page.status, 403);
    assert.match(page.body, /comes through a proxy from elsewhere/);
    assert.equal((await ask(server, '/health', from('10.0.0.1'))).status, 200);
  });

  test('a path that is not UTF-8 is answered with a problem that reveals nothing about the swarm', async () => {
    for (const path of ['/api/agents/%', '/api/agents/%ff', '/api/%', '/api/v1/agents/%e4']) {
      assert.equal(problemCode(await ask(server, path)), 'malformed_url', path);
      assert.equal(problemCode(await ask(server, path, {}, 'POST')), 'malformed_url', path);
    }
    assert.equal((await ask(server, '/%')).status, 400);
    assert.equal(problemCode(await ask(server, '/api/agents/%25')), 'not_found');
  });

  test('an unsupported method is refused, whatever the method and the path', async () => {
    const said = async (path: string, method: string) => {
      const answer = await ask(server, path, {}, method);
      return [answer.status, problemCode(answer), answer.headers.allow];
    };
    for (const method of ['TRACE', 'PROPFIND', 'POST', 'DELETE']) {
      for (const path of ['/api/agents', '/api/v1/stats', '/api/stream', '/health', '/metrics', '/openapi.json']) {
        assert.deepEqual(await said(path, method), [405, 'method_not_allowed', 'GET, HEAD, OPTIONS'], method + path);
      }
      for (const path of ['/', '/docs', '/?agent=a', '/nope', '/static/icon.svg', '/_next/static/chunks/x.js']) {
        assert.deepEqual(await said(path, method), [405, 'method_not_allowed', 'GET, HEAD'], method + path);
      }
      assert.deepEqual(await said('/api/nope', method), [404, 'not_found', undefined]);
    }
    assert.deepEqual(await said('*', 'OPTIONS'), [405, 'method_not_allowed', 'GET, HEAD']);
    const { body } = await ask(server, '/api/agents', {}, 'TRACE');
    assert.match(body, /TRACE is not possible here; use one of GET, HEAD, OPTIONS\./);
  });

  test('a file is sent whole, whatever range or condition is requested', async () => {
    for (const headers of [
      { range: 'bytes=99999999-' },
      { range: 'bytes=0-1' },
      { 'if-match': '"other"' },
      { 'if-unmodified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' },
    ]) {
      const answer = await ask(server, '/static/icon.svg', headers);
      assert.equal(answer.status, 200, JSON.stringify(headers));
      assert.match(answer.body, /<\/svg>\s*$/);
    }
  });

  test('a request for a protocol upgrade is answered like any other, and its connection is closed', async () => {
    for (const path of ['/', '/api/agents', '/nope']) {
      const answer = await ask(server, path, { connection: 'Upgrade', upgrade: 'websocket' });
      assert.equal(answer.status, path === '/nope' ? 404 : 200, path);
    }
  });

  test('sizes: a long URL, a large body', async () => {
    for (const path of ['/api/agents', '/', '/health', '/api/none']) {
      assert.equal((await ask(server, `${path}?${'x'.repeat(8192)}`)).status, 414, path);
    }
    assert.equal((await ask(server, `/api/agents?${'x'.repeat(8000)}`)).status, 200);
    const large = await ask(server, '/api/agents', { 'content-length': 65_537 }, 'POST', 'x'.repeat(65_537));
    assert.equal(problemCode(large), 'body_too_large');
    const posted = await ask(server, '/api/agents', { 'content-type': 'text/plain' }, 'POST', '{}');
    assert.equal(problemCode(posted), 'method_not_allowed');
    assert.equal(posted.headers.allow, 'GET, HEAD, OPTIONS');
  });

  test('expensive requests share one limit, and the page says so too', async () => {
    const at = encodeURIComponent(new Date().toISOString());
    let asked = 0;
    while ((await ask(server, `/api/state?at=${at}`)).status === 200) assert.ok(++asked < 10);
    for (const path of [
      '/api/talk',
      '/api/timeline',
      '/api/messages?q=a',
      '/api/locks/history?filepath=a',
      '/api/agents/a',
      '/api/v1/talk',
    ]) {
      const refused = await ask(server, path);
      assert.equal(problemCode(refused), 'too_many_requests', path);
      assert.ok(Number(refused.headers['retry-after']) > 0);
    }
    assert.equal((await ask(server, '/api/messages')).status, 200);
    const page = await ask(server, `/?at=${at}`, { accept: 'text/html' });
    assert.equal(page.status, 200);
    assert.match(page.body, /has sent more than 2 searches/);
  });
});

describe('with a user, tokens, and a proxy before it', () => {
  const [reader, writer, later] = [newToken('reader', 'read'), newToken('writer', 'write'), newToken('later', 'read')];
  const user = basic('anna:secret');
  let server: ProductionServer;

  before(async () => {
    writeFileSync(tokensFile, `${reader.line}\n${writer.line}\n`, { mode: 0o600 });
    server = await ProductionServer.started({
      ...base,
      DASHBOARD_USERNAME: 'anna',
      DASHBOARD_PASSWORD: 'secret',
      DASHBOARD_TOKENS_FILE: tokensFile,
      TRUST_PROXY: 'loopback',
      LIMIT_STREAMS: '5',
      LIMIT_STREAMS_PER_CLIENT: '2',
    });
  });
  after(() => server.stop());

  test('everything except /health requires credentials, and says how to send them', async () => {
    for (const path of ['/', '/api/agents', '/api/stream', '/openapi.json', '/docs']) {
      const refused = await ask(server, path);
      assert.equal(refused.status, 401, path);
      assert.match(String(refused.headers['www-authenticate']), /^Basic realm="[^"]+", charset="UTF-8", Bearer realm=/);
      for (const shown of [user, bearer(reader.token), bearer(writer.token), basic(`reader:${reader.token}`)]) {
        if (path === '/api/stream') continue;
        assert.equal((await ask(server, path, shown)).status, 200, path);
      }
    }
    assert.equal((await ask(server, '/health')).status, 200);
  });

  test('guesses: a client with valid credentials is served while others guess from the same address', async () => {
    const here = from('10.3.0.1');
    for (const path of ['/', '/api/agents']) assert.equal((await ask(server, path, { ...user, ...here })).status, 200);
    let guessed = 0;
    const statuses = new Map<number, number>();
    const guesser = async () => {
      while (guessed < 400) {
        const { status } = await ask(server, '/api/agents', { ...basic(`anna:secret${guessed++}`), ...here });
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    const guessing = Promise.all(Array.from({ length: 20 }, guesser));
    while ((statuses.get(429) ?? 0) === 0) await ask(server, '/health');
    for (const path of ['/', '/api/agents', '/api/stats']) {
      for (let asked = 0; asked < 10; asked++) {
        assert.equal((await ask(server, path, { ...user, ...here })).status, 200, path);
      }
    }
    const stream = await follow(server, { ...user, ...here });
    assert.equal(stream.status, 200);
    stream.leave();
    await guessing;
    assert.equal(statuses.get(401), 10);
    assert.equal(statuses.size, 2, 'all others were refused unseen');
    const first = await ask(server, '/api/agents', { ...bearer(writer.token), ...here });
    assert.equal(problemCode(first), 'too_many_attempts', 'right, but not known here');
  });

  test('tokens change with their file; streams of a removed token are closed within 5 s', async () => {
    const open = await follow(server, { ...bearer(reader.token), ...from('10.1.0.1') });
    const kept = await follow(server, { ...bearer(writer.token), ...from('10.1.0.1') });
    const users = await follow(server, { ...user, ...from('10.1.0.2') });
    assert.deepEqual([open.status, kept.status, users.status], [200, 200, 200]);
    writeFileSync(`${tokensFile}.new`, `${writer.line}\n${later.line}\n`, { mode: 0o600 });
    renameSync(`${tokensFile}.new`, tokensFile);
    const removed = performance.now();
    await open.closed;
    const took = performance.now() - removed;
    assert.ok(took < 5000, `${took} ms`);
    assert.equal((await ask(server, '/api/agents', bearer(reader.token))).status, 401);
    assert.equal((await ask(server, '/api/agents', bearer(later.token))).status, 200);
    let others = 0;
    for (const stream of [kept, users]) void stream.closed.then(() => others++);
    writeFileSync(tokensFile, '- { broken');
    await delay(1500);
    assert.equal((await ask(server, '/api/agents', bearer(later.token))).status, 200, 'the last good ones stay');
    assert.equal(others, 0);
    rmSync(tokensFile);
    await kept.closed;
    assert.equal((await ask(server, '/api/agents', bearer(writer.token))).status, 401);
    assert.equal((await ask(server, '/api/agents', user)).status, 200);
    assert.equal(others, 1);
    users.leave();
  });

  test('streams: limited for each address and in total; a closed stream frees its place', async () => {
    const open = (address: string) => follow(server, { ...user, ...from(address) });
    const streams = [await open('10.2.0.1'), await open('10.2.0.1')];
    const refused = await open('6.6.6.6, 10.2.0.1');
    assert.equal(refused.status, 503);
    assert.equal(refused.headers['retry-after'], '5');
    streams.push(await open('10.2.0.2'), await open('10.2.0.2'), await open('2001:db8::1'));
    assert.deepEqual(
      streams.map(({ status }) => status),
      [200, 200, 200, 200, 200],
    );
    assert.equal((await open('10.2.0.3')).status, 503);
    streams[0]?.leave();
    let next = await open('10.2.0.3');
    while (next.status !== 200) next = await open('10.2.0.3');
    for (const stream of [...streams, next]) stream.leave();
  });

  test('guesses: ten are compared, then even the right one is refused without comparison, for that address alone', async () => {
    const guess = (index: number) =>
      ask(server, '/api/agents', { ...basic(`anna:${index}`), ...from('2001:db8:5::1') });
    const statuses = await Promise.all(
      Array.from({ length: 300 }, (_, index) => guess(index).then(({ status }) => status)),
    );
    assert.equal(statuses.filter((status) => status === 401).length, 10);
    assert.equal(statuses.filter((status) => status === 429).length, 290);
    for (const path of ['/', '/api/agents', '/api/stream']) {
      const refused = await ask(server, path, { ...user, ...from('2001:db8:5::2') });
      assert.equal(problemCode(refused), 'too_many_attempts', path);
      assert.ok(Number(refused.headers['retry-after']) > 0);
    }
    const page = await ask(server, '/', { ...user, ...from('2001:db8:5::2'), accept: 'text/html' });
    assert.equal(page.status, 429);
    assert.match(page.body, /Too many wrong credentials/);
    assert.equal((await ask(server, '/api/agents', { ...user, ...from('2001:db8:5:1::2') })).status, 200);
    assert.equal((await ask(server, '/api/agents', from('2001:db8:5::2'))).status, 401, 'no attempt');
  });
});

test('a server with a faulty tokens file does not start', async () => {
  const file = join(folder, 'faulty.yaml');
  writeFileSync(file, '- { name: ci, token: short }', { mode: 0o600 });
  await assert.rejects(
    ProductionServer.started({ ...base, DASHBOARD_TOKENS_FILE: file }),
    /ended at its start: exit code 1/,
  );
});
