/** Clients that follow the stream, disconnect and reconnect, and remember what they received. */
import { setTimeout as delay } from 'node:timers/promises';
import type { StreamEventName } from '../lib/contract/events';
import type { Connected, Message, MessagesEvent } from '../lib/contract/schemas';
import type { Random } from '../lib/simulator/random';
import { openSocket } from '../test/support/socket-client';
import { openStream } from '../test/support/sse-client';
import { type Received, traceOf } from './torture-checks';

const MAX_RETRY_MS = 150;

/** Follows the messages of a server across its restarts, as a browser would. */
export class Follower {
  readonly #url: () => string;
  readonly #random: Random;
  /** Whether it follows over a WebSocket. */
  readonly overSocket: boolean;
  readonly received: Received[] = [];
  /** Faults that a client cannot repair: a reported gap, a stream that could not be resumed, an unreadable event. */
  readonly faults: string[] = [];
  gapsSaid = 0;
  connections = 0;
  #lastEventId = '';
  #close: (() => void) | null = null;
  #retry: NodeJS.Timeout | null = null;

  /** @param url of the server, without a path; or a function that chooses the server of each connection */
  constructor(url: string | (() => string), random: Random, { overSocket = false } = {}) {
    this.overSocket = overSocket;
    this.#url = typeof url === 'string' ? () => url : url;
    this.#random = random;
  }

  get lastSeq(): number {
    return this.received.at(-1)?.seq ?? 0;
  }

  /** The id that the next connection resumes from; empty before the first message. */
  get lastEventId(): string {
    return this.#lastEventId;
  }

  connect(): void {
    this.disconnect();
    const open = this.overSocket ? openSocket : openStream;
    this.#close = open({
      url: `${this.#url()}${this.overSocket ? '/api/ws' : '/api/stream'}`,
      lastEventId: this.#lastEventId,
      inQuery: this.#random.chance(0.2),
      onEvent: ({ name, data, lastEventId }) => this.#take(name as StreamEventName, data, lastEventId),
      onEnd: () => {
        this.#close = null;
        this.#retry = setTimeout(() => this.connect(), this.#random.integer(1, MAX_RETRY_MS));
      },
    });
  }

  /** Disconnects at once, at any position of the stream; `connect` resumes. */
  disconnect(): void {
    this.#close?.();
    this.#close = null;
    if (this.#retry) clearTimeout(this.#retry);
    this.#retry = null;
  }

  #take(name: StreamEventName, data: string, lastEventId: string): void {
    if (name === 'connected') {
      const { resumed, gap } = JSON.parse(data) as Connected;
      this.connections += 1;
      if (gap) this.gapsSaid += 1;
      else if (this.#lastEventId !== '' && !resumed) this.faults.push(`neither resumed nor a gap said: ${data}`);
    } else if (name === 'messages') {
      const { messages, count } = JSON.parse(data) as MessagesEvent;
      if (count !== messages.length) this.faults.push(`count ${count} with ${messages.length} messages`);
      for (const message of messages) this.received.push(receivedOf(message));
      this.#lastEventId = lastEventId;
      const last = messages.at(-1)?.seq;
      if (last !== undefined && !lastEventId.endsWith(`.${last}`))
        this.faults.push(`id ${lastEventId} after seq ${last}`);
    }
  }
}

/** The part of a message that the checks need. */
export function receivedOf({ seq, content }: Message): Received {
  return { seq, trace: traceOf(content) };
}

/** Follows one kind of state. */
export class StateWatch<State> {
  /** Every event with the time of its arrival (as `performance.now`). */
  readonly events: { data: string; at: number }[] = [];
  readonly #close: () => void;
  #parsed: { data: string; state: State } | null = null;

  /** @param keep number of newest events to remember; states may be megabytes long */
  constructor(url: string, kind: StreamEventName, keep = 1) {
    this.#close = openStream({
      url: `${url}/api/stream`,
      onEvent: ({ name, data }) => {
        if (name !== kind) return;
        this.events.push({ data, at: performance.now() });
        if (this.events.length > keep) this.events.shift();
      },
      onEnd: () => {},
    });
  }

  get latest(): State | null {
    const data = this.events.at(-1)?.data;
    if (data === undefined) return null;
    if (this.#parsed?.data !== data) this.#parsed = { data, state: JSON.parse(data) as State };
    return this.#parsed.state;
  }

  /** Waits until the latest state passes the test. @returns milliseconds until it arrived, or null if none did */
  async until(test: (state: State) => boolean, deadlineMs = 20_000): Promise<number | null> {
    const begun = performance.now();
    while (performance.now() - begun < deadlineMs) {
      const arrived = this.events.at(-1)?.at ?? 0;
      const state = this.latest;
      if (state !== null && test(state)) return Math.max(0, arrived - begun);
      await delay(2);
    }
    return null;
  }

  close(): void {
    this.#close();
  }
}
