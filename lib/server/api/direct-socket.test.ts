import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, before, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { contextFor } from '../../../test/support/serve-route';
import { TestSocket } from '../../../test/support/socket-client';
import { digestOf } from '../../config/tokens-file';
import { NO_AGENTS } from '../../contract/defaults';
import { WEBSOCKET_PATH } from '../../contract/paths';
import { MAX_MESSAGE_BYTES } from '../../contract/websocket';
import { Hub, type PublishedMessage } from '../../hub/hub';
import { keepOrdinary, serveUpgrades } from '../front/upgrades';
import { watchConnections } from '../http/request-connection';
import { directSocket } from './direct-socket';
import type { ServerContext } from './server-context';

const closing: (() => void)[] = [];
before(() => watchConnections());
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const message = (seq: number, size = 0): PublishedMessage => ({
  seq,
  json: Buffer.from(JSON.stringify({ seq, pad: 'x'.repeat(size) })),
});

function openHub(options: Partial<ConstructorParameters<typeof Hub>[0]> = {}): Hub {
  const hub = new Hub({ source: { after: async () => [] }, ...options });
  hub.open('e', [message(1), message(2)], 1);
  closing.push(() => hub.close());
  return hub;
}

const CREDENTIALS = { DASHBOARD_USERNAME: 'anna', DASHBOARD_PASSWORD: 'secret' };
const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;
const RIGHT = basic('anna:secret');

interface Served {
  url: string;
  hub: Hub;
  context: ServerContext;
  /** The server's side of each connection. */
  peers: Socket[];
  stop(): void;
}

interface Serving {
  hub?: Hub;
  environment?: Record<string, string>;
  more?: Partial<ServerContext>;
  helloTimeoutMs?: number;
}

