/** Clients of the WebSocket, for tests and the torture. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { type ClientOptions, WebSocket } from 'ws';
import { WEBSOCKET_PROTOCOL } from '../../lib/contract/websocket';
import type { StreamOptions } from './sse-client';

/** Follows the events as `openStream` does; `options` are those of the handshake. */
export function openSocket(
  { url, lastEventId = '', onEvent, onEnd }: StreamOptions,
  options: ClientOptions = {},
): () => void {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), WEBSOCKET_PROTOCOL, options);
  let last = lastEventId;
  let ended = false;
  const end = (reason: string) => {
    if (ended) return;
    ended = true;
    onEnd(reason);
  };
  socket.on('open', () => socket.send(JSON.stringify({ type: 'hello', last_event_id: lastEventId })));
  socket.on('message', (bytes) => {
    const message = readEvent(String(bytes));
    last = message.id ?? last;
    if (!ended) onEvent({ name: message.event, data: message.data, lastEventId: last });
  });
  socket.on('error', (error) => end(error.message));
  socket.on('close', (code, reason) => end(`${code} ${reason}`));
  return () => {
    ended = true;
    socket.terminate();
  };
}

/** @returns the fields of a message, with its data as it was written */
function readEvent(message: string): { event: string; id?: string; data: string } {
  const [head] = /^\{"event":"\w+"(,"id":"[^"]*")?,"data":/.exec(message) ?? [];
  if (head === undefined) throw new Error(`Not an event: ${message.slice(0, 200)}`);
  return { ...JSON.parse(`${head}0}`), data: message.slice(head.length, -1) };
}

export interface SocketEvent {
  event: string;
  id?: string;
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the event
  data: any;
}

export interface Closed {
  code: number;
  reason: string;
}

/** One connection whose events a test takes one by one. */
export class TestSocket {
  readonly socket: WebSocket;
  /** Settles when the connection is closed. */
  readonly closed: Promise<Closed>;
  readonly events: SocketEvent[] = [];
  #wake = () => {};

  /** @param url of the server, or of the WebSocket */
  constructor(url: string, options: ClientOptions = {}, protocols: string[] = [WEBSOCKET_PROTOCOL]) {
    this.socket = new WebSocket(url.replace(/^http/, 'ws'), protocols, options);
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => {
        resolve({ code, reason: String(reason) });
        this.#wake();
      });
    });
    this.socket.on('error', () => {});
    this.socket.on('message', (bytes) => {
      this.events.push(JSON.parse(String(bytes)) as SocketEvent);
      this.#wake();
    });
  }

  /** Opens a connection and sends the hello. */
  static async greeted(url: string, hello: object = {}, options: ClientOptions = {}): Promise<TestSocket> {
    const client = new TestSocket(url, options);
    await client.open();
    client.send({ type: 'hello', ...hello });
    return client;
  }

  async open(): Promise<this> {
    await once(this.socket, 'open');
    return this;
  }

  /** The answer to a handshake that is refused. */
  async refused(): Promise<{ status: number; headers: IncomingMessage['headers']; body: string }> {
    const [, response] = (await once(this.socket, 'unexpected-response')) as [unknown, IncomingMessage];
    return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** Takes the events up to the next one with a name. @throws if the connection is closed before */
  async next(name: string): Promise<SocketEvent> {
    for (;;) {
      const found = this.events.findIndex(({ event }) => event === name);
      if (found >= 0) return this.events.splice(0, found + 1).at(-1) as SocketEvent;
      if (this.socket.readyState === WebSocket.CLOSED) {
        const { code, reason } = await this.closed;
        throw new Error(`closed with ${code} ${reason} before an event ${name}`);
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
