import type { IncomingMessage } from 'node:http';
import { WebSocketServer } from 'ws';
import { type Hello, MAX_MESSAGE_BYTES, WEBSOCKET_PROTOCOL } from '../../contract/websocket';
import { STOPPED } from '../stream/follow';
import { OpenSocket, type SocketOptions } from './open-socket';

const CHECK_INTERVAL_MS = 1_000;
/**
 * How long a client has to answer a close message before its connection is cut, in milliseconds. The types of the library
 * do not have this option yet.
 */
const CLOSE_TIMEOUT = { closeTimeout: 2_000 };

interface Accepted extends Omit<SocketOptions, 'onHello'> {
  /** Called once, with the first message of the client. */
  onHello(socket: OpenSocket, hello: Hello): void;
}

/** The open WebSockets of this server. */
export class WebSockets {
  readonly #handshakes = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    // Each part of a message costs about 100 bytes, however short it is.
    maxFragments: 128,
    maxBufferedChunks: 1_024,
    ...CLOSE_TIMEOUT,
    // Compression costs 240 KB for each connection, and each event would be encoded again for each client.
    perMessageDeflate: false,
    // Answers to pings must not queue up for a client that sends without reading.
    autoPong: false,
    clientTracking: false,
    handleProtocols: (offered) => (offered.has(WEBSOCKET_PROTOCOL) ? WEBSOCKET_PROTOCOL : false),
  });
  readonly #open = new Set<OpenSocket>();
  readonly #helloTimeoutMs: number | undefined;
  #checks: NodeJS.Timeout | null = null;

  /** @param options.helloTimeoutMs the time that a client has for its first message; 10 s if absent */
  constructor({ helloTimeoutMs }: { helloTimeoutMs?: number } = {}) {
    this.#helloTimeoutMs = helloTimeoutMs;
  }

  /** Completes a handshake that `checkHandshake` has accepted. */
  accept(request: IncomingMessage, head: Buffer, { onHello, connection, place }: Accepted): void {
    const { socket: connected } = request;
    const sendId = (headers: string[]) => headers.push(`X-Request-Id: ${connection.requestId}`);
    this.#handshakes.once('headers', sendId);
    this.#handshakes.handleUpgrade(request, connected, head, (webSocket) => {
      // Only for the log and the metrics: the library has written the answer.
      connection.response.statusCode = 101;
      const socket: OpenSocket = new OpenSocket(webSocket, connected, {
        onHello: (hello) => onHello(socket, hello),
        place,
        connection,
        helloTimeoutMs: this.#helloTimeoutMs,
      });
      this.#add(socket);
      webSocket.on('close', () => this.#remove(socket));
    });
    // It calls its listeners at once or, for a client that has left, never.
    this.#handshakes.off('headers', sendId);
    if (connection.response.statusCode !== 101) place.leave();
  }

  /** Ends all connections, for the stop of the server. */
  stop(): void {
    for (const socket of [...this.#open]) socket.end(STOPPED);
  }

  #add(socket: OpenSocket): void {
    this.#open.add(socket);
    this.#checks ??= setInterval(() => {
      for (const one of this.#open) one.checkLife();
    }, CHECK_INTERVAL_MS).unref();
  }

  #remove(socket: OpenSocket): void {
    this.#open.delete(socket);
    if (this.#open.size > 0 || this.#checks === null) return;
    clearInterval(this.#checks);
    this.#checks = null;
  }
}
