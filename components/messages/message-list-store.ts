import { formatCursor, parseCursor } from '@/lib/contract/events';
import type { MessagesAnswer } from '@/lib/contract/schemas';
import {
  advanced,
  begun,
  catchUpDelay,
  type Feed,
  feedOf,
  type Hold,
  heldFor,
  type ListState,
  type LostMessage,
  type MessageListInput,
  type MessageListView,
  paused,
  viewOf,
} from './message-list-state';
import { MAX_PAGE_SIZE, type Place, type readFirstPage, type readPage } from './message-pages';
import { extended, indexAt, MAX_HELD, type MessageWindow, windowOfPage, withNewer, withOlder } from './message-window';
import { IDLE, PageReads } from './page-reads';

const PAGE_SIZE = 200;

/** How pages are read: `message-pages.ts`, or a test's own. */
export interface MessagePages {
  readPage: typeof readPage;
  readFirstPage: typeof readFirstPage;
}

/**
 * The list of messages: joins what the stream brings, without a hole, to the pages that are read from the history. The
 * list follows the newest message until it is paused; then only the reader's own moves change it.
 */
export class MessageListStore {
  readonly #pages: MessagePages;
  readonly #reads: PageReads;
  readonly #listeners = new Set<() => void>();
  #version = 0;
  /** What was accepted last. */
  #feed: Feed;
  /** Always includes what `#feed` brings: `advanced` with it returns the same object. */
  #state: ListState;
  /** The last answer of `#derive`, so that an input is only worked through once. */
  #derived: { input: MessageListInput; from: ListState; feed: Feed; state: ListState } | null = null;
  /** The cursor that was looked up last, and under which filter. */
  #lookedUp: { cursor: string; key: string } | null = null;
  #lost: LostMessage | null = null;
  #catchUp: { timer: ReturnType<typeof setTimeout>; delay: number } | null = null;

  /** Starts with what the stream has; reads nothing before the first `accept`. */
  constructor(pages: MessagePages, input: MessageListInput) {
    this.#pages = pages;
    this.#reads = new PageReads(() => this.#publish());
    this.#feed = feedOf(input);
    this.#state = begun(this.#feed);
  }

  /** @returns a function that ends the subscription */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** @returns a number that grows with each change that listeners are notified of */
  version = (): number => this.#version;

  /**
   * Answers what the list shows with an input. Changes nothing, so a draw that React abandons leaves no trace; the
   * draw that reaches the screen is followed by `accept`.
   */
  view(input: MessageListInput): MessageListView {
    const { feed, state } = this.#derive(input);
    return viewOf(state, feed, feed.key === this.#state.key ? this.#reads.status : IDLE, this.#lost);
  }

  /**
   * Takes over the input of the draw that is on the screen. Another filter aborts the running read; another cursor in
   * the address is looked up. Listeners are not notified of what `view` has already answered.
   */
  accept(input: MessageListInput): void {
    const { feed, state } = this.#derive(input);
    if (state.key !== this.#state.key) this.#reads.stop();
    this.#feed = feed;
    this.#state = state;
    const { pointedAt, key } = feed;
    if (pointedAt === null) this.#lookedUp = null;
    else if (this.#lookedUp?.cursor !== pointedAt || this.#lookedUp.key !== key) {
      this.#lookedUp = { cursor: pointedAt, key };
      this.#pointAt(pointedAt);
    }
    this.#schedule();
  }

  /** Ends the running read and the timer; a later `accept` starts again. */
  stop(): void {
    this.#reads.stop();
    this.#lookedUp = null;
    this.#cancel();
  }

  /** Reads the page before the window. */
  loadOlder(): void {
    const { window } = this.#state;
    if (window === null || window.first) return;
    this.#read({ before: formatCursor(window.epoch, window.from) }, PAGE_SIZE, (now, page) =>
      // Meanwhile the window may have dropped its older end: joined to that, the page would leave a hole.
      now?.epoch === window.epoch && now.from === window.from ? withOlder(now, page) : now,
    );
  }

  /** Joins what follows on the window: of the stream where possible, else a page of the history. */
  loadNewer(limit = PAGE_SIZE): void {
    const { window } = this.#state;
    const { live, matches, isVolatile } = this.#feed;
    const { head } = live;
    if (isVolatile && window !== null && this.#state.following) {
      // Instead of being extended: what no longer matches goes.
      this.#read(null, PAGE_SIZE, (now, page) => (this.#state.following ? windowOfPage(page, head) : now));
      return;
    }
    if (window === null) {
      this.#read(null, PAGE_SIZE, (now, page) => now ?? windowOfPage(page, head));
      return;
    }
    const next = extended(window, live, matches);
    if (next === 'foreign' || next === window) return;
    if (next !== 'behind' && next.messages.length <= MAX_HELD) {
      this.#change({ window: next });
      return;
    }
    this.#read({ after: formatCursor(window.epoch, window.to) }, limit, (now, page) =>
      now?.epoch === window.epoch && now.to >= window.to ? withNewer(now, page, head) : now,
    );
  }

