/**
 * One stream for all tabs of a browser on one page: a leader holds it and passes its events on, the others follow, and one of
 * them takes over when the leader closes, freezes or crashes. Over HTTP/1.1 a browser has six connections to a server, and a
 * stream for each tab uses them up (decision 69).
 *
 * Nothing that a page shows depends on there being exactly one leader: each tab keeps its own position and applies only what
 * continues it, so that two leaders cost a connection and never a message.
 */
import { apply, type StreamEvent, type SwarmState } from '../contract/events';
import { Connection, type ConnectionOptions, type ConnectionState } from './connection';
import { LeaderLock, type LeaderLockEvents, type Locks } from './leader-lock';
import { batchAfter, catchUp, follow, type RelayedBatch } from './relay';
import {
  type Claim,
  type LeadMessage,
  type SentMessage,
  supersedes,
  type TabChannel,
  type TabMessage,
} from './tab-channel';

export interface SharedStreamOptions extends Pick<ConnectionOptions, 'open' | 'onEvents' | 'onState' | 'random'> {
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

/** How often a leader says that it exists, and how often the others look whether it did. */
const LEADER_BEAT_MS = 400;
/** A leader that was not heard at so many looks in succession is closed, frozen or has crashed. */
const MAX_SILENT_BEATS = 4;
/** A tab that was frozen gets at once what was said meanwhile. What came later than this is no news: the tab asks instead. */
const MAX_DELAY_MS = 2000;

export class SharedStream {
  readonly #options: SharedStreamOptions;
  #lock: LeaderLock | null;
  #channel: TabChannel | null = null;
  #beats: ReturnType<typeof setInterval> | undefined;
  /** What this tab has: any tab may have to answer for the others. */
  #own: SwarmState;
  #state: ConnectionState = 'connecting';
  /** The greatest claim that was heard or made. */
  #leader: Claim | null = null;
  /** Only the leader has one. */
  #stream: Connection | null = null;
  #streaming = false;
  /** Batches that were passed on, or heard, of the present leader. */
  #count = 0;
  /** There is something that this tab does not have: it must be brought up. */
  #behind = false;
  /** Since the last beat: a leader that cannot answer yet must not be asked for each of its messages. */
  #asked = false;
  #silentBeats = 0;
  /** How long a message of the leader took at the least: two tabs' clocks may differ, as after one was set. */
  #leastDelay = Number.POSITIVE_INFINITY;
  /** The leader's stream has brought events. */
  #leaderStreams = false;
  #leaderVisible = true;

  constructor(options: SharedStreamOptions) {
    this.#options = options;
    this.#own = options.first;
    const events: LeaderLockEvents = {
      onGain: () => this.#lead(),
      onLoss: () => this.#stepDown(),
      onRefused: () => {
        this.#lock = null;
      },
    };
    this.#lock = options.locks && new LeaderLock(options.name, options.locks, events);
  }

  /** Whether this tab holds the browser's stream. */
  get leads(): boolean {
    return this.#stream !== null;
  }

