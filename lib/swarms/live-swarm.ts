/** A live swarm as the endpoints ask it. What it reads and publishes by itself is wired in `live-parts.ts`. */
import type { AcksAnswer } from '../contract/acks-schemas';
import type { ReceiverState } from '../contract/alert-schemas';
import type { AttentionDecision } from '../contract/attention-requests';
import type { SwarmState } from '../contract/events';
import { formatCursor } from '../contract/events';
import { formatInstant } from '../contract/instant';
import type { WaitingAnswer } from '../contract/past-schemas';
import type { AttentionEntry, Health, LocksAnswer } from '../contract/schemas';
import type { Hub } from '../hub/hub';
import type { Answer, Json, MessageQuery, PastQuestion, Questions } from '../queries/questions';
import { changeFrom } from '../rules/attention-dispositions';
import { type LockPageQuery, locksPage } from '../rules/lock-pages';
import type { HookPayload } from '../sources/claude-code/hook-payloads';
import type { SwarmGit } from './git';
import { liveHealth } from './live-health';
import { LiveParts, type LiveSwarmOptions } from './live-parts';
import { newestMessages, newestPage } from './newest-messages';
import type { Figures, Runtime } from './swarm';
import type { SwarmActions } from './swarm-actions';
import type { SwarmWork } from './work';

const FIRST_MESSAGES = 50;

export class LiveSwarm implements Runtime {
  readonly root: string;
  readonly bundle = null;
  readonly simulated: boolean;
  readonly startedAt: number;
  readonly hub: Hub;
  readonly actions: SwarmActions;
  readonly work: SwarmWork;
  readonly git: SwarmGit;
  readonly #parts: LiveParts;
  readonly #version: string;

  /** Starts the recorder's thread and the watches, and begins to read. */
  constructor(options: LiveSwarmOptions) {
    this.root = options.root;
    this.simulated = options.simulated;
    this.#version = options.version;
    this.#parts = new LiveParts(options);
    this.startedAt = this.#parts.startedAt;
    this.hub = this.#parts.hub;
    this.actions = this.#parts.actions;
    this.work = this.#parts.work;
    this.git = this.#parts.git;
  }

  ready(): Promise<void> {
    return this.#parts.readiness.isDue;
  }

  async messages(query: MessageQuery): Promise<Json> {
    const newest = this.#parts.readiness.historyOpen ? newestPage(this.hub, query) : null;
    if (newest !== null) return newest;
    const asksOpen = query.filter.only?.includes('unanswered') === true;
    return this.#parts.recorder.page(asksOpen ? { ...query, open: this.#openQuestions() } : query);
  }

  locks(query: LockPageQuery): LocksAnswer {
    return locksPage(this.#parts.description.allLocks, this.#parts.description.locks, query, (row) => row.describe());
  }

  longestLocks(): string | null {
    return this.#parts.description.longestLocksJson;
  }

  past<Name extends PastQuestion>(name: Name, query: Questions[Name]['query']): Promise<Answer<Name>> {
    if (name === 'talk') return this.#parts.recorder.ask(name, { ...query, open: this.#openQuestions() });
    if (name === 'usage')
      return this.#parts.recorder.ask(name, this.#parts.usage.complete(query as Questions['usage']['query']));
    return this.#parts.recorder.ask(name, query);
  }

  /** The thread that reads does not know which questions are open. */
  #openQuestions() {
    const { epoch, questions } = this.#parts.attention.unresolved;
    return { epoch, questions };
  }

  async stats(): Promise<string | null> {
    if (this.#parts.readiness.historyOpen) await this.#parts.counts.refresh();
    return this.hub.freshStats();
  }

  health(): Health {
    const { history, log } = this.#parts.sources;
    const { startedAt } = this;
    const version = this.#version;
    return liveHealth({ now: this.#parts.sources.now(), history, log }, { startedAt, now: Date.now(), version });
  }

  figures(): Figures {
    return this.#parts.recorderEvents.figures;
  }

  waiting(): WaitingAnswer {
    return this.#parts.attention.waiting;
  }

  acks(): AcksAnswer {
    return this.#parts.attention.acks();
  }

  async decide(id: string, decision: AttentionDecision, by: string | null): Promise<AttentionEntry | null> {
    const found = this.#parts.attention.find(id);
    if (!found) return null;
    const { fingerprint } = found;
    const change = changeFrom({ id, fingerprint }, decision, by, Date.now());
    this.#parts.attention.takeDispositions(await this.#parts.recorder.dispose(change));
    return this.#parts.attention.find(id)?.entry ?? found.entry;
  }

  takeHook(payload: HookPayload): void {
    this.#parts.hooks.take(payload);
  }

  alerts(): readonly ReceiverState[] {
    return this.#parts.alerts.states;
  }

  firstState(): SwarmState {
    const { epoch, seq } = this.hub.head();
    return {
      agents: this.#parts.description.agents,
      locks: this.#parts.description.locks,
      stats: this.#parts.publisher.stats(),
      attention: this.#parts.attention.answer,
      tasks: this.#parts.description.tasks,
      usage: this.#parts.usage.state,
      permissions: this.actions.permissions.pending.state,
      outgoing: this.actions.messages.state,
      work: this.work.state,
      sources: this.#parts.sources.now(),
      messages: newestMessages(this.hub, FIRST_MESSAGES),
      lastEventId: formatCursor(epoch, seq),
      gap: false,
      replacing: false,
      heardAt: formatInstant(Date.now()),
    };
  }

  stop(): Promise<void> {
    return this.#parts.stop();
  }
}
