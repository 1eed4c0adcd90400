import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, test } from 'node:test';
import { STREAM_EVENT_NAMES } from '../../lib/contract/events';
import { examples } from '../../lib/contract/examples';
import { problemOf } from '../../lib/contract/problems';
import { FakeDashboard } from '../../test/support/fake-dashboard';
import { until } from '../../test/support/until';
import { ApiClient } from './api-client';
import { CommandError } from './exit';
import { OutputClosed } from './output';
import { follow, type WatchedEvent } from './watch';
import { describeEvent } from './watch-lines';

let dashboard: FakeDashboard;
let stop: AbortController;

beforeEach(async () => {
  dashboard = await FakeDashboard.started();
  stop = new AbortController();
});
afterEach(() => {
  stop.abort();
  dashboard.close();
});

const client = () => {
  const server = { url: dashboard.url, foundBy: 'test', keyFile: '', others: [] };
  return new ApiClient(server, { forAll: 'Bearer t', forCommands: null, missing: null });
};

/** A history of numbered messages; each connection gets some of those after its id, cut anywhere. */
function serveHistory(response: ServerResponse, lastId: string | undefined, cut: number): void {
  const from = Number(lastId?.split('.')[1] ?? 0) + 1;
  const events = Array.from({ length: 20 }, (_, index) => from + index).map((seq) => {
    const data = JSON.stringify({ messages: [{ seq, content: 'ä\u2028' }], count: 1 });
    return `event: messages\nid: e.${seq}\ndata: ${data}\n\n`;
  });
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write('retry: 1000\n\nevent: connected\ndata: {}\n\n');
  response.write(Buffer.from(events.join('')).subarray(0, cut), () => response.destroy());
}

test('follow(): across connections that are cut anywhere each message comes once and in order', async () => {
  const cuts = [150, 1, 400, 333, 90, 1000];
  dashboard.answers['GET /api/stream'] = (response, { headers }) =>
    serveHistory(response, headers['last-event-id'] as string | undefined, cuts[dashboard.requests.length % 6] ?? 1);
  const seen: number[] = [];
  const retries: string[] = [];
  await follow(client(), null, {
    signal: stop.signal,
    minRetryMs: 1,
    random: () => 0,
    onEvent: async ({ event, data }) => {
      if (event !== 'messages') return;
      seen.push(JSON.parse(data).messages[0].seq);
      if (seen.length >= 60) stop.abort();
    },
    onRetry: (reason) => retries.push(reason),
  });
  assert.deepEqual(
    seen,
    Array.from({ length: seen.length }, (_, index) => index + 1),
  );
  assert.ok(retries.length > 5);
  assert.equal(dashboard.requests[0]?.headers.authorization, 'Bearer t');
});

test('follow(): begins behind the given id, and behind the last event that was taken', async () => {
  dashboard.answers['GET /api/stream'] = (response, { headers }) =>
    serveHistory(response, headers['last-event-id'] as string | undefined, 100_000);
  const seen: WatchedEvent[] = [];
  await follow(client(), 'e.41', {
    signal: stop.signal,
    minRetryMs: 1,
    onEvent: async (event) => {
      seen.push(event);
      if (event.id === 'e.42') throw new OutputClosed();
    },
    onRetry: () => {},
  }).catch((error) => assert.ok(error instanceof OutputClosed));
  assert.deepEqual(
    seen.map(({ event, id }) => `${event} ${id}`),
    ['connected undefined', 'messages e.42'],
  );
});

test('follow(): a refusal ends it; a dashboard that is not there at first does too, later it is waited for', async () => {
  const options = { signal: stop.signal, minRetryMs: 1, onRetry: () => {} };
  dashboard.answers['GET /api/stream'] = { status: 401, json: problemOf('credentials_required', 'Needs them.') };
  const refused = follow(client(), null, { ...options, onEvent: async () => {} });
  await assert.rejects(refused, (error) => error instanceof CommandError && error.exitCode === 3);
  dashboard.close();
  const absent = follow(client(), null, { ...options, onEvent: async () => {} });
  await assert.rejects(absent, (error) => error instanceof CommandError && error.exitCode === 4);
});

test('follow(): waits for a server that is starting again', async () => {
  let connections = 0;
  dashboard.answers['GET /api/stream'] = (response, request) => {
    connections += 1;
    if (connections === 2) {
      response.writeHead(503, { 'Content-Type': 'application/problem+json' });
      response.end(JSON.stringify(problemOf('unavailable', 'Not yet.')));
    } else serveHistory(response, request.headers['last-event-id'] as string | undefined, 150);
  };
  const retries: string[] = [];
  const following = follow(client(), null, {
    signal: stop.signal,
    minRetryMs: 1,
    onEvent: async () => {},
    onRetry: (reason) => retries.push(reason),
  });
  await until(
    async () => connections,
    (count) => count >= 4,
  );
  stop.abort();
  await following;
  assert.ok(retries.includes('Not yet.'), String(retries));
});

test('describeEvent(): one line for each event, whatever it contains', () => {
  const data: Record<string, unknown> = { ...examples, messages: examples.messagesEvent };
  for (const event of STREAM_EVENT_NAMES) {
    const lines = describeEvent(event, JSON.stringify(data[event]), new Date(2026, 0, 1, 9, 5, 7));
    assert.equal(lines.length, 1, event);
    assert.doesNotMatch(lines[0] ?? '', /[\p{Cc}]/u);
  }
  const lineOf = (event: 'stats' | 'usage') =>
    describeEvent(event, JSON.stringify(data[event]))[0]?.replace(/^\S+ \S+ +/, '');
  assert.match(lineOf('stats') ?? '', /^[\d,]+ agents?, [\d,]+ locks?, [\d,]+ messages?$/);
  assert.match(lineOf('usage') ?? '', /^today about \$[\d.,]+, \S+ tokens/);
  const hostile = {
    seq: 1,
    sent_at: null,
    sender: 'a\u001b[2J',
    recipients: ['b', 7],
    msg_type: null,
    content: '\n\r\u009b',
  };
  const [line] = describeEvent('messages', JSON.stringify({ messages: [hostile], count: 1 }));
  assert.equal(line, '??:??:?? message     a␛[2J -> b, 7 :  ⏎ ␍U+009B');
  assert.deepEqual(describeEvent('agents', '{', new Date(2026, 0, 1, 9, 5, 7)), ['09:05:07 agents: unreadable']);
});