async function serve({ hub = openHub(), environment = {}, more = {}, ...options }: Serving = {}): Promise<Served> {
  const context = { ...contextFor({ hub }, environment), ...more };
  const direct = directSocket(context, options);
  const routes = { [WEBSOCKET_PATH]: direct.answer };
  const server = createServer((_request, response) => response.end('ordinary'));
  const peers: Socket[] = [];
  serveUpgrades(server, routes, { development: false });
  server.on('connection', (socket) => {
    peers.push(socket);
    keepOrdinary(socket, routes, () => false);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    for (const peer of peers) peer.destroy();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/ws`;
  return { url, hub, context, peers, stop: () => direct.stop() };
}

const codeOf = (problem: { type: string }) => problem.type.replace(/.*:/, '');

async function refusal(...handshake: ConstructorParameters<typeof TestSocket>) {
  const { status, headers, body } = await new TestSocket(...handshake).refused();
  return { status, headers, code: codeOf(JSON.parse(body)) };
}

/** Waits for the error event and the close message of a refused hello. */
async function refusedHello(url: string, sent: object, headers: Record<string, string> = {}) {
  const client = await TestSocket.greeted(url, sent, { headers });
  const { data } = await client.next('error');
  const { code, reason } = await client.closed;
  return { code, reason, problem: codeOf(data) };
}

test('directSocket(): sends the events of the stream, first the whole state, then every change', async () => {
  const { url, hub } = await serve();
  hub.setState('agents', NO_AGENTS);
  const client = await TestSocket.greeted(url);
  const { data: connected } = await client.next('connected');
  assert.deepEqual([connected.epoch, connected.resumed, connected.gap], ['e', false, false]);
  assert.deepEqual(await client.next('agents'), { event: 'agents', data: NO_AGENTS });
  const first = await client.next('messages');
  assert.deepEqual([first.id, first.data.count], ['e.2', 2]);
  // One for each form of a frame's length.
  for (const [index, size] of [0, 1_000, 100_000].entries()) {
    const seq = 3 + index;
    hub.publish([message(seq, size)], seq);
    const event = { event: 'messages', id: `e.${seq}`, data: { messages: [{ seq, pad: 'x'.repeat(size) }], count: 1 } };
    assert.deepEqual(await client.next('messages'), event);
  }
  assert.ok((await client.next('heartbeat')).data.timestamp);
});

test('directSocket(): resumes from the last id of the hello, or says that there is a gap', async () => {
  const { url } = await serve();
  for (const [lastEventId, resumed, gap, count] of [
    [undefined, false, false, 2],
    [null, false, false, 2],
    ['', false, false, 2],
    ['e.1', true, false, 1],
    ['e.2', true, false, 0],
    ['x.1', false, true, 2],
    ['no id\r\n', false, true, 2],
  ] as const) {
    const client = await TestSocket.greeted(url, { last_event_id: lastEventId });
    const { data } = await client.next('connected');
    assert.deepEqual([data.resumed, data.gap], [resumed, gap], String(lastEventId));
    assert.equal((await client.next('messages')).data.count, count, String(lastEventId));
    client.socket.close();
  }
});

test('directSocket(): a client that leaves is unsubscribed and gives its place back, in order or not', async () => {
  const { url, hub } = await serve({ environment: { LIMIT_STREAMS: '1' } });
  for (const leave of ['close', 'terminate', 'close'] as const) {
    const client = await TestSocket.greeted(url);
    await client.next('connected');
    client.socket[leave]();
    while (hub.subscriberCount > 0) await turn();
  }
});

test('directSocket(): a client has limited time for its hello', async () => {
  const { url, hub } = await serve({ helloTimeoutMs: 1 });
  const client = new TestSocket(url);
  assert.equal(codeOf((await client.next('error')).data), 'hello_required');
  assert.deepEqual(await client.closed, { code: 1008, reason: 'Hello required' });
  assert.equal(hub.subscriberCount, 0);
});

test('directSocket(): another first message than the hello is refused', async () => {
  const { url } = await serve();
  for (const [sent, problem] of [
    ['{', 'malformed_body'],
    ['""', 'hello_required'],
    ['null', 'hello_required'],
    ['[]', 'hello_required'],
    [{}, 'hello_required'],
    [{ type: 1 }, 'hello_required'],
    [{ type: 'subscribe', channel: 'terminal', agent: 'agent-1' }, 'hello_required'],
    [{ type: 'hello', last_event_id: 7 }, 'invalid_parameter'],
    [{ type: 'hello', authorization: {} }, 'invalid_parameter'],
  ] as const) {
    const client = await new TestSocket(url).open();
    client.send(sent);
    assert.equal(codeOf((await client.next('error')).data), problem, JSON.stringify(sent));
    assert.equal((await client.closed).code, 1008, JSON.stringify(sent));
    assert.equal(client.events.length, 0);
  }
});

test('directSocket(): a message that is not understood is answered, and the events go on', async () => {
  const { url, hub } = await serve();
  const client = await TestSocket.greeted(url);
  await client.next('messages');
  for (const [sent, problem] of [
    [{ type: 'x'.repeat(10_000) }, 'unknown_message'],
    [{ type: '__proto__' }, 'unknown_message'],
    [{ type: 'hello' }, 'unknown_message'],
    ['{"type":', 'malformed_body'],
    ['[1]', 'unknown_message'],
  ] as const) {
    client.send(sent);
    const { data } = await client.next('error');
    assert.equal(codeOf(data), problem, JSON.stringify(sent).slice(0, 100));
    assert.ok(data.detail.length < 200);
  }
  hub.publish([message(3)], 3);
  assert.equal((await client.next('messages')).id, 'e.3');
});

test('directSocket(): messages that are binary, too long or no UTF-8 close the connection', async () => {
  const { url, hub } = await serve();
  for (const [sent, code] of [
    [Buffer.from('{"type":"hello"}'), 1003],
    ['x'.repeat(MAX_MESSAGE_BYTES + 1), 1009],
  ] as const) {
    const client = await TestSocket.greeted(url);
    await client.next('messages');
    client.socket.send(sent);
    assert.equal((await client.closed).code, code);
  }
  const client = await TestSocket.greeted(url);
  await client.next('messages');
  client.socket.send(Buffer.from([0xff, 0xfe]), { binary: false });
  assert.equal((await client.closed).code, 1007);
  const ungreeted = await new TestSocket(url).open();
  ungreeted.send({ type: 'hello', padding: 'x'.repeat(20_000) });
  assert.equal((await ungreeted.closed).code, 1009, 'before the hello less is accepted');
  while (hub.subscriberCount > 0) await turn();
});

test('directSocket(): too many messages or pings in a second close the connection', async () => {
  const { url, hub } = await serve();
  for (const flood of [({ socket }: TestSocket) => socket.ping(), (client: TestSocket) => client.send({ type: 'x' })]) {
    const client = await TestSocket.greeted(url);
    await client.next('messages');
    for (let count = 0; count < 5_000; count++) flood(client);
    assert.deepEqual(await client.closed, { code: 1008, reason: 'it sent too many messages' });
  }
  while (hub.subscriberCount > 0) await turn();
});

test('directSocket(): a ping is answered with what it contained', async () => {
  const { url } = await serve();
  const client = await TestSocket.greeted(url);
  client.socket.ping('seven');
  assert.equal(String((await once(client.socket, 'pong'))[0]), 'seven');
});

test('directSocket(): a handshake without the subprotocol, or of another version, is refused', async () => {
  const { url } = await serve();
  const without = await refusal(url, {}, []);
  assert.deepEqual([without.status, without.code], [400, 'malformed_handshake']);
  assert.deepEqual((await refusal(url, {}, ['swarm.v2', 'swarm'])).status, 400);
  const old = await refusal(url, { protocolVersion: 8 });
  assert.deepEqual([old.status, old.code], [426, 'upgrade_required']);
  assert.equal(old.headers['sec-websocket-version'], '13');
  const client = await new TestSocket(url, {}, ['other', 'swarm.v1']).open();
  assert.equal(client.socket.protocol, 'swarm.v1');
  assert.equal(client.socket.extensions, '', 'nothing is compressed');
});

test('directSocket(): only pages of this server and of listed origins may connect', async () => {
  const { url } = await serve({ environment: { ALLOWED_ORIGINS: 'https://listed.example' } });
  const { host, port } = new URL(url);
  const foreign: Record<string, string>[] = [
    { Origin: 'https://elsewhere.example' },
    { Origin: 'null' },
    { Origin: `http://localhost.elsewhere.example:${port}` },
    { Origin: 'http://127.0.0.1:1' },
    { Origin: `http://${host}`, 'Sec-Fetch-Site': 'cross-site' },
    { Origin: '' },
  ];
  for (const headers of foreign) {
    const refused = await refusal(url, { headers });
    assert.deepEqual([refused.status, refused.code], [403, 'cross_origin'], JSON.stringify(headers));
  }
  for (const Origin of [`http://${host}`, 'https://listed.example']) {
    const client = await TestSocket.greeted(url, {}, { headers: { Origin } });
    await client.next('connected');
  }
});

