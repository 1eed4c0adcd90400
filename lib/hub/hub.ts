/**
 * The live state of one swarm and its subscribers. Knows no disk and no HTTP: the runtime sets the state, and each
 * subscriber takes what it has not been given yet, at its own pace.
 */
import { parseCursor } from '../contract/events';
import { formatInstant } from '../contract/instant';
import { STATE_KINDS, type StateKind, type States } from '../contract/state';
import { type HubEvent, MessageFeed, type MessageSource, type PublishedMessage } from './message-feed';
import { StateThrottle } from './state-throttle';
import { Subscriber } from './subscriber';

export type { HubEvent, PublishedMessage } from './message-feed';
export type { Subscriber } from './subscriber';

/** A client may get 10 state events of a kind a second, with room for events that are delayed on their way. */
const COALESCE_INTERVAL_MS = 108;
/** A state of megabytes, such as ten thousand locks, is sent less often: every client reads and parses all of it. */
const MAX_CHARACTERS_PER_MS = 20_000;
/** The same distance while somebody subscribed within the last second, for whom the first state counts too. */
const COALESCE_WITH_FIRST_MS = 120;
/**
 * Counts and signs of life, which follow from messages, are sent after the messages, which take a while for many
 * clients.
 */
const CLIENTS_SERVED_PER_MS = 50;
const MESSAGES_FIRST_MS = 100;
/** Stats are promised at least every 5 s; the rest is for a busy event loop. */
const STATS_INTERVAL_MS = 4_900;
const HEARTBEAT_INTERVAL_MS = 1_000;
/** How long shared pages are kept after the last client left: clients may come one after the other. */
const IDLE_PAGES_MS = 10_000;
/** How long a client may be ahead of a process that follows another one and takes over its commits within 0.1 s. */
const AHEAD_TIMEOUT_MS = 1_000;
/** More messages than that are not committed within that time: such an id was made up, and is answered at once. */
const MAX_AHEAD = 10_000;

interface State<Kind extends StateKind = StateKind> {
  value: States[Kind];
  json: string;
  /** What decides whether a new value is a change. */
  comparable: string;
  event: HubEvent;
}

interface HubOptions {
  source: MessageSource;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Milliseconds since any instant, which no clock sets; `now` if only that is given. */
  ticks?: () => number;
  /** Stats with the uptime of this moment, requested where they are sent without a change. */
  freshStats?: () => States['stats'];
  /**
   * Calls the given function about once a second until the returned function is called; a timer by default. A state
   * that is set before in the same turn leaves together with the heartbeat, in one write to each client.
   */
  everySecond?: (listener: () => void) => () => void;
  /** How long a client may leave pending events unread before it is dropped, in milliseconds. */
  stallAfter?: number;
}

export class Hub {
  readonly #options: HubOptions & Required<Pick<HubOptions, 'now' | 'stallAfter' | 'everySecond'>>;
  /** Milliseconds since any instant: a client is not dropped because the clock was set ahead. */
  readonly #ticks: () => number;
  readonly #states = new Map<StateKind, State>();
  readonly #throttle: StateThrottle;
  readonly #subscribers = new Set<Subscriber>();
  /** Called at the next commit, for clients whose last message this process does not have yet. */
  readonly #ahead = new Set<() => void>();
  #feed: MessageFeed | null = null;
  #closed = false;
  #stopHeartbeats = () => {};
  #statsTimer: NodeJS.Timeout | null = null;
  #lastJoined = 0;
  #forgetting: NodeJS.Timeout | null = null;

