/** The page's one stream: opens it, notices when it is gone, comes back by itself, and hands on events in batches. */
import { STREAM_EVENT_NAMES, type StreamEvent, type StreamEventName } from '../contract/events';

/** What is used of the browser's EventSource. */
export interface EventStream {
  readonly readyState: number;
  onerror: ((event: Event) => void) | null;
  addEventListener(name: string, listener: (event: MessageEvent<string>) => void): void;
  close(): void;
}

/** `live` while the server is heard; `connecting` until it was heard for the first time. */
export type ConnectionState = 'connecting' | 'live' | 'reconnecting';

export interface StreamClientOptions {
  /** Opens a stream that continues after the given id. */
  open: (lastEventId: string | null) => EventStream;
  /** The id of the last messages in the state that the page came with. */
  lastEventId: string | null;
  /** What is said until this stream is heard, or fails; `connecting` by default. */
  state?: ConnectionState;
  onEvents: (events: StreamEvent[]) => void;
  onState: (state: ConnectionState) => void;
  /** Between 0 and 1; a test gives its own. */
  random?: () => number;
}

/** Heartbeats come each second: five missed ones mean that the way to the server is dead, whatever the socket says. */
const SILENCE = 5000;
/** A first answer may take longer than a heartbeat. */
const SILENCE_TIMEOUT_MS = 10_000;
const MIN_DELAY_MS = 1000;
const MAX_DELAY_MS = 30_000;
/** Several kinds of event tell of one change; nobody sees a delay this short. */
const GATHER_INTERVAL_MS = 20;
/** The page is drawn anew at most this often, so that under a flood of events there is time left for the reader's keys. */
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

  /** Ends the stream and every timer; what has arrived is still handed on. */
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
      // Passing over it could lose a message unseen; a new stream repeats everything after the last good one.
      this.#fail(true);
      return;
    }
    this.#expect(SILENCE);
    this.#attempts = 0;
    // The contract, checked by the server's tests, says what each event holds; checking again would need zod here.
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
    // What comes meanwhile finds this timer set and waits for it.
    this.#batchTimer = setTimeout(() => this.#flush(), REDRAW_INTERVAL_MS);
    this.#options.onEvents(events);
  }

  /** @param closed the browser will not retry by itself */
  #fail(closed: boolean): void {
    if (this.#state === 'live') this.#enter('reconnecting');
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
    // Anywhere in the range, so that many pages do not come back to a restarted server in the same moment.
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
