/**
 * A browser without a browser: tabs that close, crash and freeze, and the channel and the locks between them. A frozen tab
 * runs nothing and gets everything when it thaws.
 */
import { mock } from 'node:test';
import type { Locks } from '../../lib/client/leader-lock';
import { SharedStream } from '../../lib/client/shared-stream';
import type { ConnectionState } from '../../lib/client/stream-client';
import type { SentMessage } from '../../lib/client/tab-channel';
import { applyAll, type View } from '../../lib/client/view';
import type { StreamEvent } from '../../lib/contract/events';
import { later, Process } from './fake-process';
import { FakeServer } from './fake-stream-server';

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

  get isLeader(): boolean {
    return !this.process.gone && this.stream.isLeader;
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
    return this.tabs.filter(({ isLeader }) => isLeader);
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
