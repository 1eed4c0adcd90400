import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { openStream, type SseEvent, SseParser } from './sse-client';

const STREAM = Buffer.from(
  '\ufeff: a comment\r\nretry: 10\r\n\r\nevent: agents\ndata: {"name": "Zoë 👩‍💻"}\n\n' +
    'id: e.1\revent:messages\rdata: one\rdata:  two\r\rdata\n\nid\ndata: 3\n\nid: a\0b\ndata: 4\n\ndata: never ended',
);
const EVENTS: SseEvent[] = [
  { name: 'agents', data: '{"name": "Zoë 👩‍💻"}', lastEventId: '' },
  { name: 'messages', data: 'one\n two', lastEventId: 'e.1' },
  { name: 'message', data: '', lastEventId: 'e.1' },
  { name: 'message', data: '3', lastEventId: '' },
  { name: 'message', data: '4', lastEventId: '' },
];

describe('parser', () => {
  it('SseParser: returns the same events wherever the bytes are cut', () => {
    for (let size = 1; size <= STREAM.length; size += 1) {
      const events: SseEvent[] = [];
      const parser = new SseParser((event) => events.push(event));
      for (let at = 0; at < STREAM.length; at += size) parser.feed(STREAM.subarray(at, at + size));
      assert.deepEqual(events, EVENTS, `in pieces of ${size} bytes`);
    }
  });
});

describe('stream', () => {
  it('openStream(): sends the id to resume from, in the header or in the query, and reports the end by the server', async () => {
    const requests: IncomingMessage[] = [];
    const server = createServer((request, response) => {
      requests.push(request);
      response.setHeader('Content-Type', 'text/event-stream');
      response.end('id: e.8\ndata: x\n\n');
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/stream`;
    for (const inQuery of [false, true]) {
      const events: SseEvent[] = [];
      const reason = await new Promise<string>((onEnd) =>
        openStream({ url, lastEventId: 'e.7', inQuery, onEvent: (event) => events.push(event), onEnd }),
      );
      assert.equal(reason, 'closed');
      assert.deepEqual(events, [{ name: 'message', data: 'x', lastEventId: 'e.8' }]);
    }
    assert.equal(requests[0]?.headers['last-event-id'], 'e.7');
    assert.equal(requests[1]?.headers['last-event-id'], undefined);
    assert.equal(requests[1]?.url, '/api/stream?last_event_id=e.7');
    server.close();
  });

  it('openStream(): reports a refusal and a server that is not running', async () => {
    const server = createServer((_, response) => response.writeHead(503).end());
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const attempt = () => new Promise<string>((onEnd) => openStream({ url, onEvent: () => {}, onEnd }));
    assert.equal(await attempt(), 'status 503');
    await new Promise((closed) => server.close(closed));
    assert.match(await attempt(), /ECONNREFUSED/);
  });
});
