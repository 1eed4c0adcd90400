/** A server of one history, as its streams tell of it; they belong to the tabs that opened them. */
import type { EventStream } from '../../lib/client/stream-client';
import { NO_STATS } from '../../lib/contract/defaults';
import { EMPTY_STATES } from '../../lib/contract/empty-states';
import { formatCursor, parseCursor, type StreamEventName } from '../../lib/contract/events';
import { formatInstant } from '../../lib/contract/instant';
import type { Message } from '../../lib/contract/schemas';
import { later, Process } from './fake-process';

const FIRST_MESSAGES = 50;

class FakeStream implements EventStream {
  readyState = 0;
  onerror: ((event: Event) => void) | null = null;
  /** The seq of the last message that was sent. */
  sent = 0;
  readonly #owner = Process.current;
  readonly #listeners = new Map<string, (event: MessageEvent<string>) => void>();
  readonly #onClose: (stream: FakeStream) => void;

  constructor(onClose: (stream: FakeStream) => void) {
    this.#onClose = onClose;
  }

  get owner(): Process | null {
    return this.#owner;
  }

  addEventListener(name: string, listener: (event: MessageEvent<string>) => void): void {
    this.#listeners.set(name, listener);
  }

  close(): void {
    this.readyState = 2;
    this.#onClose(this);
  }

  send(name: StreamEventName, data: unknown, lastEventId = ''): void {
    const event = { data: JSON.stringify(data), lastEventId } as MessageEvent<string>;
    this.#owner?.run(() => {
      if (this.readyState !== 2) this.#listeners.get(name)?.(event);
    });
  }

  drop(): void {
    this.#owner?.run(() => {
      if (this.readyState === 2) return;
      this.readyState = 2;
      this.onerror?.({} as Event);
    });
  }
}

/** The server of one history; `stats.message_count` is the state that changes. */
export class FakeServer {
  epoch = 'e';
  messages: Message[] = [];
  up = true;
  /** Messages before this seq are no longer kept. */
  oldest = 1;
  readonly streams = new Set<FakeStream>();
  opened = 0;

  constructor() {
    setInterval(() => this.#toAll((stream) => stream.send('heartbeat', this.#heartbeat())), 1000);
  }

  get head(): number {
    return this.messages.at(-1)?.seq ?? 0;
  }

  /** Streams of tabs that exist: the system closes those of a tab that is gone. */
  get open(): number {
    return [...this.streams].filter(({ owner }) => owner !== null && !owner.gone).length;
  }

  send(count: number): void {
    for (let sent = 0; sent < count; sent++) {
      const seq = this.head + 1;
      this.messages.push({ seq, content: `${this.epoch} ${seq}` } as Message);
    }
    this.#toAll((stream) => this.#sendMessages(stream));
    this.#toAll((stream) => stream.send('stats', this.#stats()));
  }

  connect(lastEventId: string | null): FakeStream {
    const stream = new FakeStream((closed) => this.streams.delete(closed));
    this.opened += 1;
    later(5, () => {
      if (stream.readyState === 2) return;
      if (this.up) this.#greet(stream, lastEventId);
      else stream.drop();
    });
    return stream;
  }

  /** Ends all streams; another epoch knows nothing of the messages before. */
  restart(epoch = this.epoch): void {
    if (epoch !== this.epoch) this.messages = [];
    this.epoch = epoch;
    this.#toAll((stream) => {
      this.streams.delete(stream);
      stream.drop();
    });
  }

  firstState() {
    return {
      ...EMPTY_STATES,
      stats: this.#stats(),
      messages: this.messages.slice(-FIRST_MESSAGES),
      lastEventId: formatCursor(this.epoch, this.head),
      gap: false,
      replacing: false,
      heardAt: this.#heartbeat().timestamp,
    };
  }

  #greet(stream: FakeStream, lastEventId: string | null): void {
    const place = lastEventId === null ? null : parseCursor(lastEventId);
    const resumed = place !== null && place.epoch === this.epoch && place.seq >= this.oldest - 1;
    const gap = lastEventId !== null && !resumed;
    this.streams.add(stream);
    stream.sent = resumed ? place.seq : Math.max(0, this.head - FIRST_MESSAGES);
    stream.send('connected', { ...this.#heartbeat(), status: 'connected', epoch: this.epoch, resumed, gap });
    stream.send('stats', this.#stats());
    this.#sendMessages(stream);
    stream.send('heartbeat', this.#heartbeat());
  }

  #sendMessages(stream: FakeStream): void {
    const messages = this.messages.filter(({ seq }) => seq > stream.sent);
    stream.sent = this.head;
    stream.send('messages', { messages, count: messages.length }, formatCursor(this.epoch, this.head));
  }

  #stats() {
    return { ...NO_STATS, message_count: this.head };
  }

  #heartbeat() {
    return { timestamp: formatInstant(Date.now()) };
  }

  #toAll(give: (stream: FakeStream) => void): void {
    for (const stream of [...this.streams]) give(stream);
  }
}
