/** The runtime that shows a bundle: every answer is as exported, and no file of a swarm is watched. */
import { basename } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { BundleInfo } from '../contract/bundle-schemas';
import type { SwarmState } from '../contract/events';
import { formatCursor, swarmAt } from '../contract/events';
import { formatInstant } from '../contract/instant';
import { wholeLocks } from '../contract/locks-answer';
import type { PastState, WaitingAnswer } from '../contract/past-schemas';
import type { Health, LocksAnswer } from '../contract/schemas';
import { pickStates } from '../contract/state';
import { Hub } from '../hub/hub';
import { log } from '../platform/log';
import { type Answer, type Json, type PastQuestion, QueryRefused, type Questions } from '../queries/questions';
import { type LockPageQuery, locksPage } from '../rules/lock-pages';
import type { FromThread, OpenedBundle } from '../workers/protocol';
import { Thread } from '../workers/workers';
import { type Figures, type MessageQuery, NO_FIGURES, type Runtime } from './swarm';

export class BundleSwarm implements Runtime {
  readonly simulated = false;
  readonly startedAt = Date.now();
  readonly actions = null;
  readonly work = null;
  readonly git = null;
  readonly hub: Hub;
  readonly #thread: Thread;
  readonly #version: string;
  readonly #ready: Promise<void>;
  #opened = () => {};
  #refused: (error: unknown) => void = () => {};
  #root: string;
  #bundle: BundleInfo | null = null;
  /** The state at the end of the bundle, shown as the present state. */
  #end: PastState | null = null;

  /** @param file absolute path of the bundle; `ready` rejects with a sentence if it can't be opened */
  constructor(file: string, version: string) {
    this.#version = version;
    this.#root = basename(file);
    this.hub = new Hub({ source: { after: (seq, most, epoch) => this.#thread.ask('after', { epoch, seq, most }) } });
    this.#ready = new Promise((resolve, reject) => {
      this.#opened = resolve;
      this.#refused = reject;
    });
    const start = () => new Worker(new URL('../workers/bundle-thread.ts', import.meta.url), { workerData: { file } });
    this.#thread = new Thread(
      'bundle',
      start,
      (message) => this.#take(message),
      (place, detail, error) => {
        if (detail !== null) log().error({ place, error }, 'Internal fault.');
      },
    );
  }

  get root(): string {
    return this.#root;
  }

  get bundle(): BundleInfo | null {
    return this.#bundle;
  }

  ready(): Promise<void> {
    return this.#ready;
  }

  /** A bundle has no receivers of alerts. */
  takeHook(): void {}

  alerts(): readonly [] {
    return [];
  }

  /** Wait relations are only known for a live swarm. */
  waiting(): WaitingAnswer {
    return { edges: [], cycles: [] };
  }

  acks(): never {
    const start = 'start the dashboard with the folder of the swarm to read them';
    throw new QueryRefused('not_live', `An exported time range contains no pending acknowledgements; ${start}.`);
  }

  async decide(): Promise<never> {
    const open = 'start the dashboard with the folder of the swarm to acknowledge or snooze its items';
    throw new QueryRefused('not_live', `This is an exported time range, which can't be changed; ${open}.`);
  }

  messages(query: MessageQuery): Promise<Json> {
    return this.#thread.ask('page', query);
  }

  longestLocks(): null {
    return null;
  }

  locks(query: LockPageQuery): LocksAnswer {
    const locks = this.#end?.locks ?? wholeLocks([]);
    return locksPage(locks.locks, locks, query, (lock) => lock);
  }

  async past<Name extends PastQuestion>(name: Name, query: Questions[Name]['query']): Promise<Answer<Name>> {
    if (name === 'usage') {
      const start = 'start the dashboard with the folder of the swarm to read it';
      throw new QueryRefused('not_live', `An exported time range contains no usage; ${start}.`);
    }
    return this.#thread.ask(name, query);
  }

  async stats(): Promise<string | null> {
    return this.hub.freshStats();
  }

  health(): Health {
    return {
      status: 'healthy',
      timestamp: formatInstant(Date.now()),
      files: { agents: false, messages: false, locks_dir: false },
      sources: {},
      history: { mode: 'memory', role: 'follower' },
      backlog: null,
      uptime_seconds: Math.round((Date.now() - this.startedAt) / 1000),
      version: this.#version,
    };
  }

  figures(): Figures {
    return NO_FIGURES;
  }

  firstState(): SwarmState {
    if (!this.#end) throw new Error('The bundle is not open yet: ready() comes first.');
    const { epoch, seq } = this.hub.head();
    return { ...swarmAt(this.#end), lastEventId: formatCursor(epoch, seq), heardAt: formatInstant(Date.now()) };
  }

  async stop(): Promise<void> {
    this.hub.close();
    await this.#thread.stop();
  }

  #take(message: FromThread): void {
    if (message.type === 'bundle') this.#open(message.opened).then(this.#opened, this.#refused);
    if (message.type !== 'refused') return;
    this.#refused(new Error(message.detail));
    void this.#thread.stop();
  }

  async #open({ name, bundle, epoch, newest, oldest }: OpenedBundle): Promise<void> {
    this.#root = name;
    this.#bundle = bundle;
    const end = await this.#thread.ask('state', { at: Date.parse(bundle.until) });
    this.#end = (await new Response(end).json()) as PastState;
    this.hub.setStates(pickStates(this.#end));
    this.hub.open(epoch, newest, oldest);
  }
}
