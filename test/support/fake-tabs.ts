/**
 * A browser without a browser: tabs that close, crash and freeze, the channel and the locks between them, and a server whose
 * streams they hold. Time is that of mocked timers; a frozen tab runs nothing and gets everything when it thaws.
 */
import { mock } from 'node:test';
import type { ConnectionState, EventStream } from '../../lib/client/connection';
import type { Locks } from '../../lib/client/leader-lock';
import { SharedStream } from '../../lib/client/shared-stream';
import type { SentMessage } from '../../lib/client/tab-channel';
import { applyAll, type View } from '../../lib/client/view';
import { NO_STATS } from '../../lib/contract/defaults';
import { formatCursor, parseCursor, type StreamEvent, type StreamEventName } from '../../lib/contract/events';
import { formatInstant } from '../../lib/contract/instant';
import type { Message } from '../../lib/contract/schemas';
import { EMPTY_STATES } from '../../lib/contract/state';

const FIRST_MESSAGES = 50;

/** Runs one tab's code: now, or when it thaws, or never. */
class Process {
  static current: Process | null = null;
  #state: 'runs' | 'frozen' | 'gone' = 'runs';
  #waiting: (() => void)[] = [];
  /** How far its clock is from that of the others, in milliseconds. */
  clockOffset = 0;

  get gone(): boolean {
    return this.#state === 'gone';
  }

  get frozen(): boolean {
    return this.#state === 'frozen';
  }

