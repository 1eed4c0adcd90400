/** Ids that a client may send to the stream, valid and strange ones, and the answers. */
import { connect } from 'node:net';
import type { Connected, MessagesEvent } from '../lib/contract/schemas';
import type { Random } from '../lib/simulator/random';
import { SseParser } from '../test/support/sse-client';

const LONG = 10_240;
const ANSWER_TIMEOUT_MS = 30_000;

/** @param epoch of the open history: ids that only resemble its own are odd too */
export function oddIds(epoch: string): string[] {
  return [
    'a.-1',
    'a.999999999999999999',
    '%00',
    'x'.repeat(LONG),
    `${'9'.repeat(LONG)}.1`,
    `${epoch}.999999999`,
    `${epoch}.${Number.MAX_SAFE_INTEGER}`,
    `${epoch}.${'9'.repeat(LONG)}`,
    `${epoch}.-1`,
    `${epoch}.1e3`,
    `${epoch}.0x10`,
    `${epoch}.NaN`,
    `${epoch}.`,
    epoch,
    '.',
    '.5',
    '..',
    'NaN',
    'NaN.NaN',
    'null',
    '__proto__.1',
    `${epoch}.\u{1f600}`,
    'ünï.1',
  ];
}

/** The way in which an id is sent. */
export interface StrangeId {
  kind: string;
  id: string;
  inQuery: boolean;
  /** The bytes to send instead, if no text can represent them. */
  bytes: Buffer | null;
  /** Other correct statuses than 200: the id breaks the rules of HTTP, or the limit of a URL. */
  refused: readonly number[];
}

/** Facts about the open history. */
interface Place {
  epoch: string;
  /** The newest message that is known to be published. */
  newest: number;
}

/** @returns an id derived from a valid one, or a random one */
export function strangeId(random: Random, { epoch, newest }: Place): StrangeId {
  const seq = random.integer(0, newest);
  const shown = (kind: string, id: string): StrangeId => {
    const inQuery = random.chance(0.4);
    const refused = inQuery && encodeURIComponent(id).length > 7_000 ? [414, 431] : id.length > 15_000 ? [431] : [];
    return { kind, id, inQuery, bytes: null, refused };
  };
  const number = () =>
    random.pick([
      '-1',
      '01',
      '1.5',
      '1e3',
      '0x1',
      'NaN',
      'Infinity',
      '',
      ' ',
      '+1',
      '１',
      `${2 ** 53}`,
      '9'.repeat(40),
      `${seq}n`,
    ]);
  switch (random.integer(0, 9)) {
    case 0:
    case 1:
    case 2:
      return shown('true', `${epoch}.${seq}`);
    case 3:
      return shown('mutated', mutated(random, `${epoch}.${seq}`));
    case 4:
      return shown('of another epoch', `${random.hex(random.integer(1, 80))}.${seq}`);
    case 5:
      return shown('ahead', `${epoch}.${newest + 1_000_000 + random.integer(0, 2 ** 31)}`);
    case 6:
      return shown('with a strange number', `${epoch}.${number()}`);
    case 7:
      return shown('odd', random.pick(oddIds(epoch)));
    case 8:
      return shown('long', random.pick([epoch, '.', '9', '%', 'é']).repeat(random.integer(1, 1200)));
    default: {
      const bytes = Buffer.from(Array.from({ length: random.integer(1, 40) }, () => random.integer(1, 255)));
      // No line breaks and nothing that ends a header: that would be another request.
      for (const [index, byte] of bytes.entries()) if (byte === 10 || byte === 13) bytes[index] = 9;
      return { kind: 'of any bytes', id: bytes.toString('latin1'), inQuery: false, bytes, refused: [400] };
    }
  }
}

function mutated(random: Random, id: string): string {
  const at = random.integer(0, id.length - 1);
  const other = random.pick(['.', '-', '_', '0', '9', 'é', '%', ' ', '\t', ',', '\u{1f600}', '\u202e', 'A', '%00']);
  return random.pick([
    id.slice(0, at) + other + id.slice(at + 1),
    id.slice(0, at) + other + id.slice(at),
    id.slice(0, at) + id.slice(at + 1),
    id.slice(0, at),
    id.slice(at),
    id + id,
    id.toUpperCase(),
    [...id].reverse().join(''),
    `${id}, ${id}`,
  ]);
}

/** The answer to a client. */
export interface Shown {
  /** 0 if the connection ended without an answer. */
  status: number;
  connected: Connected | null;
  messages: MessagesEvent | null;
  /** Whether the server could see an id: blanks alone are none. */
  visible: boolean;
  /** From the beginning of the connection to the end of the first messages, in milliseconds. */
  took: number;
}

/** Opens the stream with an id, up to its first messages; as bytes, since no library sends such headers. */
export function showId(
  port: number,
  { id, inQuery, bytes }: Pick<StrangeId, 'id' | 'inQuery' | 'bytes'>,
): Promise<Shown> {
  return new Promise((resolve) => {
    const begun = performance.now();
    const value = bytes ?? Buffer.from(id);
    // Blanks around the value of a header are not part of it (RFC 9112, 5.1).
    const visible = inQuery ? id !== '' : value.toString('latin1').replace(/^[ \t]+|[ \t]+$/g, '') !== '';
    const shown: Shown = { status: 0, connected: null, messages: null, visible, took: 0 };
    const socket = connect(port, '127.0.0.1');
    const settle = () => {
      shown.took = performance.now() - begun;
      socket.destroy();
      resolve(shown);
    };
    const parser = new SseParser(({ name, data }) => {
      if (name === 'connected') shown.connected = JSON.parse(data) as Connected;
      if (name !== 'messages' || shown.messages !== null) return;
      shown.messages = JSON.parse(data) as MessagesEvent;
      settle();
    });
    socket.setTimeout(ANSWER_TIMEOUT_MS, settle).on('error', settle).on('close', settle);
    const body = new BodyReader((status) => {
      shown.status = status;
      if (status !== 200) settle();
    });
    socket.on('data', (chunk) => parser.feed(body.feed(chunk)));
    const query = inQuery ? `?last_event_id=${encodeURIComponent(id)}` : '';
    socket.write(`GET /api/stream${query} HTTP/1.1\r\nHost: 127.0.0.1\r\n`);
    if (!inQuery) socket.write(Buffer.concat([Buffer.from('Last-Event-ID: '), value, Buffer.from('\r\n')]));
    socket.write('\r\n');
  });
}

/** The body of an answer that comes in chunks (RFC 9112, 7.1). */
class BodyReader {
  readonly #onStatus: (status: number) => void;
  #rest = Buffer.alloc(0);
  #headRead = false;

  constructor(onStatus: (status: number) => void) {
    this.#onStatus = onStatus;
  }

  /** @returns the complete part of the body so far */
  feed(bytes: Buffer): Buffer {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    if (!this.#headRead) {
      const end = this.#rest.indexOf('\r\n\r\n');
      if (end < 0) return Buffer.alloc(0);
      this.#headRead = true;
      this.#onStatus(Number(this.#rest.toString('latin1', 9, 12)));
      this.#rest = this.#rest.subarray(end + 4);
    }
    const parts: Buffer[] = [];
    for (;;) {
      const line = this.#rest.indexOf('\r\n');
      const size = line < 0 ? Number.NaN : Number.parseInt(this.#rest.toString('latin1', 0, line), 16);
      if (!(size > 0) || this.#rest.length < line + 4 + size) return Buffer.concat(parts);
      parts.push(this.#rest.subarray(line + 2, line + 2 + size));
      this.#rest = this.#rest.subarray(line + 4 + size);
    }
  }
}
