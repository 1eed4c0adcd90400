import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HubEvent } from '../../hub/hub';
import { encodeFrame, textFrame } from './frames';

const HEAD_BYTES = { short: 2, medium: 4, long: 10 } as const;

test('encodeFrame(): an event is one text frame with its name, its id and its data', () => {
  const event: HubEvent = { name: 'messages', json: ['{"messages":[', Buffer.from('7'), ']}'], id: 'e.7' };
  const bytes = Buffer.concat(encodeFrame(event));
  assert.equal(bytes[0], 0x81, 'a whole text message');
  assert.equal(bytes[1], bytes.length - HEAD_BYTES.short, 'not masked, with its length');
  assert.deepEqual(JSON.parse(bytes.subarray(HEAD_BYTES.short).toString()), {
    event: 'messages',
    id: 'e.7',
    data: { messages: [7] },
  });
  const heartbeat = Buffer.concat(encodeFrame({ name: 'heartbeat', json: ['{}'] }));
  assert.equal(heartbeat.subarray(HEAD_BYTES.short).toString(), '{"event":"heartbeat","data":{}}');
});

test('encodeFrame(): an event is encoded once for all clients, and its large parts are not copied', () => {
  const large = Buffer.alloc(100_000, '1');
  const event: HubEvent = { name: 'messages', json: ['[', large, ']'] };
  const parts = encodeFrame(event);
  assert.equal(encodeFrame(event), parts);
  assert.ok(parts.includes(large));
});

test('textFrame(): the length is written in the shortest form (RFC 6455, 5.2)', () => {
  for (const [bytes, form] of [
    [0, 'short'],
    [125, 'short'],
    [126, 'medium'],
    [65_535, 'medium'],
    [65_536, 'long'],
    [200_000, 'long'],
  ] as const) {
    const frame = Buffer.concat(textFrame('x'.repeat(bytes)));
    assert.equal(frame.length, HEAD_BYTES[form] + bytes);
    const written = {
      short: () => frame[1],
      medium: () => frame.readUInt16BE(2),
      long: () => Number(frame.readBigUInt64BE(2)),
    };
    assert.equal(written[form](), bytes);
    if (form !== 'short') assert.equal(frame[1], form === 'medium' ? 126 : 127);
  }
});
