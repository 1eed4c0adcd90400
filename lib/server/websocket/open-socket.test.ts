import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, test } from 'node:test';
import { TestSocket } from '../../../test/support/socket-client';
import type { RequestConnection } from '../http/request-connection';
import type { OpenSocket } from './open-socket';
import { WebSockets } from './web-sockets';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** One connection, seen from both sides, after the hello. */
async function connected(): Promise<{ client: TestSocket; open: OpenSocket; peer: Socket; left: () => boolean }> {
  const sockets = new WebSockets();
  const server = createServer();
  let left = false;
  const place = {
    onRevoked: () => {},
    leave: () => {
      left = true;
    },
  };
  let peer: Socket | undefined;
  const opened = new Promise<OpenSocket>((resolve) => {
    server.on('upgrade', (request, socket: Socket, head) => {
      peer = socket;
      const connection = { requestId: 'id-1', response: new ServerResponse(request) } as unknown as RequestConnection;
      sockets.accept(request, head, { connection, place, onHello: resolve });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new TestSocket(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  closing.push(() => {
    client.socket.terminate();
    server.close();
  });
  const upgraded = once(client.socket, 'upgrade');
  await client.open();
  const [response] = await upgraded;
  assert.equal(response.headers['x-request-id'], 'id-1');
  client.send({ type: 'hello' });
  return { client, open: await opened, peer: peer as unknown as Socket, left: () => left };
}

test('checkLife(): a silent client is pinged, and one that answers stays', async () => {
  const { client, open } = await connected();
  const pinged = once(client.socket, 'ping');
  open.checkLife(performance.now() + 21_000);
  await pinged;
  client.send({ type: 'x' });
  await client.next('error');
  open.checkLife(performance.now() + 59_000);
  client.send({ type: 'x' });
  await client.next('error');
});

test('checkLife(): a client without any sign of life is cut', async () => {
  const { client, open, left } = await connected();
  open.checkLife(performance.now() + 61_000);
  assert.equal(left(), true);
  assert.equal((await client.closed).code, 1006);
});

test('report(): a client that sends without reading is not read any further', async () => {
  const { client, open, peer } = await connected();
  client.socket.pause();
  const problem = { type: 'x', title: 'x', status: 400, detail: 'x'.repeat(1_000_000) };
  let reports = 0;
  while (!peer.isPaused()) {
    open.report(problem);
    reports += 1;
    await new Promise(setImmediate);
  }
  client.socket.resume();
  for (let report = 0; report < reports; report++) await client.next('error');
  client.send({ type: 'y' });
  assert.match((await client.next('error')).data.detail, /"y"/, 'it is read again');
});
