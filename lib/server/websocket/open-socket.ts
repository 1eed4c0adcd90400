import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { problemOf } from '../../contract/problems';
import type { Problem } from '../../contract/schemas';
import type { CloseCode, Hello } from '../../contract/websocket';
import type { Hub } from '../../hub/hub';
import type { StreamPlace } from '../access/open-streams';
import { isProblem, problemBody } from '../http/problem';
import type { RequestConnection } from '../http/request-connection';
import { CLIENT_LEFT, type Follower, follow, REVOKED, STOPPED, subscribe } from '../stream/follow';
import { totalBytes } from '../stream/join-small';
import { corkForThisTurn, type EventSink, SocketWriter } from '../stream/socket-writer';
import { TERMINAL_EVENT } from '../stream/stream-watch';
import { helloRequired, readMessage, type Said, type TerminalSaid } from './client-message';
import { encodeFrame, textFrame } from './frames';
import { type ChannelOptions, TerminalChannel } from './terminal-channel';

const HELLO_TIMEOUT_MS = 10_000;
/** Before the hello nothing is known of a client, so it may occupy less memory than a message of 64 KB. */
const MAX_HELLO_BYTES = 16_384;
/** A client that sent nothing for that long is sent a ping. */
const PING_INTERVAL_MS = 20_000;
/** Without any sign of life for that long, the connection counts as dead. Over a slow line a ping waits behind data. */
const MAX_SILENCE_MS = 60_000;
/** Messages, pings and pongs. */
const MAX_MESSAGES_PER_SECOND = 200;

/** Messages that came before the credentials of the hello were checked. */
const MAX_EARLY_MESSAGES = 32;

const LIFE: ReadonlySet<string> = new Set(['connected', 'heartbeat']);

const BROKEN = 'it broke the protocol';
const BINARY = 'it sent a binary message';
const FLOOD = 'it sent too many messages';

/** The code of the close message by the reason for which a stream ends, which is also the text of the message. */
const CODES: Readonly<Record<string, CloseCode>> = {
  [STOPPED]: 1001,
  [BROKEN]: 1002,
  [BINARY]: 1003,
  [REVOKED]: 1008,
  [FLOOD]: 1008,
  stalled: 1013,
  'another history': 1013,
  'its messages can not be read': 1013,
};

export interface SocketOptions {
  /** Called once, with the first message. */
  onHello(hello: Hello): void;
  /** Counts the connection until `hold` replaces it. */
  place: StreamPlace;
  connection: RequestConnection;
  helloTimeoutMs?: number | undefined;
}

/** One WebSocket, from its handshake to its end. Nothing is queued for a slow client. */
export class OpenSocket {
  readonly #webSocket: WebSocket;
  readonly #socket: Socket;
  readonly #options: SocketOptions;
  readonly #helloTimer: NodeJS.Timeout;
  #place: StreamPlace;
  #greeted = false;
  #follower: Follower | null = null;
  #terminals: TerminalChannel | null = null;
  #early: TerminalSaid[] = [];
  #isClosing = false;
  /** What the last ping contained, until there is room for the answer. */
  #pong: Buffer | null = null;
  #heardAt = performance.now();
  #pingedAt = 0;
  #second = 0;
  #messages = 0;

