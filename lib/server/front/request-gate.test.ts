import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, test } from 'node:test';
import { RawClient } from '../../../test/support/raw-client';
import { gateRequests, MAX_PIPELINED } from './request-gate';

const MAX_BYTES = 1000;
const READING = '/api/attention/item/ack';
const servers: Server[] = [];
const clients: RawClient[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
  for (const server of servers.splice(0)) server.close();
});

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Starts a server with a gate; returns a function that opens a client of it. */
async function gated(handler: Handler, options: { timeoutMs?: number; development?: boolean } = {}) {
  const server = createServer(handler).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  gateRequests(server, { development: false, maxBytes: () => MAX_BYTES, ...options });
  return () => {
    const client = new RawClient((server.address() as AddressInfo).port);
    clients.push(client);
    return client;
  };
}

const echo: Handler = async (request, response) => {
  let body = '';
  for await (const piece of request) body += piece;
  response.end(JSON.stringify({ method: request.method, body, length: request.headers['content-length'] ?? null }));
};

test('gateRequests(): only routes that read bodies get the body of a request', async () => {
  const open = await gated(echo);
  for (const [method, path, body] of [
    ['GET', '/', ''],
    ['POST', '/', ''],
    ['PUT', '/static/icon.svg', ''],
    ['GET', '/api/agents', ''],
    ['POST', '/api/nope', ''],
    ['POST', READING, '{}'],
    ['DELETE', '/api/v1/attention/item', '{}'],
  ] as const) {
    const client = open();
    client.ask(method, path, { 'Content-Length': 2 }, '{}');
    const expected = { method, body, length: body === '' ? null : '2' };
    assert.deepEqual(JSON.parse((await client.answer()).body), expected, `${method} ${path}`);
    client.ask(method, path, { 'Transfer-Encoding': 'chunked' }, '2\r\n{}\r\n0\r\n\r\n');
    assert.deepEqual(JSON.parse((await client.answer()).body), { ...expected, length: null }, `${method} ${path}`);
    client.ask('GET', path);
    assert.equal((await client.answer()).status, 200, 'the connection goes on');
  }
});

test('gateRequests(): a request with a refused body never reaches the server', async () => {
  let asked = 0;
  const open = await gated(() => asked++);
  const hasty = await gated(() => asked++, { timeoutMs: 1 });
  const refused = [
    open().ask('POST', '/', { 'Content-Length': MAX_BYTES + 1 }),
    open().ask('GET', '/', { 'Transfer-Encoding': 'chunked' }, `3e9\r\n${'x'.repeat(MAX_BYTES + 1)}\r\n`),
    hasty().ask('POST', '/', { 'Content-Length': 10 }, 'x'),
    open().ask('POST', '/', { Expect: 'the moon', 'Content-Length': 1 }),
    open().send('POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\n'),
  ];
  const statuses = await Promise.all(refused.map(async (client) => (await client.answer()).status));
  assert.deepEqual(statuses, [413, 413, 408, 417, 400]);
  for (const client of refused) await client.closed;
  assert.equal(asked, 0);
});

test('gateRequests(): the rest of a body after an early answer is limited in bytes and time', async () => {
  const refuse: Handler = (_request, response) => response.writeHead(401, { 'Content-Length': 2 }).end('no');
  const open = await gated(refuse, { timeoutMs: 1 });
  const slow = open().ask('POST', READING, { 'Content-Length': 10 }, 'x');
  assert.equal((await slow.answer()).status, 401);
  await slow.closed;
  const patient = await gated(refuse);
  const long = patient().ask('POST', READING, { 'Transfer-Encoding': 'chunked' });
  assert.equal((await long.answer()).status, 401);
  const { socket } = long;
  while (!socket.readableEnded && !socket.destroyed) {
    long.send(`3e8\r\n${'x'.repeat(MAX_BYTES)}\r\n`);
    await new Promise(setImmediate);
  }
  const whole = patient().ask('POST', READING, { 'Content-Length': 2 });
  assert.equal((await whole.answer()).status, 401);
  whole.send('{}').ask('POST', READING, { 'Content-Length': 0 });
  assert.equal((await whole.answer()).status, 401, 'a body within the bounds leaves the connection open');
});

test('gateRequests(): the connection of an incomplete body is closed if the route never answers', async () => {
  const open = await gated(() => {}, { timeoutMs: 1 });
  const client = open().ask('POST', READING, { 'Content-Length': 10 }, 'x');
  await client.closed;
  assert.equal(client.text, '');
});

test("gateRequests(): bodies of Next's own development requests pass unchanged", async () => {
  const open = await gated(echo, { development: true });
  const client = open().ask('POST', '/__nextjs_original-stack-frames', { 'Content-Length': 2000 }, 'x'.repeat(2000));
  assert.equal(JSON.parse((await client.answer()).body).body.length, 2000);
});

test('gateRequests(): pipelined requests are served one at a time and in order; too many end the connection', async () => {
  const open = await gated((request, response) => {
    served.push(request.url ?? '');
    most = Math.max(most, served.length - answered);
    setImmediate(() => {
      answered++;
      response.end(request.url);
    });
  });
  const served: string[] = [];
  let [most, answered] = [0, 0];
  const paths = Array.from({ length: MAX_PIPELINED }, (_, index) => `/${index}`);
  const head = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
  const client = open().send(paths.map(head).join(''));
  for (const path of paths) assert.equal((await client.answer()).body, path);
  assert.deepEqual(served, paths);
  assert.equal(most, 1);
  for (const one of [head('/x'), 'GET / HTTP/1.1\r\n\r\n', `GET / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n`]) {
    await open().send(one.repeat(MAX_PIPELINED * 10)).closed;
  }
  assert.ok(served.length <= MAX_PIPELINED + 1, `${served.length} were served`);
});
