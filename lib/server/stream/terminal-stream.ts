/**
 * The stream of one terminal (WHATWG HTML, 9.2). Its cursor is asked for the next event only when the socket has room, so
 * nothing is queued for a slow client.
 */
import type { TerminalEvent, TerminalMode } from '../../contract/terminal-schemas';
import { oncePerProcess } from '../../platform/process-global';
import type { TerminalCursor, Terminals } from '../../swarms/terminals';
import type { StreamPlace } from '../access/open-streams';
import { connectionOf, type RequestConnection } from '../http/request-connection';
import { detach } from './detached-response';
import { CLIENT_LEFT, REVOKED, STOPPED } from './follow';
import { totalBytes } from './join-small';
import type { EventSink } from './socket-writer';
import { cutSoon, RETRY, STREAM_HEADERS } from './stream';
import { TERMINAL_EVENT, type WatchedStream, watchStream } from './stream-watch';

const HEARTBEAT_INTERVAL_MS = 5_000;
/** A client that does not read for so many of them, 30 s, is dropped. */
const MAX_STALLED_BEATS = 6;
/** Written in one turn of the event loop; other clients come in between. */
const MAX_TURN_BYTES = 64 * 1024;
/** A comment, which clients ignore: it keeps proxies from closing the connection. */
const HEARTBEAT = [Buffer.from(': heartbeat\n\n')] as const;
const STALLED = 'stalled';

interface TerminalStart {
  terminals: Terminals;
  agentId: string;
  mode: TerminalMode;
  /** The last event that the client knows, null for a first visit. */
  lastEventId: string | null;
  place: StreamPlace;
}

/** @param start.place counts the stream, and closes it when its token is revoked */
export function terminalResponse(request: Request, start: TerminalStart): Response {
  const { headers, signal, method } = request;
  const connection = connectionOf(headers);
  const stream = new TerminalStream(start, connection);
  const detached = method === 'GET' && connection !== null && writesDirectly(stream, connection);
  return new Response(detached ? null : piped(stream, signal), { headers: STREAM_HEADERS });
}

/** Ends all streams of terminals, for the stop of the server. */
export function endTerminalStreams(): void {
  for (const stream of [...openStreams()]) stream.end(STOPPED);
}

const openStreams = () => oncePerProcess('terminal-streams', () => new Set<TerminalStream>());

/** Writes to the socket, outside of Next. @returns false if that is not possible */
function writesDirectly(stream: TerminalStream, { response, outside, ownListeners }: RequestConnection): boolean {
  const onClose = () => stream.end(CLIENT_LEFT);
  if (!detach(response, [...ownListeners, onClose], (sink) => outside(() => stream.begin(sink)))) return false;
  response.on('close', onClose);
  return true;
}

/** Answers through Next, if the response can't be detached. */
function piped(stream: TerminalStream, signal: AbortSignal): ReadableStream<Uint8Array> {
  const leave = () => stream.end(CLIENT_LEFT);
  let sink: EventSink | null = null;
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        sink = {
          write: (parts) => {
            for (const part of parts) controller.enqueue(part);
            return (controller.desiredSize ?? 0) > 0;
          },
          onDrain: () => {},
          end: () => {
            signal.removeEventListener('abort', leave);
            controller.close();
          },
        };
        stream.begin(sink);
      },
      pull: () => sink?.onDrain(),
      cancel: leave,
    },
    { highWaterMark: 1 },
  );
  signal.addEventListener('abort', leave);
  if (signal.aborted) leave();
  return body;
}

/** One client of one terminal. */
class TerminalStream {
  readonly #start: TerminalStart;
  readonly #connection: RequestConnection | null;
  readonly #watched: WatchedStream;
  #sink: EventSink | null = null;
  #cursor: TerminalCursor | null = null;
  #timer: NodeJS.Timeout | null = null;
  #turn: NodeJS.Immediate | null = null;
  /** For how many heartbeats there was no room; null while there is room. */
  #stalledBeats: number | null = null;
  #ended = false;

  constructor(start: TerminalStart, connection: RequestConnection | null) {
    this.#start = start;
    this.#connection = connection;
    this.#watched = watchStream(connection, 'terminal');
    start.place.onRevoked = () => this.end(REVOKED);
    openStreams().add(this);
  }

  /** Sends the events from now on. */
  begin(sink: EventSink): void {
    if (this.#ended) {
      sink.end();
      return;
    }
    const { terminals, agentId, mode, lastEventId } = this.#start;
    this.#sink = sink;
    sink.onDrain = () => {
      this.#stalledBeats = null;
      this.#send();
    };
    this.#write(RETRY);
    this.#cursor = terminals.open(agentId, mode, lastEventId, () => this.#send());
    this.#timer = setInterval(() => this.#beat(), HEARTBEAT_INTERVAL_MS).unref();
    this.#send();
  }

  /** @param reason a phrase of this code; further calls change nothing */
  end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    openStreams().delete(this);
    if (this.#timer) clearInterval(this.#timer);
    if (this.#turn) clearImmediate(this.#turn);
    this.#cursor?.close();
    this.#start.place.leave();
    this.#watched.ended(reason);
    if (reason === CLIENT_LEFT) return;
    this.#sink?.end();
    cutSoon(reason, this.#connection);
  }

  #send(): void {
    if (this.#turn !== null) return;
    let bytes = 0;
    while (!this.#ended && this.#stalledBeats === null) {
      if (bytes >= MAX_TURN_BYTES) {
        this.#turn = setImmediate(() => {
          this.#turn = null;
          this.#send();
        });
        return;
      }
      const event = this.#cursor?.next() ?? null;
      if (event === null) return;
      const parts = encodeTerminalEvent(event);
      const size = totalBytes(parts);
      this.#watched.sent(TERMINAL_EVENT, size);
      bytes += size;
      this.#write(parts);
    }
  }

  #write(parts: readonly Uint8Array[]): void {
    if (this.#sink?.write(parts) === false) this.#stalledBeats ??= 0;
  }

  #beat(): void {
    if (this.#stalledBeats === null) {
      this.#write(HEARTBEAT);
      return;
    }
    this.#stalledBeats += 1;
    if (this.#stalledBeats >= MAX_STALLED_BEATS) this.end(STALLED);
  }
}

const encoded = new WeakMap<TerminalEvent, readonly Uint8Array[]>();

/** Encodes an event once for all its clients. JSON has no line break that would end the field. */
function encodeTerminalEvent(event: TerminalEvent): readonly Uint8Array[] {
  const known = encoded.get(event);
  if (known) return known;
  const id = event.id === null ? '' : `id: ${event.id.replace(/[\r\n]/g, '')}\n`;
  const parts = [Buffer.from(`event: ${event.event}\n${id}data: ${JSON.stringify(event.data)}\n\n`)];
  encoded.set(event, parts);
  return parts;
}
