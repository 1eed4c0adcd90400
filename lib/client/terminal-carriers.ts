/**
 * The two ways by which events of terminals come to the page: one WebSocket for all of them, or a stream of server-sent
 * events for each where no WebSocket gets through.
 */
import type { TerminalEvent, TerminalMode } from '../contract/terminal-schemas';
import type { WEBSOCKET_PROTOCOL } from '../contract/websocket';

/** Written again, since the contract's file would bring zod into the browser; its type checks it. */
const PROTOCOL: typeof WEBSOCKET_PROTOCOL = 'swarm.v1';

/** What a carrier reports. After `onEnd` it reports nothing. */
export interface CarrierEvents {
  /** The server answers. */
  onHeard(): void;
  onEvent(agent: string, event: TerminalEvent): void;
  /** The server refused something, a sentence; the agent is null where it is not about one. */
  onProblem(agent: string | null, detail: string): void;
  /** @param refused why the server will refuse the next attempt too, a sentence; null where it may succeed */
  onEnd(refused: string | null): void;
}

export interface Carrier {
  /** How many terminals it can show at once. */
  readonly capacity: number;
  /** @param lastId the last id that was received; null asks for the whole screen */
  subscribe(agent: string, mode: TerminalMode, lastId: string | null): void;
  unsubscribe(agent: string): void;
  /**
   * Sends a command, once.
   *
   * @param authorization what it needs; the carrier may have begun with another
   * @returns its answer, or null if the connection ended before it; undefined if this carrier cannot send it
   */
  command(command: TerminalCommand, authorization: string | null): Promise<SocketAnswer | null> | undefined;
  /** Ends it, without `onEnd`. */
  close(): void;
}

/** The part of the browser's WebSocket that is used. */
export interface PageSocket {
  send(text: string): void;
  close(): void;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
}

/** Heartbeats arrive once a second: after this time without any the connection is dead, whatever the socket says. */
const SILENCE_TIMEOUT_MS = 10_000;
const REFUSED = 1008;
/** A browser has six connections to a server: the page's stream and its requests need the others. */
const MAX_STREAMS = 3;

interface SocketOptions {
  open: (protocol: string) => PageSocket;
  /** The header `Authorization` of the page; null for none. */
  authorization: () => string | null;
}

type ServerMessage =
  | { event: 'terminal'; agent: string; data: TerminalEvent }
  | { event: 'answer'; data: SocketAnswer }
  | { event: 'error'; data: unknown }
  | { event: 'heartbeat' };

/** The answer to one message, with the status that the HTTP endpoint would have. */
export interface SocketAnswer {
  request_id: string | null;
  type: string;
  agent: string;
  status: number;
  answer: unknown;
  problem: { detail?: unknown } | null;
}

/** A command for a terminal, as a message without what tells it apart from others. */
export type TerminalCommand = { type: 'input' | 'keys' | 'interrupt'; agent: string } & Record<string, unknown>;

/** One WebSocket for all terminals of a page. */
export class SocketCarrier implements Carrier {
  readonly capacity = Number.POSITIVE_INFINITY;
  readonly #socket: PageSocket;
  readonly #events: CarrierEvents;
  readonly #silence: SilenceTimer;
  readonly #answers = new Map<string, (answer: SocketAnswer | null) => void>();
  #authorization: string | null = null;
  #count = 0;
  #isOpen = false;
  #isEnded = false;
  #waiting: string[] = [];

