import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, test } from 'node:test';
import { promisify } from 'node:util';
import { RawClient } from '../../../test/support/raw-client';
import { WEBSOCKET_PATH } from '../../contract/paths';
import { gateRequests } from './request-gate';
import { keepOrdinary, serveUpgrades } from './upgrades';

const run = promisify(execFile);
const HANDSHAKE = { Connection: 'Upgrade', Upgrade: 'websocket' };
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const echo: Handler = async (request, response) => {
  response.end(`ordinary ${request.method} ${request.url} ${await text(request)}`);
};

/** A server that accepts handshakes at one path, and refuses those at another. */
async function serve({ handle = echo, development = false } = {}): Promise<{ server: Server; open(): RawClient }> {
  const server = createServer(handle);
  if (development) server.on('upgrade', (_request, socket) => socket.end('for development'));
  const routes = {
    [WEBSOCKET_PATH]: (_request: IncomingMessage, response: ServerResponse) => {
      response.statusCode = 418;
      response.end('handshake');
    },
  };
  serveUpgrades(server, routes, { development });
  const isBusy = gateRequests(server, { development, maxBytes: () => 1_000 });
  if (!development) server.on('connection', (socket: Socket) => keepOrdinary(socket, routes, isBusy));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const open = () => {
    const client = new RawClient((server.address() as AddressInfo).port);
    closing.push(() => client.destroy());
    return client;
  };
  return { server, open };
}

test('serveUpgrades(): answers handshakes at its paths, versioned or not, and ends the connection of a refusal', async () => {
  const { open } = await serve();
  for (const path of ['/api/ws', '/api/v1/ws', '/api/ws?x=1']) {
    const client = open().ask('GET', path, HANDSHAKE);
    const { status, head, body } = await client.answer();
    assert.deepEqual([status, body], [418, 'handshake'], path);
    assert.match(head, /^connection: close$/im);
    await client.closed;
  }
});

test('keepOrdinary(): every other request is answered like any other, with its body, and the connection goes on', async () => {
  const { open } = await serve();
  const client = open();
  const cases: [string, string, Record<string, string>, string][] = [
    ['GET', '/api/agents', HANDSHAKE, ''],
    ['GET', '/', HANDSHAKE, ''],
    ['GET', '/api/ws/', HANDSHAKE, ''],
    ['GET', '/toString', HANDSHAKE, ''],
    ['GET', '/api/ws', {}, ''],
    ['GET', '/api/ws', { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABk' }, ''],
    ['POST', '/api/attention/item/ack', { Connection: 'Upgrade', Upgrade: 'h2c', 'Content-Length': '2' }, '{}'],
    ['DELETE', '/api/ws', HANDSHAKE, ''],
  ];
  for (const [method, path, headers, body] of cases) {
    client.ask(method, path, headers, body);
    assert.equal((await client.answer()).body, `ordinary ${method} ${path} ${body}`);
  }
  client.ask('GET', '/api/ws', { ...HANDSHAKE, 'Content-Length': '2' }, '{}');
  assert.equal((await client.answer()).body, 'ordinary GET /api/ws ');
});

test('keepOrdinary(): a handshake behind an unanswered request waits for its turn, and is no upgrade', async () => {
  const waiting: (() => void)[] = [];
  const { open } = await serve({
    handle: (request, response) => {
      waiting.push(() => response.end(`ordinary ${request.url}`));
    },
  });
  const client = open().ask('GET', '/first').ask('GET', '/api/ws', HANDSHAKE);
  while (waiting.length < 1) await new Promise(setImmediate);
  waiting[0]?.();
  assert.equal((await client.answer()).body, 'ordinary /first');
  while (waiting.length < 2) await new Promise(setImmediate);
  waiting[1]?.();
  assert.equal((await client.answer()).body, 'ordinary /api/ws');
});

test('serveUpgrades(): in development, the earlier listeners get all other requests for an upgrade', async () => {
  const { open } = await serve({ development: true });
  const client = open().ask('GET', '/_next/webpack-hmr', HANDSHAKE);
  await client.closed;
  assert.equal(client.text, 'for development');
  assert.equal((await open().ask('GET', '/api/ws', HANDSHAKE).answer()).body, 'handshake');
});

test('serveUpgrades(): a connection that breaks in the handshake ends nothing else', async () => {
  const { server, open } = await serve();
  server.removeAllListeners('upgrade');
  serveUpgrades(server, { [WEBSOCKET_PATH]: () => {} }, { development: false });
  const broken = open().ask('GET', '/api/ws', HANDSHAKE);
  const [, socket] = (await once(server, 'upgrade')) as [unknown, Socket];
  broken.socket.resetAndDestroy();
  await new Promise((resolve) => socket.once('close', resolve));
  assert.equal((await open().ask('GET', '/').answer()).body, 'ordinary GET / ');
});

test('serveUpgrades(): with a base path, handshakes are answered below it only', async () => {
  // The base path is part of the built code, so another process is needed.
  const script = `
    const { createServer, request } = await import('node:http');
    const { keepOrdinary, serveUpgrades } = await import(${JSON.stringify(new URL('./upgrades.ts', import.meta.url).href)});
    const routes = { '/api/ws': (_request, response) => response.end('handshake') };
    const server = createServer((_request, response) => response.end('ordinary')).listen(0, '127.0.0.1');
    serveUpgrades(server, routes, { development: false });
    server.on('connection', (socket) => keepOrdinary(socket, routes, () => false));
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket' };
    const ask = (path) => new Promise((resolve) => {
      const { port } = server.address();
      request({ port, path, headers, agent: false }, async (response) => {
        let text = '';
        for await (const piece of response) text += piece;
        resolve(text);
      }).end();
    });
    await new Promise((resolve) => server.once('listening', resolve));
    console.log(JSON.stringify([await ask('/team/swarm/api/v1/ws'), await ask('/api/ws')]));
    process.exit();`;
  const words = ['--import', 'tsx', '--input-type=module', '-e', script];
  const { stdout } = await run(process.execPath, words, { env: { ...process.env, BASE_PATH: '/team/swarm' } });
  assert.deepEqual(JSON.parse(stdout), ['handshake', 'ordinary']);
});
