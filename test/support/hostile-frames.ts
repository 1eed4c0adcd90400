/** What a client may send at `/api/ws` that no library sends, from a seed. */
import { randomFillSync } from 'node:crypto';
import type { Random } from '../../lib/simulator/random';

const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
const HELLO = '{"type":"hello"}';

/** @returns the head of a handshake; `headers` replace its own, null removes one */
export function handshake(path: string, headers: Record<string, string | null> = {}): string {
  const all: Record<string, string | null> = {
    Host: '127.0.0.1',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    'Sec-WebSocket-Protocol': 'swarm.v1',
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}\r\n`]));
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

interface FrameOptions {
  opcode?: number;
  last?: boolean;
  masked?: boolean;
  /** The announced length, where it is not that of the payload. */
  announced?: number;
}

/** One frame as a client sends it (RFC 6455, 5.2). The mask is zero, so that the payload is sent as it is. */
export function frame(payload: string | Buffer, options: FrameOptions = {}): Buffer {
  const { opcode = OPCODES.text, last = true, masked = true } = options;
  const bytes = Buffer.from(payload);
  const length = options.announced ?? bytes.length;
  const [form, size] = length < 126 ? [length, 0] : length < 65_536 ? [126, 2] : [127, 8];
  const head = Buffer.alloc(2 + size);
  head[0] = (last ? 0x80 : 0) | opcode;
  head[1] = (masked ? 0x80 : 0) | form;
  if (size === 2) head.writeUInt16BE(length, 2);
  if (size === 8) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, Buffer.alloc(masked ? 4 : 0), bytes]);
}

const noise = (random: Random, most: number) => randomFillSync(Buffer.alloc(random.integer(1, most)));
const many = (count: number, make: () => Buffer) => Buffer.concat(Array.from({ length: count }, make));

/** Each gives the bytes after the handshake. */
export const HOSTILE: Readonly<Record<string, (random: Random) => Buffer[]>> = {
  noise: (random) => [noise(random, 5_000)],
  'noise after the hello': (random) => [frame(HELLO), noise(random, 5_000)],
  'a long message': () => [frame(HELLO), frame(Buffer.alloc(10_000_000, 'x'))],
  'a long message in fragments': () => [
    frame(HELLO),
    frame('x'.repeat(30_000), { last: false }),
    frame('x'.repeat(30_000), { opcode: OPCODES.continuation, last: false }),
    frame('x'.repeat(30_000), { opcode: OPCODES.continuation }),
  ],
  'a length beyond all numbers': () => [frame('', { announced: Number.MAX_SAFE_INTEGER })],
  'a message that never ends': () => [frame(HELLO), frame('x'.repeat(100), { announced: 60_000 })],
  'fragments of one byte before the hello': () => [
    frame('x', { last: false }),
    many(20_000, () => frame('x', { opcode: OPCODES.continuation, last: false })),
  ],
  'empty fragments': () => [
    frame('', { last: false }),
    many(20_000, () => frame('', { opcode: OPCODES.continuation, last: false })),
  ],
  pings: () => [frame(HELLO), many(20_000, () => frame('ping', { opcode: OPCODES.ping }))],
  'pings before the hello': () => [many(20_000, () => frame('ping', { opcode: OPCODES.ping }))],
  'long pings': () => [frame('x'.repeat(1_000), { opcode: OPCODES.ping })],
  pongs: () => [frame(HELLO), many(20_000, () => frame('', { opcode: OPCODES.pong }))],
  'unknown messages': () => [frame(HELLO), many(5_000, () => frame('{"type":"x"}'))],
  'nested JSON': () => [frame('['.repeat(60_000))],
  'hellos with nested JSON': () => [frame(HELLO), frame(`{"type":"hello","x":${'['.repeat(60_000)}`)],
  'names of object members': () => [frame(HELLO), frame('{"__proto__":{"type":"hello"},"type":"toString"}')],
  'unmasked frames': () => [frame(HELLO, { masked: false })],
  'reserved opcodes': (random) => [frame(HELLO, { opcode: random.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) })],
  'binary messages': () => [frame(HELLO), frame(HELLO, { opcode: OPCODES.binary })],
  'text that is not UTF-8': () => [frame(Buffer.from([0xff, 0xfe, 0x00]))],
  'a close message of one byte': () => [frame(HELLO), frame('x', { opcode: OPCODES.close })],
  'a close message with a reserved code': () => [frame(HELLO), frame(Buffer.from([3, 237]), { opcode: OPCODES.close })],
  'frames after a close message': () => [
    frame(HELLO),
    frame(Buffer.from([3, 232]), { opcode: OPCODES.close }),
    many(1_000, () => frame(HELLO)),
  ],
  'another HTTP request': () => [Buffer.from('GET /api/agents HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')],
};

/** Handshakes that are incomplete or wrong. */
export function hostileHandshake(random: Random, path: string): string {
  const whole = handshake(path, {
    'Sec-WebSocket-Key': random.pick(['AAAAAAAAAAAAAAAAAAAAAA==', '', 'short', 'x'.repeat(7_000), null]),
    'Sec-WebSocket-Version': random.pick(['13', '8', '0', '13, 8', 'x', null]),
    'Sec-WebSocket-Protocol': random.pick(['swarm.v1', 'swarm.v1, swarm.v1', ',,,', 'swarm.v1;', '', null]),
    'Sec-WebSocket-Extensions': random.pick(['permessage-deflate', 'x'.repeat(7_000), ';;', null]),
    Upgrade: random.pick(['websocket', 'WebSocket', 'h2c', 'websocket, h2c', '']),
    'Content-Length': random.pick(['0', '10', null, null]),
  });
  return random.chance(0.3) ? whole.slice(0, random.integer(1, whole.length)) : whole;
}
