import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, mock, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { contextFor, endpointFor, serveRoute } from '../../../test/support/serve-route';
import { NO_AGENTS } from '../../contract/defaults';
import { STREAM_PATH } from '../../contract/paths';
import { Hub, type PublishedMessage, type Subscriber } from '../../hub/hub';
import type { Principal } from '../access/principal';
import { endpoint } from '../api/endpoint';
import { readRequest } from '../http/parameters';
import { connectionOf, type RequestConnection } from '../http/request-connection';
import { streamResponse } from './stream';

const PRINCIPAL = { client: '127.0.0.1', credential: null, via: null, mayWrite: false, refusal: null };
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const message = (seq: number, size = 0): PublishedMessage => ({
  seq,
  json: Buffer.from(JSON.stringify({ seq, pad: 'x'.repeat(size) })),
});

function openHub(): Hub {
  // Timers are mocked together with the date; monotonic time is not.
  const hub = new Hub({ source: { after: async () => [] }, ticks: () => Date.now() });
  hub.open('e', [message(1), message(2)], 1);
  closing.push(() => hub.close());
  return hub;
}

function ask(search = '', headers: Record<string, string> = {}, signal?: AbortSignal): Request {
  return new Request(`http://localhost/api/stream${search}`, { headers, signal });
}

/** Opens a stream as the endpoint does. */
function open(request: Request, hub: Hub, principal: Principal = PRINCIPAL, context = contextFor()): Response {
  const { lastEventId } = readRequest(context.requests.stream, STREAM_PATH, request);
  return streamResponse(request, { hub, lastEventId, place: context.streams.take(principal, context.config) });
}

/** The events of a body, as they come. */
async function* eventsOf(response: Response): AsyncGenerator<Record<string, string>> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body as ReadableStream<Uint8Array>) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks)
      yield Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2)));
  }
  assert.equal(rest, '', 'it ends between two events');
}

async function read(events: AsyncGenerator<Record<string, string>>): Promise<Record<string, string>> {
  const { value } = await events.next();
  return value as Record<string, string>;
}

test('streamResponse(): its headers prevent buffering on the way', () => {
  const response = open(ask(), openHub());
  assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  assert.equal(response.headers.get('cache-control'), 'no-cache, no-transform');
  assert.equal(response.headers.get('x-accel-buffering'), 'no');
  assert.equal(response.headers.get('connection'), 'close');
});

test('streamResponse(): sends the events of the hub in order until the hub closes', async () => {
  const hub = openHub();
  hub.setState('agents', NO_AGENTS);
  const events = eventsOf(open(ask(), hub));
  assert.deepEqual(await read(events), { retry: '1000' });
  assert.equal((await read(events)).event, 'connected');
  assert.deepEqual(await read(events), { event: 'agents', data: JSON.stringify(NO_AGENTS) });
  assert.equal((await read(events)).id, 'e.2');
  const next = read(events);
  hub.publish([message(3)], 3);
  assert.deepEqual(await next, { event: 'messages', id: 'e.3', data: '{"messages":[{"seq":3,"pad":""}],"count":1}' });
  const end = events.next();
  hub.close();
  assert.equal((await end).done, true);
});

test('stream endpoint: continues from the id in the header, otherwise in the parameter', async () => {
  const hub = openHub();
  const cases: [string, Record<string, string>, boolean, boolean][] = [
    ['', {}, false, false],
    ['?last_event_id=', {}, false, false],
    ['?last_event_id=e.1', {}, true, false],
    ['', { 'Last-Event-ID': 'e.1' }, true, false],
    ['?last_event_id=x.9', { 'Last-Event-ID': 'e.1' }, true, false],
    ['?last_event_id=e.1', { 'Last-Event-ID': 'x.9' }, false, true],
    ['?last_event_id=%0d%0aid', {}, false, true],
  ];
  for (const [search, headers, resumed, gap] of cases) {
    const events = eventsOf(open(ask(search, headers), hub));
    await read(events);
    const connected = JSON.parse((await read(events)).data ?? '') as { resumed: boolean; gap: boolean };
    assert.deepEqual([connected.resumed, connected.gap], [resumed, gap], `${search} ${headers['Last-Event-ID']}`);
    await events.return(undefined);
  }
});

test('streamResponse(): a client that leaves is unsubscribed at once, whether body or request ends first', async () => {
  const hub = openHub();
  const left = new AbortController();
  const body = open(ask('', {}, left.signal), hub).body as ReadableStream<Uint8Array>;
  assert.equal(hub.subscriberCount, 1);
  await body.cancel();
  left.abort();
  assert.equal(hub.subscriberCount, 0);

  const aborted = new AbortController();
  const other = open(ask('', {}, aborted.signal), hub).body as ReadableStream<Uint8Array>;
  aborted.abort();
  assert.equal(hub.subscriberCount, 0);
  await other.cancel();

  open(ask('', {}, AbortSignal.abort()), hub);
  assert.equal(hub.subscriberCount, 0, 'it was gone before it began');
});

