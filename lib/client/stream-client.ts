/** The page's only stream: opens it, detects when it is lost, reconnects, and passes on events in batches. */
import { STREAM_EVENT_NAMES, type StreamEvent, type StreamEventName } from '../contract/events';

/** The part of the browser's EventSource that is used. */
export interface EventStream {
  readonly readyState: number;
  onerror: ((event: Event) => void) | null;
  addEventListener(name: string, listener: (event: MessageEvent<string>) => void): void;
  close(): void;
}

/** `live` while events arrive; `connecting` until the first one arrives or the first attempt fails. */
export type ConnectionState = 'connecting' | 'live' | 'reconnecting';

export interface StreamClientOptions {
  /** Opens a stream that continues after the given id. */
  open: (lastEventId: string | null) => EventStream;
  /** The id of the last messages in the state that the page was rendered with. */
  lastEventId: string | null;
  /** What is said until this stream is heard, or fails; `connecting` by default. */
  state?: ConnectionState;
  onEvents: (events: StreamEvent[]) => void;
  onState: (state: ConnectionState) => void;
  /** A number from 0 to 1; tests pass their own. */
  random?: () => number;
}

/**
 * Heartbeats arrive once a second: five missed ones mean that the connection is dead, whatever state the socket
 * reports.
 */
const SILENCE = 5000;
/** A first answer may take longer than a heartbeat. */
const SILENCE_TIMEOUT_MS = 10_000;
const MIN_DELAY_MS = 1000;
const MAX_DELAY_MS = 30_000;
/** One change may publish several kinds of event; a delay this short is not visible. */
const GATHER_INTERVAL_MS = 20;
/**
 * The least time between two updates of the page, so that a flood of events leaves time for the reader's key presses.
 */
const REDRAW_INTERVAL_MS = 100;
/** A hidden tab's timers run once a minute: a batch of this size does not wait for its timer. */
const BATCH_SIZE = 500;
const CLOSED = 2;

export class StreamClient {
  readonly #options: StreamClientOptions;
  readonly #random: () => number;
  #stream: EventStream | null = null;
  #state: ConnectionState;
  #lastEventId: string | null;
  #attempts = 0;
  #queue: StreamEvent[] = [];
  #batchTimer: ReturnType<typeof setTimeout> | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #silenceTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: StreamClientOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#lastEventId = options.lastEventId;
    this.#state = options.state ?? 'connecting';
  }

  /** Opens the stream. */
  start(): void {
    this.#open();
  }

  /** Reconnects at once unless the server is being heard: the network or the tab has just come back. */
  wake(): void {
    if (this.#state !== 'live') this.#open();
  }

  /** Ends the stream and every timer; events that have arrived are still passed on. */
  stop(): void {
    this.#leave();
    this.#flush();
    clearTimeout(this.#batchTimer);
  }

  #open(): void {
    this.#leave();
    const stream = this.#options.open(this.#lastEventId);
    this.#stream = stream;
    for (const name of STREAM_EVENT_NAMES) {
      stream.addEventListener(name, (event) => {
        if (stream === this.#stream) this.#receive(name, event);
      });
    }
    stream.onerror = () => {
      if (stream === this.#stream) this.#fail(stream.readyState === CLOSED);
    };
    // Another stream was live until now: the page may say so for as long as it would wait for a heartbeat.
    this.#expect(this.#state === 'live' ? SILENCE : SILENCE_TIMEOUT_MS);
  }

  #leave(): void {
    this.#stream?.close();
    this.#stream = null;
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#silenceTimer);
  }

  #receive(name: StreamEventName, event: MessageEvent<string>): void {
    let data: unknown;
    try {
      data = JSON.parse(event.data);
    } catch {
      // A skipped event could be a lost message; a new stream repeats everything after the last valid one.
      this.#fail(true);
      return;
    }
    this.#expect(SILENCE);
    this.#attempts = 0;
    // The server's tests check each event against the contract; checking again would need zod in the browser.
    const id = event.lastEventId;
    const received = (name === 'messages' ? { event: name, data, id } : { event: name, data }) as StreamEvent;
    if (received.event === 'messages') this.#lastEventId = received.id;
    this.#queue.push(received);
    if (this.#queue.length >= BATCH_SIZE) this.#flush();
    else this.#batchTimer ??= setTimeout(() => this.#flush(), GATHER_INTERVAL_MS);
    this.#enter('live');
  }

  #flush(): void {
    clearTimeout(this.#batchTimer);
    this.#batchTimer = undefined;
    if (this.#queue.length === 0) return;
    const events = this.#queue;
    this.#queue = [];
    // Events that arrive meanwhile find this timer set and wait for it.
    this.#batchTimer = setTimeout(() => this.#flush(), REDRAW_INTERVAL_MS);
    this.#options.onEvents(events);
  }

  /** @param closed whether the browser has given up and will not retry by itself */
  #fail(closed: boolean): void {
    this.#enter('reconnecting');
    if (!closed) {
      this.#expect(SILENCE_TIMEOUT_MS);
      return;
    }
    this.#leave();
    this.#retryTimer = setTimeout(() => this.#open(), this.#delay());
  }

  #delay(): number {
    const most = Math.min(MAX_DELAY_MS, MIN_DELAY_MS * 2 ** (this.#attempts + 1));
    this.#attempts += 1;
    // Random within the range, so that many pages do not reconnect to a restarted server at the same moment.
    return MIN_DELAY_MS + this.#random() * (most - MIN_DELAY_MS);
  }

  #expect(within: number): void {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = setTimeout(() => {
      if (this.#state === 'live') {
        this.#enter('reconnecting');
        this.#open();
      } else {
        this.#fail(true);
      }
    }, within);
  }

  #enter(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#options.onState(state);
  }
}
