import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HubEvent } from '../../hub/hub';
import { encodeEvent, encodeRetry } from './sse';

const text = (...parts: readonly Uint8Array[]) => Buffer.concat(parts).toString();

test('encodeEvent(): an event with an id is three fields and a blank line', () => {
  const event: HubEvent = { name: 'messages', json: ['{"messages":[', Buffer.from('7'), '],"count":1}'], id: 'e.7' };
  assert.equal(text(...encodeEvent(event)), 'event: messages\nid: e.7\ndata: {"messages":[7],"count":1}\n\n');
});

test('encodeEvent(): an event without an id has no id field, so the client keeps the previous id', () => {
  assert.equal(text(...encodeEvent({ name: 'heartbeat', json: ['{}'] })), 'event: heartbeat\ndata: {}\n\n');
});

test('encodeEvent(): an event is encoded once for all clients', () => {
  const event: HubEvent = { name: 'locks', json: ['{"locks":[],"count":0}'] };
  assert.equal(encodeEvent(event), encodeEvent(event));
});

test('encodeEvent(): a large part is shared without a copy; small ones are joined', () => {
  const large = Buffer.alloc(100_000, '1');
  const small = Buffer.from('2');
  const events: HubEvent[] = [
    ['[', large, ',', small, ']'],
    ['[', small, small, ',', large, ']'],
  ].map((json) => ({
    name: 'messages',
    json,
  }));
  for (const event of events) {
    const parts = encodeEvent(event);
    assert.equal(parts.length, 3);
    assert.equal(parts[1], large);
  }
});

for (const breaking of ['\r', '\n', '\r\n']) {
  test(`a line break (${JSON.stringify(breaking)}) is refused in every part`, () => {
    const name = `stats${breaking}data: x` as HubEvent['name'];
    assert.throws(() => encodeEvent({ name, json: ['{}'] }), /name/);
    assert.throws(() => encodeEvent({ name: 'messages', json: ['{}'], id: `e.1${breaking}data: x` }), /id/);
    assert.throws(() => encodeEvent({ name: 'messages', json: [`{${breaking}}`] }), /data/);
    assert.throws(() => encodeEvent({ name: 'messages', json: ['{', Buffer.from(breaking), '}'] }), /data/);
  });
}

test('encodeEvent(): text of every script survives, with line breaks that only JSON escapes', () => {
  const content = 'Zeile 1\nZeile 2\r\u2028\u0085 日本 🐝';
  const wire = text(...encodeEvent({ name: 'messages', json: [JSON.stringify({ content })] }));
  const data = /^data: (.*)$/m.exec(wire.replaceAll('\u2028', '\\u2028'))?.[1] ?? '';
  assert.deepEqual(JSON.parse(data), { content });
});

test('encodeRetry(): the delay before a reconnect is a block of its own', () => {
  assert.equal(text(encodeRetry(1000)), 'retry: 1000\n\n');
});