  constructor(options: HubOptions) {
    this.#options = { now: () => Date.now(), stallAfter: 30_000, everySecond, ...options };
    this.#ticks = options.ticks ?? options.now ?? (() => performance.now());
    this.#throttle = new StateThrottle({
      now: this.#options.now,
      send: (kind) => this.#send(kind),
      intervalMs: (kind, now) => this.#intervalMs(kind, now),
    });
  }

  /**
   * Sets the present value of a kind of state and publishes it if it differs from the last.
   *
   * @param value not to be changed afterwards: the same object again is not a change
   * @param json the value as JSON, where the caller has it
   * @returns whether it differs from the last; the uptime alone is not a difference of the stats
   */
  setState<Kind extends StateKind>(kind: Kind, value: States[Kind], json?: string): boolean {
    const known = this.#states.get(kind);
    if (known?.value === value) return false;
    const state = encodeState(kind, value, json);
    if (known?.comparable === state.comparable) return false;
    this.#states.set(kind, state);
    this.#throttle.request(kind);
    return true;
  }

  /** Sets the present value of every kind of state. */
  setStates(states: States): void {
    const set = <Kind extends StateKind>(kind: Kind) => this.setState(kind, states[kind]);
    STATE_KINDS.forEach(set);
  }

  /** @returns the last value of a kind of state, null before the first. */
  state<Kind extends StateKind>(kind: Kind): { value: States[Kind]; json: string } | null {
    return (this.#states.get(kind) as State<Kind> | undefined) ?? null;
  }

  /** @returns the stats with the uptime of this moment as JSON, null before the first. */
  freshStats(): string | null {
    this.#refreshStats();
    return this.#states.get('stats')?.json ?? null;
  }

  /**
   * Opens a history. If it is another one than before, every subscriber is ended and learns of the gap when it comes
   * back.
   *
   * @param newest the newest messages in order, at least 50 if there are as many
   * @param oldestSeq the oldest message that is kept; the next one to come if there is none
   */
  open(epoch: string, newest: readonly PublishedMessage[], oldestSeq: number): void {
    if (this.#feed?.epoch === epoch) {
      this.setOldest(oldestSeq);
      this.publish(newest, newest.at(-1)?.seq ?? 0);
      return;
    }
    this.#feed = new MessageFeed(this.#options.source, epoch, newest, oldestSeq);
    for (const check of [...this.#ahead]) check();
    this.#endAll('another history');
  }

  /**
   * Publishes committed messages.
   *
   * @param messages in order; may be only the newest part of a large commit
   * @param lastSeq the newest committed message; what is not newer than the head is ignored
   */
  publish(messages: readonly PublishedMessage[], lastSeq: number): void {
    if (!this.#openFeed().append(messages, lastSeq)) return;
    for (const check of [...this.#ahead]) check();
    this.#wakeAll();
    const wait = Math.min(this.#subscribers.size / CLIENTS_SERVED_PER_MS, MESSAGES_FIRST_MS);
    if (wait >= 1) this.#throttle.defer(wait);
  }

  /** Notes that messages before `seq` have been pruned. */
  setOldest(seq: number): void {
    // A subscriber that waits for pruned messages must be ended, to come back and learn of the gap.
    if (this.#openFeed().prune(seq)) this.#wakeAll();
  }

  /** @returns the newest messages in order, from memory; null if it does not reach that far. */
  newest(limit: number): PublishedMessage[] | null {
    return this.#feed?.newest(limit) ?? null;
  }

  /** @returns the place of the newest message, with `seq` 0 before the first. */
  head(): { epoch: string; seq: number } {
    const { epoch, head } = this.#openFeed();
    return { epoch, seq: head };
  }

  /** The oldest message that is kept; the next one to come if there is none. */
  oldest(): number {
    return this.#openFeed().oldest;
  }

  /** The number of subscribers. */
  get subscriberCount(): number {
    return this.#subscribers.size;
  }

  /**
   * Waits for the message that a client got last, where another process on this history has published it already.
   *
   * @param lastEventId as for `subscribe`
   * @returns null where there is nothing to wait for, or where the message is so far ahead that it cannot come in time;
   *   else a promise that resolves when the message is here, or after a second
   */
  reaching(lastEventId: string | null): Promise<void> | null {
    const place = lastEventId === null ? null : parseCursor(lastEventId);
    const feed = this.#feed;
    if (place === null || feed === null || place.epoch !== feed.epoch) return null;
    if (place.seq <= feed.head || place.seq > feed.head + MAX_AHEAD) return null;
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#ahead.delete(check);
        resolve();
      };
      const check = () => {
        if (this.#feed !== feed || place.seq <= feed.head || this.#closed) done();
      };
      const timer = setTimeout(done, AHEAD_TIMEOUT_MS);
      this.#ahead.add(check);
    });
  }

  /**
   * Subscribes from now on, or from the place of a client.
   *
   * @param lastEventId the id of the last event that the client got, null for a new client
   * @throws if no history is open yet
   */
  subscribe(lastEventId: string | null): Subscriber {
    const feed = this.#openFeed();
    const place = lastEventId === null ? null : parseCursor(lastEventId);
    const resumed = place !== null && place.epoch === feed.epoch && feed.reaches(place.seq);
    if (this.#subscribers.size === 0) this.#startTimers();
    const connected = {
      status: 'connected',
      timestamp: formatInstant(this.#options.now()),
      epoch: feed.epoch,
      resumed,
      gap: lastEventId !== null && !resumed,
    };
    // Reading the place and joining the list is one synchronous step: whatever is published lies before it or follows
    // it.
    const subscriber = new Subscriber(
      {
        feed,
        cursor: resumed ? place.seq : feed.freshStart(),
        resumed,
        greetings: [
          { name: 'connected', json: [JSON.stringify(connected)] },
          ...STATE_KINDS.flatMap((kind) => this.#states.get(kind)?.event ?? []),
        ],
      },
      (ended) => this.#leave(ended),
      this.#ticks,
    );
    this.#subscribers.add(subscriber);
    this.#lastJoined = this.#options.now();
    if (this.#closed) subscriber.close('the server stops');
    return subscriber;
  }

  /** Ends every subscriber, for good: later subscribers are ended at once. */
  close(): void {
    this.#closed = true;
    this.#throttle.stop();
    this.#endAll('the server stops');
    for (const check of [...this.#ahead]) check();
  }

  #openFeed(): MessageFeed {
    if (!this.#feed) throw new Error('The hub has no history yet: open() comes first.');
    return this.#feed;
  }

  /** Renews the uptime without publishing it. */
  #refreshStats(): void {
    const known = this.#states.get('stats');
    if (!known || !this.#options.freshStats) return;
    // Whether there is a change is left to the next setState(): only that one publishes it.
    this.#states.set('stats', { ...encodeState('stats', this.#options.freshStats()), comparable: known.comparable });
  }

  #intervalMs(kind: StateKind, now: number): number {
    const shortest = now - this.#lastJoined < 1_000 ? COALESCE_WITH_FIRST_MS : COALESCE_INTERVAL_MS;
    return Math.max(shortest, (this.#states.get(kind)?.json.length ?? 0) / MAX_CHARACTERS_PER_MS);
  }

  #send(kind: StateKind): void {
    const state = this.#states.get(kind);
    if (kind === 'stats' && this.#statsTimer) this.#armStats();
    if (state) for (const subscriber of this.#subscribers) subscriber.offerState(state.event);
  }

  #startTimers(): void {
    if (this.#forgetting) clearTimeout(this.#forgetting);
    this.#refreshStats();
    this.#stopHeartbeats = this.#options.everySecond(() => this.#heartbeat());
    this.#armStats();
  }

  #armStats(): void {
    if (this.#statsTimer) clearTimeout(this.#statsTimer);
    this.#statsTimer = setTimeout(() => {
      this.#refreshStats();
      this.#throttle.request('stats');
    }, STATS_INTERVAL_MS);
  }

  #heartbeat(): void {
    const timestamp = formatInstant(this.#options.now());
    const heartbeat: HubEvent = { name: 'heartbeat', json: [JSON.stringify({ timestamp })] };
    const ticks = this.#ticks();
    for (const subscriber of this.#subscribers) {
      const stalled = subscriber.stalledSince !== null && ticks - subscriber.stalledSince > this.#options.stallAfter;
      if (stalled) subscriber.close('stalled');
      else subscriber.offerHeartbeat(heartbeat);
    }
  }

  #leave(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
    if (this.#subscribers.size > 0) return;
    this.#stopHeartbeats();
    if (this.#statsTimer) clearTimeout(this.#statsTimer);
    this.#statsTimer = null;
    this.#forgetting = setTimeout(() => this.#feed?.forgetPages(), IDLE_PAGES_MS).unref();
  }

  #wakeAll(): void {
    for (const subscriber of this.#subscribers) subscriber.wake();
  }

  #endAll(reason: string): void {
    for (const subscriber of [...this.#subscribers]) subscriber.close(reason);
  }
}

function everySecond(listener: () => void): () => void {
  const timer = setInterval(listener, HEARTBEAT_INTERVAL_MS);
  return () => clearInterval(timer);
}

function encodeState<Kind extends StateKind>(
  kind: Kind,
  value: States[Kind],
  json = JSON.stringify(value),
): State<Kind> {
  const comparable = kind === 'stats' ? JSON.stringify({ ...value, uptime_seconds: undefined }) : json;
  return { value, json, comparable, event: { name: kind, json: [json] } };
}
