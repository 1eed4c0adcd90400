import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { RawClient } from '../../../test/support/raw-client';
import { settleServers } from './node-server';

let server: Server;
let early: RawClient;
let earlyWithBody: RawClient;
const starting: ServerResponse[] = [];
const clients: RawClient[] = [];

const open = () => {
  const client = new RawClient((server.address() as AddressInfo).port);
  clients.push(client);
  return client;
};

before(async () => {
  // Like Next: listens before our code runs, and accepts requests that it answers later.
  server = createServer((request, response) => {
    if (request.url === '/early') starting.push(response);
    else if (request.url === '/large') response.end(Buffer.alloc(50_000_000));
    else if (request.url === '/late') response.once('timeout', () => response.end('late'));
    else response.end('asked');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  early = open().ask('GET', '/early');
  earlyWithBody = open().ask('POST', '/early', { 'Content-Length': 9_000_000 });
  while (starting.length < 2) await once(server, 'request');
  settleServers({ development: false, progressTimeoutMs: 200 });
});

after(() => {
  for (const client of clients) client.destroy();
  server.close();
});

test('settleServers(): a request from before the start is answered, unless it has a body', async () => {
  await earlyWithBody.closed;
  starting[0]?.end('at last');
  assert.equal((await early.answer()).body, 'at last');
});

test('settleServers(): the first connection after it passes the gate', async () => {
  assert.equal((await open().ask('POST', '/', { 'Content-Length': 9_000_000 }).answer()).status, 413);
});

test('settleServers(): a client that does not read its answer is dropped', async () => {
  const stalled = open();
  stalled.socket.pause();
  const [request] = await Promise.all([once(server, 'request'), Promise.resolve(stalled.ask('GET', '/large'))]);
  const [, response] = request as [unknown, ServerResponse];
  await once(response, 'close');
  assert.ok(stalled.socket.bytesRead < 50_000_000);
});

test('settleServers(): an answer may take long to begin', async () => {
  assert.equal((await open().ask('GET', '/late').answer()).body, 'late');
});

test('settleServers(): a connection without requests is closed', async () => {
  await open().closed;
});