test('directSocket(): a foreign host and a forwarded request without credentials are refused', async () => {
  const { url } = await serve();
  assert.equal((await refusal(url, { headers: { Host: 'evil.example' } })).code, 'forbidden_host');
  assert.equal((await refusal(url, { headers: { 'X-Forwarded-For': '10.0.0.1' } })).code, 'loopback_only');
});

test('directSocket(): credentials come in the header or in the hello, and wrong ones are refused', async () => {
  const { url, hub } = await serve({ environment: CREDENTIALS });
  const wrong = basic('anna:wrong');
  for (const [hello, headers] of [
    [{ authorization: RIGHT }, {}],
    [{}, { Authorization: RIGHT }],
    [{ authorization: null }, { Authorization: RIGHT }],
  ] as const) {
    const client = await TestSocket.greeted(url, hello, { headers });
    await client.next('connected');
    client.socket.terminate();
  }
  while (hub.subscriberCount > 0) await turn();
  assert.equal((await refusal(url, { headers: { Authorization: wrong } })).status, 401);
  const refused = { code: 1008, reason: 'Credentials required', problem: 'credentials_required' };
  assert.deepEqual(await refusedHello(url, {}), refused);
  assert.deepEqual(await refusedHello(url, { authorization: '' }), refused);
  assert.deepEqual(await refusedHello(url, { authorization: wrong }, { Authorization: RIGHT }), refused);
  assert.equal(hub.subscriberCount, 0);
});

test('directSocket(): wrong credentials in hellos count as attempts', async () => {
  const { url } = await serve({ environment: { ...CREDENTIALS, LIMIT_LOGINS_PER_MINUTE: '2' } });
  for (let attempt = 0; attempt < 2; attempt++) await refusedHello(url, { authorization: basic('anna:wrong') });
  const late = await refusedHello(url, { authorization: RIGHT });
  assert.deepEqual([late.code, late.problem], [1008, 'too_many_attempts']);
});

test('directSocket(): the operator key comes in the hello, and a client without it reads all the same', async (t) => {
  const key = 'k'.repeat(43);
  const operatorKey = { has: (digest: string) => digest === digestOf(key), fault: null };
  const { url, context } = await serve({ more: { operatorKey } });
  const take = t.mock.method(context.streams, 'take');
  for (const [authorization, name] of [
    [`Bearer ${key}`, 'operator'],
    [`Bearer ${'x'.repeat(43)}`, undefined],
    [undefined, undefined],
  ] as const) {
    await (await TestSocket.greeted(url, { authorization })).next('connected');
    assert.equal(take.mock.calls.at(-1)?.arguments[0].credential?.name, name);
  }
});

