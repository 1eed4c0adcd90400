import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { after, before, mock, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { contextFor, endpointFor } from '../../../test/support/serve-route';
import { HEALTH_PATH, STATS_PATH, STREAM_PATH } from '../../contract/paths';
import { Hub } from '../../hub/hub';
import { directStream } from '../api/direct-stream';
import { endpoint } from '../api/endpoint';
import { watchConnections } from '../http/request-connection';
import { answerDirectly, throughRoute } from './direct-answers';

const hub = new Hub({ source: { after: async () => [] } });
const server = createServer((_asked, response) => response.end('behind'));
let port = 0;
/** Whether the server allows another origin. */
let isListing = false;
/** The server's side of each connection, newest first. */
const peers: Socket[] = [];

/** Long enough to be compressed. */
const LONG = { text: 'x'.repeat(5_000) };

before(async () => {
  hub.open('e', [{ seq: 1, json: Buffer.from('{"seq":1}') }], 1);
  const context = contextFor({ hub });
  const probe = endpointFor(() => Response.json({ status: 'healthy' }), { path: HEALTH_PATH, scope: 'open' });
  const health = endpoint([probe], context);
  const stats = endpointFor(() => Response.json(LONG), { path: STATS_PATH, scope: 'open' });
  const stream = directStream(context);
  const listed = directStream(contextFor({ hub }, { ALLOWED_ORIGINS: 'https://a.example' }));
  watchConnections();
  answerDirectly(server, {
    [HEALTH_PATH]: { method: 'GET', answer: throughRoute(health.GET) },
    [STATS_PATH]: { method: 'GET', answer: throughRoute(endpoint([stats], context).GET) },
    [STREAM_PATH]: { method: 'GET', answer: (asked, response) => (isListing ? listed : stream)(asked, response) },
  });
  server.on('connection', (socket) => peers.unshift(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
after(() => {
  hub.close();
  server.close();
  server.closeAllConnections();
});

function ask(path: string, method = 'GET', headers: Record<string, string> = {}, body = '') {
  return new Promise<{ status: number | undefined; headers: IncomingMessage['headers']; body: string }>(
    (resolve, reject) => {
      const call = request({ host: '127.0.0.1', port, path, method, headers }, async (response) => {
        let text = '';
        for await (const chunk of response) text += chunk;
        resolve({ status: response.statusCode, headers: response.headers, body: text });
      });
      call.on('error', reject);
      call.end(body);
    },
  );
}

test('answerDirectly(): answers only GET of its own paths; other requests go to the earlier listeners', async () => {
  for (const path of ['/health', '/health?x=1', '/api/v1/stream?last_event_id=%']) {
    const answered = path === '/health' || path === '/health?x=1' ? (await ask(path)).body : await firstAnswer(path);
    assert.doesNotMatch(answered, /behind/, path);
  }
  for (const path of ['/', '/health/', '/healthy', '/api/stream/', '/api//stream', '/toString', '/api/agents']) {
    assert.equal((await ask(path)).body, 'behind', path);
  }
  for (const method of ['POST', 'OPTIONS', 'DELETE'])
    assert.equal((await ask('/health', method)).body, 'behind', method);
  assert.equal((await ask('/health', 'GET', { 'content-length': '2' }, '{}')).body, 'behind', 'it has a body');
});

test('throughRoute(): a long answer is compressed for clients that accept gzip, and each has its length', async () => {
  const text = JSON.stringify(LONG);
  for (const accepted of [null, 'identity', '', 'br', 'deflate', 'gzip;q=0', 'gzip;q=0.1, identity', '*;q=0']) {
    const { headers, body } = await ask('/api/stats', 'GET', accepted === null ? {} : { 'accept-encoding': accepted });
    assert.deepEqual(
      [headers['content-encoding'], headers['content-length'], body],
      [undefined, `${text.length}`, text],
    );
    assert.equal(headers.vary, 'accept-encoding');
  }
  for (const accepted of ['gzip', 'GZIP', 'gzip, deflate, br, zstd', 'br;q=1, *;q=0.5', '*']) {
    const answer = await fetch(`http://127.0.0.1:${port}/api/stats`, { headers: { 'accept-encoding': accepted } });
    assert.equal(answer.headers.get('content-encoding'), 'gzip', accepted);
    assert.ok(Number(answer.headers.get('content-length')) < 200, accepted);
    assert.equal(await answer.text(), text);
  }
  const short = await ask('/health', 'GET', { 'accept-encoding': 'gzip' });
  assert.deepEqual([short.headers['content-encoding'], short.headers['content-length']], [undefined, '20']);
});

test('answerDirectly(): applies the checks and headers of every route', async () => {
  const answer = await ask('/health');
  assert.deepEqual([answer.status, answer.headers['cache-control']], [200, 'private, no-store']);
  assert.match(String(answer.headers['content-security-policy']), /default-src 'none'/);
  const foreign = await ask('/api/stream', 'GET', { host: 'evil.example' });
  assert.deepEqual([foreign.status, foreign.headers['content-type']], [403, 'application/problem+json']);
  const forwarded = await ask('/api/stream', 'GET', { 'x-forwarded-for': '10.0.0.1' });
  assert.equal(forwarded.status, 403);
});

test('answerDirectly(): a fault is answered as a problem, and the next request is answered', async () => {
  const failing = mock.method(hub, 'subscribe', () => {
    throw new Error('planted');
  });
  const answer = await ask('/api/stream');
  failing.mock.restore();
  assert.equal(answer.status, 500);
  assert.doesNotMatch(answer.body, /planted/);
  assert.match(await firstAnswer('/api/stream'), /event: connected/);
});

test('answerDirectly(): a stream begins with the whole state, and a client that leaves is unsubscribed', async () => {
  const text = await firstAnswer('/api/stream');
  assert.match(text, /^HTTP\/1\.1 200 OK\r\n/);
  assert.match(text, /retry: 1000\n\n/);
  assert.match(text, /event: connected\n[\s\S]*event: messages\nid: e\.1\n/);
  while (hub.subscriberCount > 0) await turn();
});

test('answerDirectly(): a client that leaves while its id is awaited is not subscribed', async () => {
  let begin = () => {};
  const subscribe = mock.method(hub, 'subscribe');
  const waiting = new Promise<void>((resolve) => {
    const reaching = mock.method(hub, 'reaching', () => {
      resolve();
      reaching.mock.restore();
      return new Promise<void>((reached) => {
        begin = reached;
      });
    });
  });
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /api/stream HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await waiting;
  const [peer] = peers;
  assert.ok(peer);
  socket.destroy();
  if (!peer.destroyed) await once(peer, 'close');
  begin();
  await turn();
  assert.equal(subscribe.mock.callCount(), 0);
  subscribe.mock.restore();
});

test('answerDirectly(): a stream has the headers of every answer, and its head is sent with the first events', async () => {
  const got = connect(port, '127.0.0.1');
  got.write('GET /api/stream HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const [first] = (await once(got, 'data')) as [Buffer];
  got.destroy();
  const text = first.toString();
  assert.match(text, /\r\nContent-Type: text\/event-stream; charset=utf-8\r\n/i);
  assert.match(text, /\r\nCache-Control: no-cache, no-transform\r\n/i);
  assert.match(text, /\r\nContent-Security-Policy: default-src 'none'/i);
  assert.match(text, /\r\nX-Request-Id: \S+\r\n/i);
  assert.match(text, /event: connected\n[\s\S]*event: messages\n/, 'one write, so one piece');
});

test('answerDirectly(): a page of an allowed origin may read the stream', async () => {
  isListing = true;
  const listed = await firstAnswer('/api/stream', '', 'Origin: https://a.example\r\n');
  assert.match(listed, /\r\nAccess-Control-Allow-Origin: https:\/\/a\.example\r\n/i);
  assert.match(listed, /\r\nVary: Origin\r\n/i);
  assert.doesNotMatch(await firstAnswer('/api/stream', '', 'Origin: https://b.example\r\n'), /Allow-Origin/i);
  isListing = false;
});

test('answerDirectly(): a client that leaves causes no request error at any point of the stream', async () => {
  const events: string[] = [];
  server.prependOnceListener('request', (asked: IncomingMessage) => {
    for (const name of ['aborted', 'error']) asked.on(name, () => events.push(name));
  });
  await firstAnswer('/api/stream');
  while (hub.subscriberCount > 0) await turn();
  assert.deepEqual(events, []);
});

test('answerDirectly(): any invalid id is answered like an unknown one', async () => {
  const ids = [
    'a.-1',
    'a.999999999999999999',
    '%00',
    'x'.repeat(10_240),
    'e.999999999',
    '.',
    'e.',
    '.1',
    'NaN',
    'e.NaN',
    'ü.1',
  ];
  for (const id of ids) {
    assert.match(
      await firstAnswer('/api/stream', id),
      /"resumed":false,"gap":true\}[\s\S]*id: e\.1\n/,
      id.slice(0, 30),
    );
  }
  for (const id of ids.filter(({ length }) => length < 100)) {
    const path = `/api/stream?last_event_id=${encodeURIComponent(id)}`;
    assert.match(await firstAnswer(path), /"resumed":false,"gap":true\}[\s\S]*id: e\.1\n/, id);
  }
});

/** @returns what a stream sends up to its first messages, including the head; then the client leaves */
function firstAnswer(path: string, id = '', more = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const header = id === '' ? '' : `Last-Event-ID: ${id}\r\n`;
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${header}${more}\r\n`);
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes;
      if (/event: messages\n[\s\S]*\n\n/.test(text)) socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
  });
}