test('streamResponse(): a stopped hub ends a stream at once', async () => {
  const hub = openHub();
  hub.close();
  const events = eventsOf(open(ask(), hub));
  assert.deepEqual(await read(events), { retry: '1000' });
  assert.equal((await events.next()).done, true);
});

test('streamResponse(): takes nothing from the hub before the body is read', async () => {
  const hub = openHub();
  const body = open(ask(), hub).body as ReadableStream<Uint8Array>;
  hub.publish([message(3)], 3);
  await turn();
  const reader = body.getReader();
  await reader.read();
  await reader.read();
  const { value } = await reader.read();
  assert.match(
    new TextDecoder().decode(value),
    /^event: messages\nid: e\.3\n/,
    'read late, it holds what came meanwhile',
  );
  await reader.cancel();
});

test('stream endpoint: HEAD leaves no subscriber behind', async () => {
  const hub = openHub();
  const stream = endpointFor(({ request, principal, context }) => open(request, hub, principal, context));
  const { url, close } = await serveRoute(endpoint([stream], contextFor()));
  closing.push(close);
  assert.equal((await fetch(url, { method: 'HEAD' })).status, 200);
  assert.equal(hub.subscriberCount, 0);
});

test('streamResponse(): a client that does not read has a bounded cost and loses its socket', async () => {
  mock.timers.enable({ apis: ['setInterval', 'Date'] });
  closing.push(() => mock.timers.reset());
  const hub = openHub();
  let subscriber: Subscriber | undefined;
  const subscribe = hub.subscribe.bind(hub);
  mock.method(hub, 'subscribe', (id: string | null) => {
    subscriber = subscribe(id);
    return subscriber;
  });
  let ended: Promise<unknown> | undefined;
  const stream = endpointFor(({ request, principal, context }) => {
    ended = once((connectionOf(request.headers) as RequestConnection).socket, 'close');
    return open(request, hub, principal, context);
  });
  const { port, close } = await serveRoute(endpoint([stream], contextFor()));
  closing.push(close);
  const socket = connect(port, '127.0.0.1').pause();
  socket.on('error', () => {});
  closing.push(() => socket.destroy());
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');

  let seq = 2;
  // First the buffers of both sockets fill; afterwards nothing more is taken from the hub.
  while (!subscriber || subscriber.stalledSince === null) {
    seq++;
    assert.ok(seq < 200, 'it goes on taking what nobody reads');
    hub.publish([message(seq, 1_000_000)], seq);
    for (let turns = 0; turns < 20; turns++) await turn();
  }
  assert.equal(hub.subscriberCount, 1);
  mock.timers.tick(31_000);
  mock.timers.tick(1_000);
  assert.equal(hub.subscriberCount, 0);
  await ended;
});

test('stream endpoint: too many streams are refused before they subscribe, and places are given back', async () => {
  const hub = openHub();
  const context = contextFor({}, { LIMIT_STREAMS: '3', LIMIT_STREAMS_PER_CLIENT: '2' });
  const openFor = (client: string) => open(ask(), hub, { ...PRINCIPAL, client }, context);
  const refused = { code: 'too_many_streams', extras: { headers: { 'Retry-After': '5' } } };
  const [first] = [openFor('10.0.0.1'), openFor('10.0.0.1')];
  assert.throws(() => openFor('10.0.0.1'), refused);
  const other = openFor('10.0.0.2');
  assert.throws(() => openFor('10.0.0.3'), refused);
  assert.equal(hub.subscriberCount, 3);
  await first?.body?.cancel();
  await other.body?.cancel();
  const again = [openFor('10.0.0.1'), openFor('10.0.0.3')];
  assert.throws(() => openFor('10.0.0.2'), refused);
  hub.close();
  const late = open(ask(), hub, PRINCIPAL, context);
  await late.body?.pipeTo(new WritableStream());
  assert.equal(again.length, 2);
  for (let taken = 0; taken < 3; taken++) context.streams.take({ ...PRINCIPAL, client: String(taken) }, context.config);
});

test('stream endpoint: a stream ends when its token is revoked, others continue', async () => {
  const hub = openHub();
  const context = contextFor();
  const withToken = (digest: string) => ({ ...PRINCIPAL, credential: { name: 'ci', scope: 'read' as const, digest } });
  const gone = eventsOf(open(ask(), hub, withToken('a'), context));
  const kept = eventsOf(open(ask(), hub, withToken('b'), context));
  const free = eventsOf(open(ask(), hub, PRINCIPAL, context));
  context.streams.endRevoked((digest) => digest === 'b');
  assert.equal(hub.subscriberCount, 2);
  assert.deepEqual(await read(gone), { retry: '1000' });
  assert.equal((await gone.next()).done, true);
  for (const events of [kept, free]) {
    await read(events);
    assert.equal((await read(events)).event, 'connected');
  }
});
