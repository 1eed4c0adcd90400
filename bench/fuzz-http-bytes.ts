/** Bytes for a connection: requests of every shape, whole, cut, changed, repeated, or no request at all. */
import type { Random } from '../lib/simulator/random';
import { INTERNAL_HEADERS, METHODS } from '../test/support/hostile-requests';

export const TARGETS = [
  ...[
    '/',
    '/docs',
    '/redoc',
    '/nope',
    '/?view=timeline',
    '/static/icon.svg',
    '/_next/static/chunks/x.js',
    '/_next/image',
  ],
  ...[
    '/api',
    '/api/agents',
    '/api/v1/stats',
    '/api/messages?limit=5',
    '/api/stream',
    '/api/ws',
    '/api/attention/x/ack',
    '/api/talk',
  ],
  ...[
    '/health',
    '/metrics',
    '/openapi.json',
    '/api/agents/%',
    '/api/agents/%ff',
    '*',
    '//',
    '/..',
    'http://x/',
    '',
    '/\u00ff',
  ],
];
const WRONG_VERSIONS = ['HTTP/1.0', 'HTTP/2.0', 'HTTP/1.2', 'HTTP/', '', 'http/1.1', 'ICE/1.0'];
const HOSTS = ['127.0.0.1', 'localhost', 'elsewhere.example', '', ' ', '[::1]', '127.0.0.1:1', '\u0000'];
const LENGTHS = [
  '0',
  '1',
  '5',
  '100',
  '65536',
  '65537',
  '9000000',
  '-1',
  '1e3',
  '0x10',
  '18446744073709551617',
  '',
  '5, 5',
  ' 7',
];
const ENCODINGS = [
  'chunked',
  'Chunked',
  'gzip, chunked',
  'chunked, gzip',
  'identity',
  '',
  'chunked;q=1',
  ' chunked',
  'x',
];
const NAMES = [
  'Connection',
  'Expect',
  'Upgrade',
  'Range',
  'Cookie',
  'Authorization',
  'Last-Event-ID',
  'TE',
  'Trailer',
  'Accept',
];
const VALUES = [
  ...[
    'close',
    'keep-alive',
    'Upgrade',
    '100-continue',
    '200-ok',
    'websocket',
    'bytes=0-1',
    'Basic AAAA',
    'Bearer x',
    'trailers',
  ],
  ...['application/json', 'text/html', 'a.-1', 'a.999999999999999999', '', ' ', '\u00e9\u0000', 'x'.repeat(4000)],
];

/** The headers with which a request becomes a WebSocket; what follows it are frames then. */
const HANDSHAKE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  'Sec-WebSocket-Protocol: swarm.v1',
];

/** Approximate maximum of all pieces of one connection. */
const MAX_BYTES = 300_000;

/** @returns the pieces that one connection sends; one byte for each character */
export function* httpBytes(random: Random): Generator<string> {
  const times = random.chance(0.1) ? random.integer(50, 3000) : random.integer(1, 4);
  const repeated = random.chance(0.5) ? request(random) : null;
  let bytes = 0;
  for (let count = 0; count < times && bytes < MAX_BYTES; count++) {
    let text = repeated ?? request(random);
    if (random.chance(0.15)) text = changed(random, text);
    bytes += text.length;
    if (random.chance(0.3)) yield* cut(random, text);
    else yield text;
  }
}

function request(random: Random): string {
  if (random.chance(0.05)) return noise(random, random.integer(1, 2000));
  const line = `${pick(random, METHODS)} ${pick(random, TARGETS)}${extra(random)} ${random.chance(0.95) ? 'HTTP/1.1' : pick(random, WRONG_VERSIONS)}`;
  const end = random.chance(0.05) ? '\n' : '\r\n';
  const { headers, body } = randomBody(random);
  const lines = [line];
  if (random.chance(0.05)) lines.push(...HANDSHAKE.filter(() => random.chance(0.9)));
  if (!random.chance(0.1)) lines.push(`Host: ${random.chance(0.8) ? '127.0.0.1' : pick(random, HOSTS)}`);
  lines.push(...headers);
  for (let count = random.chance(0.02) ? random.integer(100, 3000) : random.integer(0, 4); count > 0; count--) {
    const [name, value] = random.chance(0.5)
      ? pick(random, INTERNAL_HEADERS)
      : [pick(random, NAMES), pick(random, VALUES)];
    lines.push(`${name}${random.chance(0.98) ? ':' : pick(random, [' :', '', ':\t', ': '])}${value}`);
  }
  return `${lines.join(end)}${end}${end}${body}`;
}

function extra(random: Random): string {
  if (random.chance(0.9)) return '';
  return `?${pick(random, ['at', 'q', 'limit', 'before', 'x'])}=${'y'.repeat(random.integer(0, random.chance(0.2) ? 20_000 : 20))}`;
}

function randomBody(random: Random): { headers: string[]; body: string } {
  const kind = random.integer(0, 5);
  if (kind <= 1) return { headers: [], body: '' };
  const body = random.chance(0.5) ? '{}' : noise(random, random.integer(0, random.chance(0.1) ? 150_000 : 500));
  const type = random.chance(0.5) ? ['Content-Type: application/json'] : [];
  if (kind === 2) return { headers: [...type, `Content-Length: ${body.length}`], body };
  if (kind === 3) return { headers: [...type, `Content-Length: ${pick(random, LENGTHS)}`], body };
  const encoding = random.chance(0.7) ? 'chunked' : pick(random, ENCODINGS);
  const both = random.chance(0.1) ? [`Content-Length: ${pick(random, LENGTHS)}`] : [];
  return { headers: [...type, ...both, `Transfer-Encoding: ${encoding}`], body: chunked(random, body) };
}

function chunked(random: Random, body: string): string {
  const pieces: string[] = [];
  const size = random.chance(0.1) ? 1 : random.integer(1, 40_000);
  for (let at = 0; at < body.length && pieces.length < 5000; at += size) {
    const piece = body.slice(at, at + size);
    const written = random.chance(0.98)
      ? piece.length.toString(16)
      : pick(random, ['', '-1', 'ffffffffffffffff', 'g', '0x5']);
    const extension = random.chance(0.02) ? `;${'e'.repeat(random.integer(0, 20_000))}` : '';
    pieces.push(`${written}${extension}\r\n${piece}\r\n`);
  }
  const trailers = random.chance(0.1) ? 'X-Trailer: 1\r\n'.repeat(random.integer(1, 200)) : '';
  return random.chance(0.8) ? `${pieces.join('')}0\r\n${trailers}\r\n` : pieces.join('');
}

function changed(random: Random, text: string): string {
  const at = random.integer(0, text.length);
  const length = random.integer(0, 20);
  const kind = random.integer(0, 3);
  if (kind === 0) return text.slice(0, at);
  if (kind === 1) return text.slice(0, at) + noise(random, length) + text.slice(at);
  if (kind === 2) return text.slice(0, at) + text.slice(at + length);
  return text.slice(0, at) + noise(random, length) + text.slice(at + length);
}

function* cut(random: Random, text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const length = random.chance(0.1) ? 1 : random.integer(1, Math.max(1, text.length));
    yield text.slice(at, at + length);
    at += length;
  }
}

function noise(random: Random, length: number): string {
  return Array.from({ length }, () => String.fromCharCode(random.integer(0, 255))).join('');
}

function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[random.integer(0, items.length - 1)] as Item;
}
