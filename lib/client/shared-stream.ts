/**
 * One stream for all tabs of a browser: the leader has it and passes its events on, the others follow, and one of them takes
 * over when the leader closes, freezes or crashes. Over HTTP/1.1 a browser has six connections to a server, and a
 * stream for each tab uses them up (decision 69).
 *
 * Nothing that a page shows depends on there being exactly one leader: each tab keeps its own position and applies only what
 * continues it, so that two leaders cost a connection and never a message.
 */
import { apply, type StreamEvent, type SwarmState } from '../contract/events';
import { KnownLeader } from './known-leader';
import { LeaderLock, type LeaderLockEvents, type Locks } from './leader-lock';
import { batchAfter, catchUp, follow, type RelayedBatch } from './relay';
import { type ConnectionState, StreamClient, type StreamClientOptions } from './stream-client';
import type { Claim, LeadMessage, SentMessage, TabChannel, TabMessage } from './tab-channel';

export interface SharedStreamOptions extends Pick<StreamClientOptions, 'open' | 'onEvents' | 'onState' | 'random'> {
  /** The state that the page came with. */
  first: SwarmState;
  /** What this tab calls itself: unlike any other. */
  tab: string;
  /** Names the lock. Tabs share a stream only if they share this name and the channel. */
  name: string;
  /** Opens the channel to the other tabs; null where the browser has none. */
  openChannel: (onMessage: (message: SentMessage) => void) => TabChannel | null;
  /** Null where the browser has none, as on an address that is no secure context. */
  locks: Locks | null;
  isVisible: () => boolean;
}

/** How often the leader says that it exists, and how often the other tabs check that it did. */
const LEADER_HEARTBEAT_INTERVAL_MS = 300;
/** A leader that was silent at this many checks in succession is closed, frozen or has crashed. */
const MAX_SILENT_CHECKS = 4;

export class SharedStream {
  readonly #options: SharedStreamOptions;
  #lock: LeaderLock | null;
  #channel: TabChannel | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** What this tab has: any tab may have to answer for the others. */
  #own: SwarmState;
  #state: ConnectionState = 'connecting';
  #leader: KnownLeader | null = null;
  /** Only the leader has one. */
  #stream: StreamClient | null = null;
  /** Something was passed on that this tab does not have: it must ask for it. */
  #behind = false;
  /** Whether it asked since the last check: a leader that cannot answer yet must not be asked for each of its messages. */
  #asked = false;
  #silentChecks = 0;

  constructor(options: SharedStreamOptions) {
    this.#options = options;
    this.#own = options.first;
    const events: LeaderLockEvents = {
      onGain: () => this.#becomeLeader(),
      onLoss: () => this.#stepDown(),
      onRefused: () => {
        this.#lock = null;
      },
    };
    this.#lock = options.locks && new LeaderLock(options.name, options.locks, events);
  }

  /** Whether this tab has the browser's stream. */
  get isLeader(): boolean {
    return this.#stream !== null;
  }

