import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { after, before, test } from 'node:test';
import { allAnswered, CONNECTION_HEADER, connectionOf, watchConnections } from './request-connection';

let server: Server;
let handle: (request: IncomingMessage, response: ServerResponse) => void = () => {};

before(async () => {
  watchConnections();
  watchConnections();
  server = createServer((incoming, outgoing) => handle(incoming, outgoing)).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
after(() => server.close());

const markedHeaders = (incoming: IncomingMessage) =>
  new Headers({ [CONNECTION_HEADER]: String(incoming.headers[CONNECTION_HEADER]) });
const port = () => (server.address() as AddressInfo).port;

/** Sends a request; returns what the server saw while it was open and after its end. */
async function ask(headers: Record<string, string | string[]> = {}) {
  let seen: Headers | undefined;
  let connection: ReturnType<typeof connectionOf> = null;
  let response: ServerResponse | undefined;
  handle = (incoming, outgoing) => {
    seen = markedHeaders(incoming);
    connection = connectionOf(seen);
    response = outgoing;
    outgoing.end();
  };
  const asking = request({ port: port(), host: '127.0.0.1', headers });
  asking.end();
  const [answer] = (await once(asking, 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'end');
  return { headers: seen as Headers, connection: connection as ReturnType<typeof connectionOf>, response };
}

test('connectionOf(): finds the connection of an open request by its headers', async () => {
  const { headers, connection, response } = await ask();
  assert.equal(connection?.remoteAddress, '127.0.0.1');
  assert.equal(connection?.boundAddress, '127.0.0.1');
  assert.equal(connection?.hostCount, 1);
  assert.equal(connection?.response, response);
  if (response && !response.closed) await once(response, 'close');
  assert.equal(connectionOf(headers), null, 'forgotten afterwards');
});

test('watchConnections(): an id that a client sends is replaced', async () => {
  const first = await ask({ [CONNECTION_HEADER]: 'mine' });
  assert.notEqual(first.headers.get(CONNECTION_HEADER), 'mine');
  assert.ok(first.connection);
  const several = await ask({ [CONNECTION_HEADER]: ['mine', 'yours'] });
  assert.doesNotMatch(several.headers.get(CONNECTION_HEADER) ?? '', /mine|yours/);
  assert.equal(connectionOf(new Headers({ [CONNECTION_HEADER]: 'mine' })), null);
  assert.equal(connectionOf(new Headers()), null);
});

test('watchConnections(): counts a second Host header, which Node hides', async () => {
  const counted = new Promise<number | undefined>((resolve) => {
    handle = (incoming, outgoing) => {
      resolve(connectionOf(markedHeaders(incoming))?.hostCount);
      outgoing.end();
    };
  });
  const socket = connect(port(), '127.0.0.1');
  socket.end('GET / HTTP/1.1\r\nHost: localhost\r\nhost: evil.example\r\n\r\n');
  assert.equal(await counted, 2);
  socket.destroy();
});

test('allAnswered(): waits only for open requests', async () => {
  await allAnswered();
  const open = new Promise<ServerResponse>((resolve) => {
    handle = (_incoming, outgoing) => resolve(outgoing);
  });
  const asking = request({ port: port(), host: '127.0.0.1' });
  asking.end();
  const outgoing = await open;
  let answered = false;
  const waiting = allAnswered().then(() => {
    answered = true;
  });
  await new Promise(setImmediate);
  assert.equal(answered, false);
  asking.on('response', (answer: IncomingMessage) => answer.resume());
  outgoing.end();
  await waiting;
});

test('watchConnections(): keeps the size of the URL and the forwarding headers of the client', async () => {
  const plain = (await ask()).connection;
  assert.equal(plain?.forwardedFor, null);
  assert.equal(plain?.forwardedBy, null);
  assert.equal(plain?.urlBytes, 1);
  for (const name of ['Forwarded', 'Via', 'X-Real-IP', 'X-Forwarded-Proto']) {
    assert.equal((await ask({ [name]: 'x' })).connection?.forwardedBy, name);
  }
  const { connection } = await ask({ 'X-Forwarded-For': ['1.1.1.1', '2.2.2.2'] });
  assert.equal(connection?.forwardedFor, '1.1.1.1, 2.2.2.2');
  assert.equal(connection?.forwardedBy, 'X-Forwarded-For');
});

test('watchConnections(): a path that Next cannot read is directed to a route that explains the fault', async () => {
  const cases = [
    ['/api/agents/%', true, '/api'],
    ['/base/api/v1/agents/%ff?x=1', true, '/base/api'],
    ['/%', true, '/%'],
    ['/api/agents/%25', false, '/api/agents/%25'],
    ['/api/stats?q=%', false, '/api/stats?q=%'],
  ] as const;
  for (const [path, malformed, leads] of cases) {
    const seen = new Promise<[string | undefined, boolean | undefined]>((resolve) => {
      handle = (incoming, outgoing) => {
        resolve([incoming.url, connectionOf(markedHeaders(incoming))?.malformedPath]);
        outgoing.end();
      };
    });
    const socket = connect(port(), '127.0.0.1');
    socket.end(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    assert.deepEqual(await seen, [leads, malformed], path);
    socket.destroy();
  }
});

test('watchConnections(): an unsupported method is directed to a route that refuses it', async () => {
  const cases = [
    ['GET', '/', null, 'GET /'],
    ['HEAD', '/static/a.svg', null, 'HEAD /static/a.svg'],
    ['DELETE', '/api/agents', null, 'DELETE /api/agents'],
    ['TRACE', '/api/agents?q=1', { name: 'TRACE', allow: null }, 'DELETE /api/agents?q=1'],
    ['TRACE', '/docs', { name: 'TRACE', allow: 'GET, HEAD' }, 'DELETE /api'],
    ['POST', '/static/a.svg', { name: 'POST', allow: 'GET, HEAD' }, 'DELETE /api'],
    ['GET', '*', null, 'GET /api/*'],
    ['HEAD', '*?q=1', null, 'HEAD /api/*'],
    ['OPTIONS', '*', { name: 'OPTIONS', allow: 'GET, HEAD' }, 'DELETE /api'],
    ['POST', '/__nextjs_original-stack-frames', null, 'POST /__nextjs_original-stack-frames'],
  ] as const;
  for (const [method, path, refused, leads] of cases) {
    const seen = new Promise<unknown>((resolve) => {
      handle = (incoming, outgoing) => {
        resolve([connectionOf(markedHeaders(incoming))?.refusedMethod, `${incoming.method} ${incoming.url}`]);
        outgoing.end();
      };
    });
    const socket = connect(port(), '127.0.0.1');
    socket.end(`${method} ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    assert.deepEqual(await seen, [refused, leads], `${method} ${path}`);
    socket.destroy();
  }
});

test('allAnswered(): does not wait for pipelined requests of a closed connection', async () => {
  let open = 0;
  const arrived = new Promise<void>((resolve) => {
    handle = () => {
      if (++open === 3) resolve();
    };
  });
  const socket = connect(port(), '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(3));
  await arrived;
  socket.destroy();
  await allAnswered();
});