  /** Joins the other tabs; of the first one it opens the stream. Does nothing if it was started already. */
  start(): void {
    if (this.#beats !== undefined) return;
    this.#channel = this.#options.openChannel((message) => this.#hear(message));
    this.#beats = setInterval(() => this.#beat(), LEADER_BEAT_MS);
    if (this.#channel === null) {
      // Nobody to share with: the stream is held while the tab is seen.
      if (this.#options.isVisible()) this.#lead();
      return;
    }
    this.#behind = true;
    // A page that was just loaded knows that the server answers.
    this.wake();
    this.#asked = false;
    this.#ask();
    if (this.#lock) this.#lock.wait();
    // Without locks only silence says that there is no leader: one that exists answers within a beat.
    this.#silentBeats = this.#lock ? 0 : MAX_SILENT_BEATS - 1;
  }

  /** Leaves: closes the stream and every timer, and lets another tab take over at once. What has arrived is still handed on. */
  stop(): void {
    clearInterval(this.#beats);
    this.#beats = undefined;
    const led = this.leads;
    this.#closeStream();
    if (led && this.#leader) this.#post({ kind: 'bye', ...this.#leader });
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
    if (this.#channel === null) {
      if (this.#beats === undefined) return;
      if (visible) this.#lead();
      else this.#giveBack();
      return;
    }
    // Visible tabs learn from this that the leader is hidden.
    if (this.leads) this.#sayLead(null);
    if (visible) this.wake();
  }

  #hear(message: SentMessage): void {
    switch (message.kind) {
      case 'lead':
        this.#hearLeader(message);
        return;
      case 'answer':
        if (message.to === this.#options.tab) this.#hearAnswer(message);
        return;
      case 'bye':
        // With locks the browser has chosen the next leader already.
        if (message.tab === this.#leader?.tab && !this.#lock) this.#silentBeats = MAX_SILENT_BEATS - 1;
        return;
      case 'ask':
        if (this.leads) this.#answer(message.tab, message.position);
        return;
      case 'wake':
        this.#stream?.wake();
    }
  }

  #hearLeader({ term, tab, count, visible, streaming, state, batch, sentAt }: LeadMessage & { sentAt: number }): void {
    if (!this.#follows({ term, tab })) {
      // A leader that does not know that it was superseded.
      if (this.leads) this.#sayLead(null);
      return;
    }
    const delay = Date.now() - sentAt;
    this.#leastDelay = Math.min(this.#leastDelay, delay);
    if (delay - this.#leastDelay > MAX_DELAY_MS) {
      this.#behind = true;
      return;
    }
    if (count !== this.#count) this.#behind = true;
    this.#count = count;
    if (batch) this.#take(batch);
    if (streaming && !this.#leaderStreams) this.#asked = false;
    this.#leaderStreams = streaming;
    this.#leaderVisible = visible;
    if (this.#behind) this.#ask();
    if (state !== 'live' || !this.#behind) this.#show(state);
  }

  /** @returns whether a claim is that of the present leader, or of one that follows it */
  #follows({ term, tab }: Claim): boolean {
    if (tab !== this.#leader?.tab || term !== this.#leader.term) {
      if (!supersedes({ term, tab }, this.#leader)) return false;
      if (this.leads) this.#stepDown();
      this.#leader = { term, tab };
      this.#count = 0;
      this.#leastDelay = Number.POSITIVE_INFINITY;
      this.#leaderStreams = false;
    }
    this.#silentBeats = 0;
    return true;
  }

  #take(batch: RelayedBatch): void {
    this.#count += 1;
    const { events, behind } = follow(this.#own, batch);
    if (behind) this.#behind = true;
    this.#deliver(events);
  }

  #hearAnswer({ term, tab, count, position, events }: Extract<TabMessage, { kind: 'answer' }>): void {
    if (!this.#follows({ term, tab })) return;
    if (events === null) {
      // The server can say what lies between.
      this.#takeOver();
      return;
    }
    this.#count = count;
    const followed = follow(this.#own, { after: position, replacing: false, events });
    this.#behind = followed.behind;
    this.#deliver(followed.events);
    if (!this.#behind) this.#show('live');
  }

  #answer(to: string, position: string | null): void {
    const leader = this.#leader;
    if (leader === null) return;
    // Until the server has been heard, what this tab has may be older than what the other one came with.
    if (!this.#streaming || this.#state !== 'live' || this.#own.replacing) return;
    const events = catchUp(this.#own, position);
    this.#post({ kind: 'answer', ...leader, to, count: this.#count, position, events });
  }

  #ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    const { lastEventId, replacing } = this.#own;
    this.#post({ kind: 'ask', tab: this.#options.tab, position: replacing ? null : lastEventId });
  }

  #beat(): void {
    if (this.#channel === null) return;
    if (this.leads) {
      this.#sayLead(null);
      return;
    }
    this.#asked = false;
    this.#silentBeats += 1;
    // Not while a hidden tab only fetches what it lacks.
    const wanted = this.#leaderStreams && !this.#leaderVisible && this.#options.isVisible();
    // Each tab beats at an instant of its own, so that not all of them take over at once.
    if (wanted || this.#silentBeats >= MAX_SILENT_BEATS) this.#takeOver();
  }

  #takeOver(): void {
    this.#silentBeats = 0;
    this.#leaderStreams = false;
    if (this.#lock) this.#lock.steal();
    else this.#lead();
  }

  #lead(): void {
    if (this.leads) return;
    const { tab, open, random } = this.#options;
    this.#leader = { term: Math.max(Date.now(), (this.#leader?.term ?? 0) + 1), tab };
    this.#count = 0;
    this.#streaming = false;
    this.#behind = false;
    const stream = new Connection({
      open,
      random,
      lastEventId: this.#own.lastEventId,
      state: this.#state,
      onEvents: (events) => this.#receive(events),
      onState: (state) => {
        if (stream === this.#stream) this.#show(state);
      },
    });
    this.#stream = stream;
    this.#sayLead(null);
    stream.start();
  }

  #receive(events: StreamEvent[]): void {
    if (this.leads) {
      this.#streaming = true;
      this.#sayLead(batchAfter(this.#own, events));
      this.#count += 1;
    }
    this.#deliver(events);
  }

  /** Another tab leads: this one follows again, from where it is. */
  #stepDown(): void {
    this.#closeStream();
    this.#leader = null;
    this.#behind = true;
    this.#silentBeats = 0;
    this.#lock?.wait();
  }

  #giveBack(): void {
    this.#closeStream();
    this.#show('reconnecting');
  }

  #closeStream(): void {
    const stream = this.#stream;
    // What it still hands on is this tab's own: another leader has passed it on, or will.
    this.#stream = null;
    this.#streaming = false;
    stream?.stop();
  }

  #sayLead(batch: RelayedBatch | null): void {
    if (this.#leader === null) return;
    this.#post({
      kind: 'lead',
      ...this.#leader,
      count: this.#count,
      visible: this.#options.isVisible(),
      streaming: this.#streaming,
      state: this.#state,
      batch,
    });
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
    if (this.leads) this.#sayLead(null);
    this.#options.onState(state);
  }
}