  /** Goes to the newest message and stays there. */
  follow(): void {
    const { window } = this.#state;
    const isJoined = window?.last && window.epoch === this.#feed.live.epoch;
    const { held } = this.#state;
    // What waits is shown at once; what comes afterwards waits again.
    this.#change({ ...(isJoined ? { following: true, target: null } : begun(this.#feed)), held: null });
    this.hold(held);
  }

  /** Stops following: what the stream brings is counted from here on, and not shown. */
  pause(): void {
    if (this.#state.following) this.#change(paused(this.#state));
  }

  /**
   * While there is a reason, the list that follows shows nothing new and counts it instead; without one it goes on.
   * Does not change whether it follows.
   */
  hold(reason: Hold | null): void {
    const held = heldFor(this.#state, reason);
    if (held !== this.#state) this.#change(held);
  }

  /** Notes the number of a message that the reader has had on the screen. */
  see(seq: number): void {
    if (seq > this.#state.seen) this.#change({ seen: seq });
  }

  /** Goes to the first message that is kept. */
  goToFirst(): void {
    const { window, key } = this.#state;
    if (window === null) return;
    const { head } = this.#feed.live;
    if (window.first) {
      this.#goTo(window.messages[0]);
      return;
    }
    this.#reads.start({
      urgent: true,
      read: (signal) => this.#pages.readFirstPage(key, { epoch: window.epoch, head }, PAGE_SIZE, signal),
      onPage: (page) => this.#goTo(page.messages[0], windowOfPage(page, null)),
    });
  }

  #pointAt(cursor: string): void {
    const place = parseCursor(cursor);
    if (place === null) {
      this.#lose({ cursor, why: 'malformed' });
      return;
    }
    const { window, key } = this.#state;
    const found = window?.epoch === place.epoch && window.messages[indexAt(window.messages, place.seq)];
    if (found && found.seq === place.seq) {
      this.#lose(null);
      this.#goTo(place);
      return;
    }
    this.#reads.start({
      urgent: true,
      read: (signal) => this.#pages.readPage(key, { around: cursor }, PAGE_SIZE, signal),
      onPage: (page) => {
        const isThere = page.messages.some(({ seq }) => seq === place.seq);
        this.#lose(isThere ? null : { cursor, why: 'filtered' });
        const around = windowOfPage(page, null);
        if (around) this.#goTo(place, around);
      },
      onGone: () => this.#lose({ cursor, why: 'gone' }),
    });
  }

  #goTo(message: { seq: number } | undefined, window = this.#state.window): void {
    const target = message ? { seq: message.seq } : null;
    this.#change({ ...paused(this.#state), window, target });
  }

  #lose(lost: LostMessage | null): void {
    if (lost === this.#lost) return;
    this.#lost = lost;
    this.#publish();
  }

  #read(
    place: Place,
    limit: number,
    join: (window: MessageWindow | null, page: MessagesAnswer) => MessageWindow | null,
  ): void {
    const { key } = this.#state;
    this.#reads.start({
      read: (signal) => this.#pages.readPage(key, place, limit, signal),
      onPage: (page) => this.#change({ window: join(this.#state.window, page) }),
      onGone: () => this.#change({ window: null, following: true }),
    });
  }

  #schedule(): void {
    const delay = catchUpDelay(this.#state, this.#feed, this.#reads.status);
    if (delay === (this.#catchUp?.delay ?? null)) return;
    this.#cancel();
    if (delay === null) return;
    const timer = setTimeout(() => {
      this.#catchUp = null;
      this.loadNewer(MAX_PAGE_SIZE);
    }, delay);
    this.#catchUp = { timer, delay };
  }

  #cancel(): void {
    clearTimeout(this.#catchUp?.timer);
    this.#catchUp = null;
  }

  #derive(input: MessageListInput): { feed: Feed; state: ListState } {
    if (this.#derived?.input === input && this.#derived.from === this.#state) return this.#derived;
    const feed = feedOf(input);
    const state = advanced(this.#state, feed);
    this.#derived = { input, from: this.#state, feed, state };
    return this.#derived;
  }

  #change(part: Partial<ListState>): void {
    this.#state = advanced({ ...this.#state, ...part }, this.#feed);
    this.#publish();
  }

  #publish(): void {
    this.#schedule();
    this.#version += 1;
    for (const listener of this.#listeners) listener();
  }
}
