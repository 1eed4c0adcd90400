import { FIRST_MESSAGES, type HubEvent, type MessageFeed, type MessagePage, PAGE_MESSAGES } from './message-feed';

/** Where a subscriber begins. */
interface Start {
  feed: MessageFeed;
  /** The place after which messages are given. */
  cursor: number;
  /** It continues from what the client has; else it begins with the newest. */
  resumed: boolean;
  /** `connected` and the first states, in their order. */
  greetings: readonly HubEvent[];
}

/**
 * One client as the hub sees it: a place among the messages and one pending event for each kind of state. Nothing is
 * queued, so what a client costs does not grow with how slowly it reads.
 */
export class Subscriber {
  /** Called once when it is over, with the reason. */
  onEnd: ((reason: string) => void) | null = null;

  readonly #feed: MessageFeed;
  readonly #leave: (subscriber: Subscriber) => void;
  readonly #ticks: () => number;
  readonly #firstLimit: number;

  /** Pending events by name in the order in which they became pending; a newer one takes the place of its kind. */
  readonly #pending = new Map<string, HubEvent>();
  #greetingsLeft: number;
  #heartbeat: HubEvent | null = null;
  #cursor: number;
  #messagesBegun = false;
  /** Read, but not given yet. */
  #page: MessagePage | null = null;
  #reading = false;
  #gaveMessages = false;
  #waiting: ((event: HubEvent | null) => void) | null = null;
  #stalledSince: number | null = null;
  #closed = false;

  /**
   * @param leave takes it off the hub's list
   * @param ticks milliseconds since any instant
   */
  constructor(start: Start, leave: (subscriber: Subscriber) => void, ticks: () => number) {
    this.#feed = start.feed;
    this.#cursor = start.cursor;
    this.#firstLimit = start.resumed ? PAGE_MESSAGES : FIRST_MESSAGES;
    this.#leave = leave;
    this.#ticks = ticks;
    for (const event of start.greetings) this.#pending.set(event.name, event);
    this.#greetingsLeft = this.#pending.size;
  }

  /** Since when something is pending that nobody asks for, in milliseconds since 1970; null if that is not so. */
  get stalledSince(): number | null {
    return this.#stalledSince;
  }

  /**
   * Asks for the next event, as soon as there is one; null when it is over. To be asked again only after the last one
   * was given.
   *
   * @param give is given it, at once if it is there
   */
  ask(give: (event: HubEvent | null) => void): void {
    if (this.#waiting) throw new Error('The event asked for before is still to come.');
    this.#stalledSince = null;
    this.#waiting = give;
    if (this.#closed) this.#give(null);
    else this.wake();
  }

  /** The same as a promise. */
  next(): Promise<HubEvent | null> {
    return new Promise((resolve) => this.ask(resolve));
  }

  /** Ends it, at any time and any number of times. */
  close(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#pending.clear();
    this.#heartbeat = null;
    this.#page = null;
    this.#leave(this);
    this.#give(null);
    this.onEnd?.(reason);
  }

  /** The hub has a new state of some kind. */
  offerState(event: HubEvent): void {
    this.#pending.set(event.name, event);
    this.wake();
  }

  /** A second has passed. */
  offerHeartbeat(event: HubEvent): void {
    this.#heartbeat = event;
    this.wake();
  }

  /** There may be something to give. */
  wake(): void {
    if (!this.#waiting) {
      this.#stalledSince ??= this.#ticks();
      return;
    }
    const event = this.#take();
    if (event) this.#give(event);
  }

  #give(event: HubEvent | null): void {
    const give = this.#waiting;
    this.#waiting = null;
    give?.(event);
  }

  /** States first, then messages and changed states by turns, so that neither holds the other back. */
  #take(): HubEvent | null {
    if (this.#greetingsLeft > 0) {
      this.#greetingsLeft--;
      return this.#takeState();
    }
    const statesFirst = this.#gaveMessages;
    this.#gaveMessages = false;
    return (
      (statesFirst ? (this.#takeState() ?? this.#takeMessages()) : (this.#takeMessages() ?? this.#takeState())) ??
      this.#takeHeartbeat()
    );
  }

  #takeState(): HubEvent | null {
    for (const [name, event] of this.#pending) {
      this.#pending.delete(name);
      return event;
    }
    return null;
  }

  #takeMessages(): HubEvent | null {
    const page = this.#page ?? this.#nextPage();
    if (!page) return null;
    this.#page = null;
    this.#cursor = page.last;
    this.#messagesBegun = true;
    this.#gaveMessages = true;
    return page.event;
  }

  #takeHeartbeat(): HubEvent | null {
    const event = this.#heartbeat;
    this.#heartbeat = null;
    return event;
  }

  #nextPage(): MessagePage | null {
    if (this.#reading) return null;
    if (this.#cursor >= this.#feed.head) return this.#messagesBegun ? null : this.#feed.emptyPage();
    const page = this.#feed.pageAfter(this.#cursor, this.#messagesBegun ? PAGE_MESSAGES : this.#firstLimit);
    if (!(page instanceof Promise)) return page;
    this.#reading = true;
    page.then(
      (read) => {
        this.#reading = false;
        if (this.#closed) return;
        this.#page = read;
        this.wake();
      },
      // The client comes back with its id and is told whether it can be continued from.
      () => this.close('its messages can not be read'),
    );
    return null;
  }
}