  run(task: () => void): void {
    if (this.#state === 'frozen') this.#waiting.push(task);
    if (this.#state !== 'runs') return;
    const before = Process.current;
    Process.current = this;
    task();
    Process.current = before;
  }

  freeze(): void {
    if (this.#state === 'runs') this.#state = 'frozen';
  }

  thaw(): void {
    if (this.#state !== 'frozen') return;
    this.#state = 'runs';
    for (const task of this.#waiting.splice(0)) this.run(task);
  }

  end(): void {
    this.#state = 'gone';
    this.#waiting = [];
  }
}

/** Mocks the timers, each of which belongs to the tab that set it. */
export function mockTabTimers(): void {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: Date.parse('2026-03-01T12:00:00Z') });
  const { now } = Date;
  Date.now = () => now() + (Process.current?.clockOffset ?? 0);
  const mocked = { setTimeout, setInterval, clearTimeout, clearInterval };
  const cleared = new WeakSet<object>();
  const owned = (set: (task: () => void, ms: number) => object) => (task: () => void, ms: number) => {
    const owner = Process.current;
    if (owner === null) return set(task, ms);
    // Of a frozen tab an interval gives one late call, not all that it missed.
    let waits = false;
    const timer = set(() => {
      if (waits) return;
      waits = true;
      owner.run(() => {
        waits = false;
        if (!cleared.has(timer)) task();
      });
    }, ms);
    return timer;
  };
  const clear = (clearMocked: (timer: NodeJS.Timeout) => void) => (timer: NodeJS.Timeout | undefined) => {
    if (timer === undefined) return;
    cleared.add(timer);
    clearMocked(timer);
  };
  // By hand: a mocked method would keep every call with its stack.
  Object.assign(globalThis, {
    setTimeout: owned(mocked.setTimeout),
    setInterval: owned(mocked.setInterval),
    clearTimeout: clear(mocked.clearTimeout),
    clearInterval: clear(mocked.clearInterval),
  });
}

/** Runs a task of the system, whatever becomes of the tab that caused it. */
function later(ms: number, task: () => void): void {
  const before = Process.current;
  Process.current = null;
  setTimeout(task, ms);
  Process.current = before;
}

/** Gives back the timers. */
export function restoreTimers(): void {
  mock.timers.reset();
}

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

interface LockRequest {
  process: Process;
  grant: () => Promise<void> | undefined;
  refuse: (reason: unknown) => void;
}

/** Web Locks of one name. */
class FakeLocks {
  #holder: LockRequest | null = null;
  #queue: LockRequest[] = [];

  for(process: Process): Locks {
    const request = (_name: string, options: LockOptions, callback: LockGrantedCallback<void>) =>
      new Promise<void>((_resolve, reject) => {
        const refuse = (reason: unknown) => process.run(() => reject(reason));
        const asked: LockRequest = { process, grant: () => callback(null) as Promise<void> | undefined, refuse };
        options.signal?.addEventListener('abort', () => {
          this.#queue = this.#queue.filter((one) => one !== asked);
          refuse(options.signal?.reason);
        });
        later(1, () => {
          if (options.signal?.aborted || process.gone) return;
          if (options.steal) {
            this.#holder?.refuse(new Error('stolen'));
            this.#give(asked);
          } else {
            this.#queue.push(asked);
            this.#next();
          }
        });
      });
    return { request } as Locks;
  }

  /** The system lets go of what a tab had. */
  forget(process: Process): void {
    this.#queue = this.#queue.filter((one) => one.process !== process);
    if (this.#holder?.process !== process) return;
    this.#holder = null;
    this.#next();
  }

  #give(request: LockRequest): void {
    this.#holder = request;
    request.process.run(() => {
      const release = () => {
        if (this.#holder !== request) return;
        this.#holder = null;
        this.#next();
      };
      void Promise.resolve(request.grant()).then(release);
    });
  }

  #next(): void {
    const next = this.#holder === null ? this.#queue.shift() : undefined;
    if (next) this.#give(next);
  }
}

/** One tab with the page in it. */
export class FakeTab {
  readonly process = new Process();
  readonly states: ConnectionState[] = [];
  /** The seq of each message, as often as the page got it. */
  readonly got: number[] = [];
  readonly from: number;
  visible = true;
  view: View;
  readonly stream: SharedStream;
  readonly #browser: FakeBrowser;

  constructor(browser: FakeBrowser, name: string, visible: boolean) {
    this.#browser = browser;
    this.visible = visible;
    const first = browser.server.firstState();
    this.from = browser.server.head;
    this.view = { swarm: first, gap: null };
    this.stream = new SharedStream({
      first,
      tab: name,
      name: 'stream',
      open: (lastEventId) => browser.server.connect(lastEventId),
      openChannel: (onMessage) => browser.openChannel(this.process, onMessage),
      locks: browser.locks?.for(this.process) ?? null,
      isVisible: () => this.visible,
      onEvents: (events) => this.#take(events),
      onState: (state) => this.states.push(state),
      random: () => 0,
    });
    this.process.run(() => this.stream.start());
  }

  get state(): ConnectionState {
    return this.states.at(-1) ?? 'connecting';
  }

  get leads(): boolean {
    return !this.process.gone && this.stream.leads;
  }

  show(visible: boolean): void {
    this.process.run(() => {
      this.visible = visible;
      this.stream.visibilityChanged();
    });
  }

  close(): void {
    this.process.run(() => this.stream.stop());
    this.crash();
  }

  crash(): void {
    this.process.end();
    this.#browser.forget(this);
  }

  #take(events: readonly StreamEvent[]): void {
    this.view = applyAll(this.view, events);
    for (const event of events) {
      if (event.event === 'messages') this.got.push(...event.data.messages.map(({ seq }) => seq));
    }
  }
}

interface BrowserFeatures {
  locks?: boolean;
  channel?: boolean;
}

export class FakeBrowser {
  readonly server = new FakeServer();
  readonly locks: FakeLocks | null;
  readonly tabs: FakeTab[] = [];
  readonly #withChannel: boolean;
  readonly #ports = new Set<{ process: Process; receive: (message: SentMessage) => void }>();
  #named = 0;

  constructor({ locks = true, channel = true }: BrowserFeatures = {}) {
    this.locks = locks ? new FakeLocks() : null;
    this.#withChannel = channel;
  }

  open({ visible = true } = {}): FakeTab {
    this.#named += 1;
    const tab = new FakeTab(this, `tab ${this.#named}`, visible);
    this.tabs.push(tab);
    return tab;
  }

  get leaders(): FakeTab[] {
    return this.tabs.filter(({ leads }) => leads);
  }

  /** Lets time pass, in steps so small that promises get their turn. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 5) {
      mock.timers.tick(5);
      for (let turn = 0; turn < 4; turn++) await Promise.resolve();
    }
  }

  openChannel(process: Process, onMessage: (message: SentMessage) => void) {
    if (!this.#withChannel) return null;
    const port = { process, receive: onMessage };
    this.#ports.add(port);
    return {
      post: (message: SentMessage) => {
        const text = JSON.stringify(message);
        for (const other of this.#ports) {
          if (other === port) continue;
          later(1, () => other.process.run(() => void (this.#ports.has(other) && other.receive(JSON.parse(text)))));
        }
      },
      close: () => void this.#ports.delete(port),
    };
  }

  forget(tab: FakeTab): void {
    this.tabs.splice(this.tabs.indexOf(tab), 1);
    this.locks?.forget(tab.process);
    for (const stream of [...this.server.streams]) {
      if (stream.owner === tab.process) this.server.streams.delete(stream);
    }
    for (const port of this.#ports) if (port.process === tab.process) this.#ports.delete(port);
  }
}