test('directSocket(): the connection of a revoked token is closed', async () => {
  const token = 'a-token';
  const digest = digestOf(token);
  const { config } = contextFor();
  const credential = { name: 'bot', scope: 'read', digest } as const;
  const { url, context } = await serve({
    more: { config: { ...config, tokensFile: '/tokens' }, tokens: { find: () => credential } },
  });
  const client = await TestSocket.greeted(url, { authorization: `Bearer ${token}` });
  await client.next('heartbeat');
  context.streams.endRevoked(() => false);
  assert.deepEqual(await client.closed, { code: 1008, reason: 'its token is no longer valid' });
});

test('directSocket(): counts with the streams of its client, and gives its place back', async () => {
  const { url, hub, context } = await serve({ environment: { LIMIT_STREAMS_PER_CLIENT: '2' } });
  const taken = context.streams.take({ client: '127.0.0.1', credential: null }, context.config);
  const client = await TestSocket.greeted(url);
  await client.next('connected');
  const refused = { code: 1013, reason: 'Too many streams', problem: 'too_many_streams' };
  assert.deepEqual(await refusedHello(url, {}), refused);
  taken.leave();
  const next = await TestSocket.greeted(url);
  await next.next('connected');
  client.socket.terminate();
  next.socket.terminate();
  while (hub.subscriberCount > 0) await turn();
  const silent = [await new TestSocket(url).open(), await new TestSocket(url).open()];
  const full = await refusal(url);
  assert.deepEqual([full.status, full.code], [503, 'too_many_streams'], 'also those without a hello are limited');
  for (const { socket } of silent) socket.terminate();
});

test('directSocket(): a client that does not read is closed with 1013, and misses nothing when it resumes', async () => {
  const hub = openHub({ stallAfter: 1 });
  const { url, peers } = await serve({ hub });
  const client = await TestSocket.greeted(url);
  const first = await client.next('messages');
  client.socket.pause();
  let seq = 2;
  // More than the buffers of both sides can store.
  while (!peers[0]?.writableNeedDrain) {
    seq += 1;
    hub.publish([message(seq, 500_000)], seq);
    await turn();
  }
  while (hub.subscriberCount > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  client.socket.resume();
  assert.deepEqual(await client.closed, { code: 1013, reason: 'stalled' });
  const got = client.events.filter(({ event }) => event === 'messages');
  const last = got.at(-1)?.id ?? first.id;
  const again = await TestSocket.greeted(url, { last_event_id: last });
  assert.equal((await again.next('connected')).data.resumed, true);
  while ((again.events.at(-1)?.id ?? last) !== `e.${seq}`) await new Promise((resolve) => setTimeout(resolve, 10));
  const seqs = [...got, ...again.events].flatMap(({ event, data }) =>
    event === 'messages' ? (data.messages as { seq: number }[]).map((one) => one.seq) : [],
  );
  assert.deepEqual(
    seqs,
    Array.from({ length: seq - 2 }, (_, index) => index + 3),
  );
});

test('directSocket(): a stop closes every connection with 1001, also those without a hello', async () => {
  const { url, hub, stop } = await serve();
  const client = await TestSocket.greeted(url);
  await client.next('heartbeat');
  const silent = await new TestSocket(url).open();
  stop();
  const closed = { code: 1001, reason: 'the server stops' };
  assert.deepEqual(await Promise.all([client.closed, silent.closed]), [closed, closed]);
  const late = await TestSocket.greeted(url);
  await late.next('connected');
  hub.close();
  assert.deepEqual(await late.closed, closed);
  assert.deepEqual(await (await TestSocket.greeted(url)).closed, closed, 'the hub had stopped before');
});

test('directSocket(): another history ends the connection, and the client learns of the gap', async () => {
  const { url, hub } = await serve();
  const client = await TestSocket.greeted(url);
  await client.next('heartbeat');
  hub.open('f', [message(1)], 1);
  assert.deepEqual(await client.closed, { code: 1013, reason: 'another history' });
  const again = await TestSocket.greeted(url, { last_event_id: 'e.2' });
  assert.equal((await again.next('connected')).data.gap, true);
});

test('directSocket(): a fault is reported without its message, and the next client is served', async (context) => {
  const { url, hub } = await serve();
  const failing = context.mock.method(hub, 'subscribe', () => {
    throw new Error('planted');
  });
  const client = await TestSocket.greeted(url);
  const { data } = await client.next('error');
  assert.deepEqual([data.status, /planted/.test(JSON.stringify(data))], [500, false]);
  assert.equal((await client.closed).code, 1011);
  failing.mock.restore();
  await (await TestSocket.greeted(url)).next('connected');
});