  /** Joins the other tabs; the first tab opens the stream. Does nothing if it was started already. */
  start(): void {
    if (this.#timer !== undefined) return;
    this.#channel = this.#options.openChannel((message) => this.#receive(message));
    this.#timer = setInterval(() => this.#check(), LEADER_HEARTBEAT_INTERVAL_MS);
    if (this.#channel === null) {
      // Nobody to share with: the tab has a stream while it is visible.
      if (this.#options.isVisible()) this.#becomeLeader();
      return;
    }
    this.#behind = true;
    // A page that was just loaded knows that the server answers.
    this.wake();
    this.#asked = false;
    this.#ask();
    this.#lock?.wait();
    // Without locks only silence shows that there is no leader: an existing one answers before the first check.
    this.#silentChecks = this.#lock ? 0 : MAX_SILENT_CHECKS - 1;
  }

  /** Leaves: closes the stream and every timer, and lets another tab take over at once. Events that have arrived are still handed on. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    const wasLeader = this.isLeader;
    this.#closeStream();
    if (wasLeader && this.#leader) this.#post({ kind: 'bye', ...this.#leader.claim });
    this.#lock?.release();
    this.#channel?.close();
    this.#channel = null;
    this.#leader = null;
  }

  /** The network or the tab has come back: reconnects at once unless the server is being heard. */
  wake(): void {
    if (this.#stream) this.#stream.wake();
    else this.#post({ kind: 'wake', tab: this.#options.tab });
  }

  /** The tab was shown or hidden. */
  visibilityChanged(): void {
    const visible = this.#options.isVisible();
    if (this.#channel !== null) {
      // Visible tabs learn from this that the leader is hidden.
      if (this.isLeader) this.#announce();
      if (visible) this.wake();
    } else if (this.#timer !== undefined) {
      if (visible) this.#becomeLeader();
      else this.#giveBack();
    }
  }

  #receive(message: SentMessage): void {
    switch (message.kind) {
      case 'lead':
        this.#receiveFromLeader(message);
        return;
      case 'answer':
        if (message.to === this.#options.tab) this.#receiveAnswer(message);
        return;
      case 'bye':
        // With locks the browser has chosen the next leader already.
        if (this.#leader?.made(message) && !this.#lock) this.#silentChecks = MAX_SILENT_CHECKS - 1;
        return;
      case 'ask':
        if (this.isLeader) this.#answer(message.tab, message.position);
        return;
      case 'wake':
        this.#stream?.wake();
    }
  }

  #receiveFromLeader(message: LeadMessage & { sentAt: number }): void {
    const leader = this.#recognize(message);
    if (leader === null) {
      // Another leader that does not know that it was superseded.
      if (this.isLeader) this.#announce();
      return;
    }
    const { count, visible, streaming, state, batch, sentAt } = message;
    if (leader.isLate(sentAt)) {
      this.#behind = true;
      return;
    }
    if (count !== leader.count) this.#behind = true;
    leader.count = count;
    if (batch) this.#apply(batch, leader);
    if (streaming && !leader.isStreaming) this.#asked = false;
    leader.isStreaming = streaming;
    leader.isVisible = visible;
    if (this.#behind) this.#ask();
    if (state !== 'live' || !this.#behind) this.#show(state);
  }

  /** @returns the leader that made a claim, null if another tab is the leader by a later claim */
  #recognize({ term, tab }: Claim): KnownLeader | null {
    if (!this.#leader?.made({ term, tab })) {
      if (this.#leader && !this.#leader.yieldsTo({ term, tab })) return null;
      if (this.isLeader) this.#stepDown();
      this.#leader = new KnownLeader({ term, tab });
    }
    this.#silentChecks = 0;
    return this.#leader;
  }

  #apply(batch: RelayedBatch, leader: KnownLeader): void {
    leader.count += 1;
    const { events, behind } = follow(this.#own, batch);
    if (behind) this.#behind = true;
    this.#deliver(events);
  }

  #receiveAnswer(answer: Extract<TabMessage, { kind: 'answer' }>): void {
    const leader = this.#recognize(answer);
    if (leader === null) return;
    if (answer.events === null) {
      // The server can say what lies between.
      this.#takeOver();
      return;
    }
    leader.count = answer.count;
    const followed = follow(this.#own, { after: answer.position, replacing: false, events: answer.events });
    this.#behind = followed.behind;
    this.#deliver(followed.events);
    if (!this.#behind) this.#show('live');
  }

  #answer(to: string, position: string | null): void {
    // Until the server has been heard, what this tab has may be older than what the other one came with.
    if (!this.#leader?.isStreaming || this.#state !== 'live' || this.#own.replacing) return;
    const { claim, count } = this.#leader;
    this.#post({ kind: 'answer', ...claim, to, count, position, events: catchUp(this.#own, position) });
  }

  #ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    const { lastEventId, replacing } = this.#own;
    this.#post({ kind: 'ask', tab: this.#options.tab, position: replacing ? null : lastEventId });
  }

  #check(): void {
    if (this.#channel === null) return;
    if (this.isLeader) {
      this.#announce();
      return;
    }
    this.#asked = false;
    this.#silentChecks += 1;
    // Not while a hidden tab only fetches what it lacks.
    const wanted = this.#leader?.isStreaming && !this.#leader.isVisible && this.#options.isVisible();
    // Each tab checks at an instant of its own, so that not all of them take over at once.
    if (wanted || this.#silentChecks >= MAX_SILENT_CHECKS) this.#takeOver();
  }

  #takeOver(): void {
    this.#silentChecks = 0;
    if (this.#lock) this.#lock.steal();
    else this.#becomeLeader();
  }

  #becomeLeader(): void {
    if (this.isLeader) return;
    const { tab, open, random } = this.#options;
    const term = Math.max(Date.now(), (this.#leader?.claim.term ?? 0) + 1);
    const leader = new KnownLeader({ term, tab });
    this.#leader = leader;
    this.#behind = false;
    const stream = new StreamClient({
      open,
      random,
      lastEventId: this.#own.lastEventId,
      state: this.#state,
      onEvents: (events) => {
        if (stream === this.#stream) this.#relay(leader, events);
        this.#deliver(events);
      },
      onState: (state) => {
        if (stream === this.#stream) this.#show(state);
      },
    });
    this.#stream = stream;
    this.#announce();
    stream.start();
  }

  #relay(leader: KnownLeader, events: StreamEvent[]): void {
    leader.isStreaming = true;
    this.#announce(batchAfter(this.#own, events));
    leader.count += 1;
  }

  /** Another tab is the leader: this one follows again, from where it is. */
  #stepDown(): void {
    this.#closeStream();
    this.#leader = null;
    this.#behind = true;
    this.#silentChecks = 0;
    this.#lock?.wait();
  }

  #giveBack(): void {
    this.#closeStream();
    this.#show('reconnecting');
  }

  #closeStream(): void {
    const stream = this.#stream;
    // Events that it still hands on are for this tab alone: the next leader gets them from the server.
    this.#stream = null;
    stream?.stop();
  }

  /** Says that this tab is the leader, and passes on a batch. */
  #announce(batch: RelayedBatch | null = null): void {
    if (this.#leader === null) return;
    const { claim, count, isStreaming: streaming } = this.#leader;
    const visible = this.#options.isVisible();
    this.#post({ kind: 'lead', ...claim, count, visible, streaming, state: this.#state, batch });
  }

  #post(message: TabMessage): void {
    this.#channel?.post({ ...message, sentAt: Date.now() });
  }

  #deliver(events: StreamEvent[]): void {
    if (events.length === 0) return;
    this.#own = events.reduce(apply, this.#own);
    this.#options.onEvents(events);
  }

  #show(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    if (this.isLeader) this.#announce();
    this.#options.onState(state);
  }
}
