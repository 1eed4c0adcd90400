import { FIRST_MESSAGES, type HubEvent, type MessageFeed, type MessagePage, PAGE_MESSAGES } from './message-feed';

/** Where a subscriber begins. */
interface Start {
  feed: MessageFeed;
  /** The `seq` of the last message that the client has. */
  cursor: number;
  /** Whether it continues from what the client has; else it begins with the newest messages. */
  resumed: boolean;
  /** `connected` and the first states, in their order. */
  greetings: readonly HubEvent[];
}

/**
 * One client of the hub: a place among the messages and one pending event for each kind of state. Nothing is queued, so
 * that the cost of a client does not grow with how slowly it reads.
 */
export class Subscriber {
  /** Called once when the subscription ends, with the reason. */
  onEnd: ((reason: string) => void) | null = null;

  readonly #feed: MessageFeed;
  readonly #leave: (subscriber: Subscriber) => void;
  readonly #ticks: () => number;
  readonly #firstLimit: number;

  /** Pending events by name in the order in which they became pending; a newer one replaces that of its kind. */
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
   * @param leave removes it from the hub's list
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

  /**
   * Since when events have been pending that nobody asks for, in the milliseconds of `ticks`; null if there are none.
   */
  get stalledSince(): number | null {
    return this.#stalledSince;
  }

  /**
   * Asks for the next event, as soon as there is one; null when the subscription has ended. To be called again only
   * after the last event was given.
   *
   * @param give receives the event, at once if there is one
   */
  ask(give: (event: HubEvent | null) => void): void {
    if (this.#waiting) throw new Error('The event that was asked for before has not come yet.');
    this.#stalledSince = null;
    this.#waiting = give;
    if (this.#closed) this.#give(null);
    else this.wake();
  }

  /** The same as a promise. */
  next(): Promise<HubEvent | null> {
    return new Promise((resolve) => this.ask(resolve));
  }

  /** Ends the subscription; further calls do nothing. */
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

  /** Makes a new state of some kind pending. */
  offerState(event: HubEvent): void {
    this.#pending.set(event.name, event);
    this.wake();
  }

  /** Makes the heartbeat of another second pending. */
  offerHeartbeat(event: HubEvent): void {
    this.#heartbeat = event;
    this.wake();
  }

  /** Gives the next event if one is waited for; else notes since when the client does not read. */
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

  /** First states first, then messages and changed states by turns, so that neither delays the other. */
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
      // The client comes back with its id and learns whether it can be continued from.
      () => this.close('its messages can not be read'),
    );
    return null;
  }
}