  /** @param socket of the WebSocket; only whole frames are written to it */
  constructor(webSocket: WebSocket, socket: Socket, options: SocketOptions) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#options = options;
    this.#place = options.place;
    const { helloTimeoutMs = HELLO_TIMEOUT_MS } = options;
    this.#helloTimer = setTimeout(() => this.refuse(helloRequired(), 1008), helloTimeoutMs).unref();
    this.#limitHello();
    webSocket.on('message', (bytes, isBinary) => this.#hears() && this.#receive(bytes, isBinary));
    webSocket.on('ping', (bytes) => this.#hears() && this.#answerPing(bytes));
    webSocket.on('pong', () => this.#hears());
    // The library has sent the close message with the right code, and discards what still comes.
    webSocket.on('error', () => this.end(BROKEN));
    webSocket.on('close', () => this.end(CLIENT_LEFT));
    socket.on('drain', () => this.#useRoom());
  }

  /** Counts the connection by another place, which also ends it. Given back when the connection ends. */
  hold(place: StreamPlace): void {
    this.#place.leave();
    this.#place = place;
    place.onRevoked = () => this.end(REVOKED);
    if (this.#isClosing) place.leave();
  }

  /**
   * Sends the events of the hub from now on, unless the client has left.
   *
   * @param all whether the client wants them; otherwise only those by which it knows that the connection lives
   */
  follow(hub: Hub, lastEventId: string | null, all: boolean): void {
    if (!this.#isOpen()) return;
    const follower = subscribe({ hub, lastEventId, place: this.#place }, this.#options.connection, 'websocket');
    const { subscriber } = follower;
    this.#follower = follower;
    subscriber.onEnd = (reason) => this.#finish(reason);
    // The reason for an end is reported right after it, unless the hub had stopped before.
    const onEnd = () => queueMicrotask(() => this.#finish(STOPPED));
    follow(
      follower,
      new FrameSink(this.#socket, () => this.#isOpen(), onEnd),
      encodeFrame,
      ({ name }) => all || LIFE.has(name),
    );
  }

  /** Handles the client's messages about terminals from now on, unless it has left. */
  openTerminals(options: ChannelOptions): void {
    if (!this.#isOpen()) return;
    const socket = this.#socket;
    const channel = {
      say: (event: string, data: object) => this.#say(event, data),
      write: (frame: readonly Uint8Array[]) => {
        this.#follower?.watched.sent(TERMINAL_EVENT, this.#write(frame));
      },
      get hasRoom() {
        return !socket.writableNeedDrain;
      },
    };
    const terminals = new TerminalChannel(channel, options);
    this.#terminals = terminals;
    for (const said of this.#early.splice(0)) terminals.handle(said);
  }

  /** Tells the client what is wrong with what it sent. */
  report(problem: Problem): void {
    this.#say('error', problem);
  }

  #say(event: string, data: object): void {
    this.#write(textFrame(JSON.stringify({ event, data })));
    // Answers must not queue up for a client that sends without reading.
    if (this.#socket.writableNeedDrain) this.#webSocket.pause();
  }

  /** @returns the number of bytes; 0 if the connection is closed */
  #write(frame: readonly Uint8Array[]): number {
    if (!this.#isOpen()) return 0;
    corkForThisTurn(this.#socket);
    for (const part of frame) this.#socket.write(part);
    return totalBytes(frame);
  }

  /** Tells the client what is wrong, and closes the connection. */
  refuse(problem: Problem, code: CloseCode): void {
    this.report(problem);
    this.#finish(problem.title, code);
  }

  /** @param reason a phrase of this code: why the stream ends */
  end(reason: string): void {
    this.#finish(reason);
  }

  /** Pings a client that is silent; cuts the connection if it has been silent for too long. */
  checkLife(now = performance.now()): void {
    if (this.#isClosing) return;
    if (now - this.#heardAt > MAX_SILENCE_MS) {
      this.#webSocket.terminate();
      this.end('no sign of life');
    } else if (now - Math.max(this.#heardAt, this.#pingedAt) > PING_INTERVAL_MS && !this.#socket.writableNeedDrain) {
      this.#pingedAt = now;
      this.#webSocket.ping();
    }
  }

  #isOpen(): boolean {
    return !this.#isClosing && this.#webSocket.readyState === this.#webSocket.OPEN;
  }

  #limitHello(): void {
    const begun = this.#socket.bytesRead;
    const check = () => {
      if (this.#greeted) this.#socket.off('data', check);
      else if (this.#socket.bytesRead - begun > MAX_HELLO_BYTES) this.refuse(helloRequired(), 1009);
    };
    // Before the library reads what came.
    this.#socket.prependListener('data', check);
  }

  /** Notes a sign of life. @returns whether the message may be handled */
  #hears(): boolean {
    this.#heardAt = performance.now();
    if (this.#isClosing) return false;
    const second = Math.floor(this.#heardAt / 1000);
    if (second !== this.#second) this.#messages = 0;
    this.#second = second;
    this.#messages += 1;
    if (this.#messages > MAX_MESSAGES_PER_SECOND) this.end(FLOOD);
    return !this.#isClosing;
  }

  #receive(bytes: { toString(): string }, isBinary: boolean): void {
    if (isBinary) {
      this.end(BINARY);
      return;
    }
    try {
      this.#take(readMessage(bytes.toString()));
    } catch (error) {
      if (!isProblem(error)) throw error;
      if (this.#greeted) this.report(problemBody(error));
      else this.refuse(error.code === 'unknown_message' ? helloRequired() : problemBody(error), 1008);
    }
  }

  #take(said: Said): void {
    if ('hello' in said) {
      if (this.#greeted) this.report(problemOf('unknown_message', 'The hello was sent before.'));
      else this.#greet(said.hello);
    } else if (!this.#greeted) this.refuse(helloRequired(), 1008);
    else if (this.#terminals) this.#terminals.handle(said.terminal);
    else if (this.#early.length < MAX_EARLY_MESSAGES) this.#early.push(said.terminal);
    else this.end(FLOOD);
  }

  #greet(hello: Hello): void {
    this.#greeted = true;
    clearTimeout(this.#helloTimer);
    this.#options.onHello(hello);
  }

  /** Only the last of several pings must be answered (RFC 6455, 5.5.3). */
  #answerPing(bytes: Buffer): void {
    if (this.#socket.writableNeedDrain) this.#pong = Buffer.from(bytes);
    else this.#webSocket.pong(bytes);
  }

  #useRoom(): void {
    const pong = this.#pong;
    this.#pong = null;
    if (pong && this.#isOpen()) this.#webSocket.pong(pong);
    if (this.#webSocket.isPaused) this.#webSocket.resume();
    this.#terminals?.onRoom();
  }

  /** Gives everything back and closes the connection. Further calls do nothing. */
  #finish(reason: string, code = CODES[reason] ?? 1011): void {
    if (this.#isClosing) return;
    const wasOpen = this.#isOpen();
    this.#isClosing = true;
    clearTimeout(this.#helloTimer);
    this.#terminals?.close();
    this.#place.leave();
    this.#follower?.watched.ended(reason);
    this.#follower?.subscriber.close(reason);
    // A client without access must not get what is still buffered.
    if (reason === REVOKED && this.#socket.writableLength > 0) this.#webSocket.terminate();
    else if (wasOpen) this.#webSocket.close(code, reason);
  }
}

/** Writes the events as frames, while the connection is open. */
class FrameSink extends SocketWriter implements EventSink {
  readonly #isOpen: () => boolean;
  readonly end: () => void;

  constructor(socket: Socket, isOpen: () => boolean, onEnd: () => void) {
    super(socket);
    this.#isOpen = isOpen;
    this.end = onEnd;
  }

  override write(frame: readonly Uint8Array[]): boolean {
    // After a close message nothing may be sent. The end of the connection is reported.
    return this.#isOpen() && super.write(frame);
  }
}