  constructor({ open, authorization }: SocketOptions, events: CarrierEvents) {
    this.#events = events;
    this.#socket = open(PROTOCOL);
    this.#silence = new SilenceTimer(() => this.#end(null));
    this.#socket.onopen = () => {
      this.#isOpen = true;
      // The page has its own stream for everything else.
      this.#authorization = authorization();
      const hello = { type: 'hello', authorization: this.#authorization, events: false };
      for (const text of [JSON.stringify(hello), ...this.#waiting]) this.#socket.send(text);
      this.#waiting = [];
    };
    this.#socket.onmessage = ({ data }) => this.#receive(data);
    this.#socket.onclose = ({ code, reason }) => {
      this.#end(code === REFUSED ? `The server refused the connection: ${reason || 'no reason was given'}.` : null);
    };
  }

  subscribe(agent: string, mode: TerminalMode, lastId: string | null): void {
    this.#send({ type: 'subscribe', channel: 'terminal', agent, mode, last_event_id: lastId });
  }

  unsubscribe(agent: string): void {
    this.#send({ type: 'unsubscribe', channel: 'terminal', agent });
  }

  command(command: TerminalCommand, authorization: string | null): Promise<SocketAnswer | null> | undefined {
    if (!this.#isOpen || this.#isEnded || authorization !== this.#authorization) return undefined;
    this.#count += 1;
    const id = `${this.#count}`;
    this.#send({ ...command, request_id: id });
    return new Promise((resolve) => this.#answers.set(id, resolve));
  }

  close(): void {
    this.#isEnded = true;
    this.#silence.stop();
    this.#socket.close();
    for (const resolve of this.#answers.values()) resolve(null);
    this.#answers.clear();
  }

  #send(message: object): void {
    const text = JSON.stringify(message);
    if (this.#isOpen) this.#socket.send(text);
    else this.#waiting.push(text);
  }

  #receive(data: unknown): void {
    if (this.#isEnded) return;
    let message: ServerMessage;
    try {
      message = JSON.parse(String(data)) as ServerMessage;
    } catch {
      // What was skipped could be output; a new connection continues after the last valid id.
      this.#end(null);
      return;
    }
    this.#events.onHeard();
    if (message.event === 'heartbeat') this.#silence.restart();
    else this.#silence.heard();
    // The server's tests check each message against the contract; checking again would need zod in the browser.
    if (message.event === 'terminal') this.#events.onEvent(message.agent, message.data);
    else if (message.event === 'answer') this.#takeAnswer(message.data);
    else if (message.event === 'error') this.#events.onProblem(null, detailOf(message.data));
  }

  #takeAnswer(answer: SocketAnswer): void {
    const id = answer.request_id ?? '';
    const resolve = this.#answers.get(id);
    this.#answers.delete(id);
    resolve?.(answer);
    if (!resolve && answer.problem) this.#events.onProblem(answer.agent, detailOf(answer.problem));
  }

  #end(refused: string | null): void {
    if (this.#isEnded) return;
    this.close();
    this.#events.onEnd(refused);
  }
}

/** The part of the browser's EventSource that is used. */
export interface PageStream {
  onerror: ((event: Event) => void) | null;
  addEventListener(name: string, listener: (event: MessageEvent<string>) => void): void;
  close(): void;
}

const EVENT_NAMES = ['state', 'view', 'screen', 'output'] as const;

/** One stream of server-sent events for each terminal, for networks that let no WebSocket through. */
export class StreamCarrier implements Carrier {
  readonly capacity = MAX_STREAMS;
  readonly #open: (agent: string, mode: TerminalMode, lastId: string | null) => PageStream;
  readonly #events: CarrierEvents;
  readonly #streams = new Map<string, PageStream>();
  #isEnded = false;

  constructor(open: (agent: string, mode: TerminalMode, lastId: string | null) => PageStream, events: CarrierEvents) {
    this.#open = open;
    this.#events = events;
  }

  subscribe(agent: string, mode: TerminalMode, lastId: string | null): void {
    this.unsubscribe(agent);
    const stream = this.#open(agent, mode, lastId);
    this.#streams.set(agent, stream);
    const isCurrent = () => !this.#isEnded && this.#streams.get(agent) === stream;
    for (const name of EVENT_NAMES) {
      stream.addEventListener(name, ({ data, lastEventId }) => {
        if (!isCurrent()) return;
        this.#events.onHeard();
        const id = name === 'screen' || name === 'output' ? lastEventId : null;
        this.#events.onEvent(agent, { event: name, id, data: JSON.parse(data) } as TerminalEvent);
      });
    }
    stream.onerror = () => {
      // The browser would try again by itself, and the page would say meanwhile that it shows the present.
      if (isCurrent()) this.#end();
    };
  }

  unsubscribe(agent: string): void {
    this.#streams.get(agent)?.close();
    this.#streams.delete(agent);
  }

  command(): undefined {
    return undefined;
  }

  close(): void {
    this.#isEnded = true;
    for (const stream of this.#streams.values()) stream.close();
    this.#streams.clear();
  }

  #end(): void {
    this.close();
    this.#events.onEnd(null);
  }
}

/** Runs only once the server has shown that it sends heartbeats. */
class SilenceTimer {
  readonly #onSilence: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(onSilence: () => void) {
    this.#onSilence = onSilence;
  }

  restart(): void {
    this.stop();
    this.#timer = setTimeout(this.#onSilence, SILENCE_TIMEOUT_MS);
  }

  heard(): void {
    if (this.#timer !== undefined) this.restart();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

function detailOf(problem: unknown): string {
  const detail = (problem as { detail?: unknown } | null)?.detail;
  return typeof detail === 'string' ? detail : 'The server refused the terminal without a reason.';
}
