/** A client of one TCP connection that sends bytes unchanged, for tests of requests that HTTP libraries never send. */
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  status: number;
  /** The lines of the head. */
  head: string;
  body: string;
}

const CHUNK_SIZES = /^[0-9a-f]+\r\n|\r\n[0-9a-f]+\r\n|\r\n\r\n$/g;

/** @returns the end of a chunked body; null if it is not complete yet */
function endOfChunks(text: string): number | null {
  const last = /(^|\r\n)0\r\n\r\n/.exec(text);
  return last && last.index + last[0].length;
}

export class RawClient {
  readonly socket: Socket;
  /** Settles when the server has closed the connection, in order or not. */
  readonly closed: Promise<void>;
  #text = '';
  #wake: () => void = () => {};

  constructor(port: number) {
    // This side stays open until the server closes the connection, as a client that goes on sending does.
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    this.socket.setEncoding('latin1');
    this.socket.on('error', () => {});
    this.socket.on('data', (text: string) => {
      this.#text += text;
      this.#wake();
    });
    this.closed = new Promise((resolve) => {
      const done = () => {
        this.#wake();
        resolve();
      };
      this.socket.once('end', done);
      this.socket.once('close', done);
    });
  }

  /** Everything that was received. */
  get text(): string {
    return this.#text;
  }

  /** Sends a request head with `Host`, and the bytes after it. */
  ask(method: string, target: string, headers: Record<string, string | number> = {}, body = ''): this {
    const lines = Object.entries({ Host: '127.0.0.1', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    return this.send(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
  }

  /** @param bytes a text with one byte for each character */
  send(bytes: string | Uint8Array): this {
    if (!this.socket.writable) return this;
    if (typeof bytes === 'string') this.socket.write(bytes, 'latin1');
    else this.socket.write(bytes);
    return this;
  }

  /**
   * Waits for the next final answer with a length, or the end of the connection; removes it from the received bytes.
   */
  async answer(): Promise<RawAnswer> {
    for (;;) {
      const read = this.#read();
      if (read) return read;
      if (this.socket.destroyed || this.socket.readableEnded) return { status: 0, head: '', body: this.#text };
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  destroy(): void {
    this.socket.destroy();
  }

  #read(): RawAnswer | null {
    const headEnd = this.#text.indexOf('\r\n\r\n');
    if (headEnd < 0) return null;
    const head = this.#text.slice(0, headEnd);
    const status = Number(head.split(' ')[1]);
    const rest = this.#text.slice(headEnd + 4);
    if (status === 100) {
      this.#text = rest;
      return { status, head, body: '' };
    }
    const length = /^content-length: (\d+)$/im.exec(head)?.[1];
    const chunks = /^transfer-encoding: chunked$/im.test(head);
    const whole = this.socket.readableEnded ? rest.length : null;
    const end = chunks ? endOfChunks(rest) : length === undefined ? whole : Number(length);
    if (end === null || rest.length < end) return null;
    this.#text = rest.slice(end);
    const body = rest.slice(0, end);
    return { status, head, body: chunks ? body.replace(CHUNK_SIZES, '') : body };
  }
}
