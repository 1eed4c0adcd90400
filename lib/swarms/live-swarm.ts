/**
 * One swarm, wired: files are looked at, what they say is described and handed to the hub; the recorder's thread does
 * the same for the message log. Nothing here assumes that there is only one swarm.
 */
import { basename } from 'node:path';
import type { ReceiverState } from '../contract/alert-schemas';
import type { AttentionDecision } from '../contract/attention-requests';
import type { SwarmState } from '../contract/events';
import { formatCursor } from '../contract/events';
import { formatInstant } from '../contract/instant';
import type { WaitingAnswer } from '../contract/past-schemas';
import type {
  AttentionAnswer,
  AttentionEntry,
  Health,
  LocksAnswer,
  Message,
  Source,
  Sources,
  Stats,
} from '../contract/schemas';
import type { Disposition } from '../history/dispositions';
import type { Retention } from '../history/history';
import type { Summary } from '../history/summary';
import { Hub } from '../hub/hub';
import { boundHeapGrowth } from '../platform/heap-growth';
import { type LogSettings, log } from '../platform/log';
import { throttle } from '../platform/throttle';
import { encodedPage } from '../queries/messages';
import {
  type Answer,
  type Json,
  type MessageQuery,
  type PastQuestion,
  QueryRefused,
  type Questions,
} from '../queries/questions';
import type { RecorderEvent, RecorderOptions } from '../recorder/events';
import type { Speech } from '../rules/agent-health';
import type { AttentionLimits } from '../rules/attention';
import { changeFrom } from '../rules/attention-dispositions';
import { type LockPageQuery, locksPage } from '../rules/lock-pages';
import { statistics } from '../rules/stats';
import { findLock } from '../sources/claudeswarm/lock-list';
import { LocksReader } from '../sources/claudeswarm/locks';
import { RegistryReader } from '../sources/claudeswarm/registry';
import type { SwarmConfigReader } from '../sources/claudeswarm/swarm-config-reader';
import type { ResolvedZone } from '../sources/claudeswarm/time-zone';
import { addHint, EVERYWHERE, type Hint, noHint, SwarmWatcher } from '../sources/claudeswarm/watcher';
import { ProcessTable } from '../sources/processes/processes';
import { RecorderHandle } from '../workers/workers';
import { type AlertOptions, SwarmAlerts } from './alerts';
import { SwarmAttention } from './attention';
import { SwarmDescription } from './description';
import { HeartbeatTimer } from './heartbeat';
import { SwarmJournal } from './journal-feed';
import { SwarmSources } from './source-status';
import { type Figures, NO_FIGURES, type Runtime } from './swarm';

/** At least once a second, also when the event loop is a little late. */
const RECONCILE_INTERVAL_MS = 950;
const REFRESH_INTERVAL_MS = 10;
/** The regular look, a lock file that is made and the same one written to: what comes alone waits for none of them. */
const REFRESH_BURST = 3;
const MAX_REFRESH_INTERVAL_MS = 100;
/** A first read longer than this does not hold requests back: they are answered with what is there. */
const READY_TIMEOUT_MS = 1500;
/** A history that has not opened by then hangs; everything else is shown without it. */
const HISTORY_TIMEOUT_MS = 10_000;
const FIRST_MESSAGES = 50;
const MAX_LOCKS_READ_AGAIN = 1000;

export interface LiveSwarmOptions {
  /** Absolute, symbolic links resolved. */
  root: string;
  swarmConfig: SwarmConfigReader;
  /** The database of the history; a file of null keeps it in memory. */
  history: Required<Pick<RecorderOptions, 'file' | 'inFolder' | 'adopt'>>;
  retention: Retention;
  /** Of naive times. */
  zone: ResolvedZone;
  attention: AttentionLimits;
  alerts: AlertOptions;
  version: string;
  /** How the watchdog of this process logs; nobody watches it where that is null. */
  watchdogLog: LogSettings | null;
}

export class LiveSwarm implements Runtime {
  readonly root: string;
  readonly bundle = null;
  readonly startedAt = Date.now();
  readonly hub: Hub;
  readonly #options: LiveSwarmOptions;
  readonly #registry: RegistryReader;
  readonly #locks: LocksReader;
  readonly #processes = new ProcessTable();
  readonly #watcher: SwarmWatcher;
  readonly #description: SwarmDescription;
  readonly #sources: SwarmSources;
  readonly #recorder: RecorderHandle;
  readonly #alerts: SwarmAlerts;
  readonly #journal = new SwarmJournal((update) => this.#recorder.record(update));
  readonly #heartbeat = new HeartbeatTimer();
  readonly #refresh: ReturnType<typeof throttle>;
  readonly #refreshLocks: ReturnType<typeof throttle>;
  readonly #refreshLog: ReturnType<typeof throttle>;
  readonly #attention: SwarmAttention;
  readonly #timer: NodeJS.Timeout;
  readonly #ready: Promise<void>;
  #markReady = () => {};
  #hint = noHint();
  /** Lock files that may have changed. */
  #lockHint = new Set<string>();
  #refreshed = false;
  #opened = false;
  #summary: Summary | null = null;
  /** The newest message that it counts for sure. */
  #counted = 0;
  #newestBySender: ReadonlyMap<string, Speech> = new Map();
  #caughtUp = false;
  /** Runs while a description that can wait is to come. */
  #describing: NodeJS.Timeout | null = null;
  #livesRestored = false;
  readonly #figures: Figures = { ...NO_FIGURES };

  constructor(options: LiveSwarmOptions) {
    this.root = options.root;
    this.#options = options;
    this.#ready = new Promise((resolve) => {
      this.#markReady = resolve;
    });
    this.hub = new Hub({
      source: { after: (seq, most, epoch) => this.#recorder.after(epoch, seq, most) },
      freshStats: () => this.#stats(),
      // With the look at everything: two clocks would wake the process twice as often.
      everySecond: (listener) => this.#heartbeat.follow(listener),
    });
    this.#registry = new RegistryReader(this.root);
    // What tens of thousands of locks leave behind would else be hundreds of megabytes.
    this.#locks = new LocksReader(this.root, Date.now, boundHeapGrowth);
    // A hundred viewers of a busy swarm are served with fewer, larger events; a lone change is never held back.
    const distance = () => Math.min(REFRESH_INTERVAL_MS + this.hub.subscriberCount / 4, MAX_REFRESH_INTERVAL_MS);
    const fault = (error: unknown) =>
      this.#onFault('looking', `The swarm's files could not be looked at: ${error}`, error);
    this.#refresh = throttle(() => this.#refreshFiles(), distance, fault, REFRESH_BURST);
    this.#refreshLocks = throttle(() => this.#refreshSomeLocks(), distance, fault, REFRESH_BURST);
    this.#refreshLog = throttle(() => this.#recorder.refresh(), distance, fault, REFRESH_BURST);
    const { history, retention, attention: limits } = options;
    const { zone } = options.zone;
    const openFor = { questionsMs: limits.questionUntilMs, failuresMs: limits.deliveryUntilMs };
    const alerts = options.alerts.receivers.all.map(({ rule }) => rule);
    this.#recorder = new RecorderHandle(
      {
        ...{ root: this.root, ...history, retention, zone, openFor, alerts },
        watchdogLog: options.watchdogLog,
      },
      (event) => this.#onRecorderEvent(event),
      (...fault) => this.#onFault(...fault),
    );
    const swarm = basename(this.root);
    this.#alerts = new SwarmAlerts({ ...options.alerts, swarm, recorder: this.#recorder });
    this.#watcher = new SwarmWatcher(this.root, (hint) => this.#onHint(hint));
    const readers = { registry: this.#registry, locks: this.#locks };
    const { swarmConfig } = options;
    this.#description = new SwarmDescription({
      ...{ root: this.root, ...readers, processes: this.#processes },
      onCompared: () => this.#describeSoon(),
      get config() {
        return swarmConfig.config;
      },
    });
    const sources = { ...readers, watcher: this.#watcher, config: swarmConfig };
    this.#sources = new SwarmSources({ ...sources, zone: options.zone });
    this.#attention = new SwarmAttention({
      ...{ root: this.root, zone, limits },
      get staleTimeoutSeconds() {
        return swarmConfig.config.lockStaleTimeoutSeconds;
      },
      ...{ startedAt: this.startedAt, description: this.#description, sources: this.#sources },
      others: () => this.#alerts.sources,
      publish: (answer) => this.#publishAttention(answer),
      // Before everything was read, facts are missing that the decisions were made about.
      review: (review) => this.#refreshed && this.#caughtUp && this.#recorder.review(review),
      onFault: (error) =>
        this.#onFault('attending', error === null ? null : `What wants a person can't be told: ${error}`, error),
    });
    this.#onHint(EVERYWHERE);
    setTimeout(() => this.#goOnWithoutHistory(), HISTORY_TIMEOUT_MS).unref();
    this.#timer = setInterval(() => this.#reconcile(), RECONCILE_INTERVAL_MS);
    this.#noteServer('started');
  }

  ready(): Promise<void> {
    return this.#ready;
  }

  async messages(query: MessageQuery): Promise<Json> {
    const narrowed = [query.before, query.after, query.around, ...Object.values(query.filter)];
    const plain = narrowed.every((part) => part === undefined);
    const newest = plain ? this.hub.newest(query.limit) : null;
    if (!newest || !this.#opened) return this.#recorder.page(query);
    const { epoch, seq } = this.hub.head();
    const first = newest[0]?.seq ?? 0;
    return encodedPage(newest, query.limit, {
      next: formatCursor(epoch, newest.at(-1)?.seq ?? seq),
      previous: first > this.hub.oldest() ? formatCursor(epoch, first) : null,
    });
  }

  locks(query: LockPageQuery): LocksAnswer {
    return locksPage(this.#description.allLocks, this.#description.locks, query, (row) => row.describe());
  }

  longestLocks(): string | null {
    return this.#description.longestLocksJson;
  }

  past<Name extends PastQuestion>(name: Name, query: Questions[Name]['query']): Promise<Answer<Name>> {
    // The thread that reads does not know which questions are open.
    const { epoch, questions } = this.#attention.unresolved;
    return this.#recorder.ask(name, name === 'talk' ? { ...query, open: { epoch, questions } } : query);
  }

  async stats(): Promise<string | null> {
    // Summaries come at a distance from each other, and a message may have been shown since the last.
    if (this.#opened && this.#counted < this.hub.head().seq) await this.#count();
    return this.hub.freshStats();
  }

  health(): Health {
    const sources = this.#sources.now();
    const states = (Object.entries(sources) as [keyof Sources, Source][]).map(
      ([name, { state }]) => [name, state] as const,
    );
    const sound = Object.values(sources).every(
      ({ state, kept_from }: Source) => state === 'ok' || (state === 'missing' && kept_from === null),
    );
    const { mode, role } = this.#sources.history;
    return {
      status: sound ? 'healthy' : 'degraded',
      timestamp: formatInstant(Date.now()),
      files: {
        agents: sources.registry.state !== 'missing',
        messages: sources.log.state !== 'missing',
        locks_dir: sources.locks.state !== 'missing',
      },
      sources: Object.fromEntries(states),
      history: { mode, role },
      backlog: this.#sources.log.backlog,
      uptime_seconds: Math.round((Date.now() - this.startedAt) / 1000),
      version: this.#options.version,
    };
  }

  figures(): Figures {
    return this.#figures;
  }

  waiting(): WaitingAnswer {
    return this.#attention.waiting;
  }

  async decide(id: string, decision: AttentionDecision, by: string | null): Promise<AttentionEntry | null> {
    const found = this.#attention.find(id);
    if (!found) return null;
    const { fingerprint } = found;
    this.#takeDispositions(await this.#recorder.dispose(changeFrom({ id, fingerprint }, decision, by, Date.now())));
    return this.#attention.find(id)?.entry ?? found.entry;
  }

  alerts(): readonly ReceiverState[] {
    return this.#alerts.states;
  }

  firstState(): SwarmState {
    const { epoch, seq } = this.hub.head();
    const messages = this.hub.newest(FIRST_MESSAGES) ?? [];
    const decoder = new TextDecoder();
    return {
      agents: this.#description.agents,
      locks: this.#description.locks,
      stats: this.#stats(),
      attention: this.#attention.answer,
      sources: this.#sources.now(),
      messages: messages.map(({ json }) => JSON.parse(decoder.decode(json)) as Message),
      lastEventId: formatCursor(epoch, seq),
      gap: false,
      replacing: false,
      heardAt: formatInstant(Date.now()),
    };
  }

  async stop(): Promise<void> {
    this.#recorder.beginStop();
    clearInterval(this.#timer);
    this.#refresh.stop();
    this.#refreshLocks.stop();
    this.#refreshLog.stop();
    if (this.#describing) clearTimeout(this.#describing);
    this.#attention.stop();
    this.hub.close();
    this.#noteServer('stopped');
    // How the last tries ended is still to be kept.
    await this.#alerts.stop();
    await Promise.all([this.#watcher.close(), this.#recorder.stop()]);
  }

  #onHint(hint: Hint): void {
    // Another thread reads the log, and goes on whatever is read here; a look at everything makes it look as well.
    if (hint.log && !isWhole(hint)) this.#refreshLog.request();
    // A look at everything may take long where there are many locks; one of them does not wait for it.
    if (hint.locks !== 'all' && hint.locks.size > 0) {
      for (const name of hint.locks) this.#lockHint.add(name);
      this.#refreshLocks.request();
    }
    if (!hint.registry && !hint.stores && hint.locks !== 'all') return;
    addHint(this.#hint, { ...hint, locks: hint.locks === 'all' ? 'all' : new Set() });
    this.#refresh.request();
  }

  #reconcile(): void {
    this.#recorder.heartbeat();
    this.#heartbeat.begin();
    this.#watcher.reconcile();
    this.#processes.refresh(this.#description.lives.pids(this.#registry.registry));
    if (this.#alerts.refresh()) this.#attention.request();
    if (this.#options.swarmConfig.refresh()) this.#attention.request();
    this.#onHint(EVERYWHERE);
  }

  async #refreshFiles(): Promise<void> {
    const hint = this.#hint;
    const begun = Date.now();
    this.#hint = noHint();
    const whole = isWhole(hint);
    if (whole) this.#attention.requestIfDue();
    let differs = whole || !this.#refreshed;
    try {
      differs = (await this.#readFiles(hint)) || differs;
    } finally {
      // Health and age change by time alone, also while the files can't be read.
      if (differs) {
        this.#describeSafely(whole);
        this.#publishSources();
      }
      if (whole) this.#heartbeat.done();
    }
    this.#refreshed = true;
    this.#journalFrom(begun);
    if (whole) this.#recorder.refreshed(this.#journal.begun && !this.#sources.failed('describing') ? begun : null);
    this.#onFault('looking', null);
    this.#checkReady();
  }

  async #refreshSomeLocks(): Promise<void> {
    const names = this.#lockHint;
    this.#lockHint = new Set();
    const changed = await this.#locks.refresh(names);
    // The first look at everything describes what it reads.
    if (!changed || !this.#refreshed) return;
    this.#describeSafely();
    this.#publishSources();
  }

  /** @returns whether agents or locks changed */
  async #readFiles(hint: Hint): Promise<boolean> {
    let changed = hint.registry && this.#registry.refresh();
    if (hint.locks === 'all') changed = (await this.#locks.refresh('all')) || changed;
    // Who releases a lock and leaves then leaves no orphan: such locks are read after the registry.
    else if (changed) await this.#locks.refresh(this.#locksOfNobody());
    if (hint.stores) await this.#attention.refreshFiles();
    if (!this.#refreshed) {
      this.#processes.refresh(this.#description.lives.pids(this.#registry.registry));
      // A page that opens first must not say that there are no locks. What fails here fails again where it is described, and is reported there.
      await this.#description.compareLocks().catch(() => {});
    }
    return changed;
  }

  /** @returns the files of at most 1,000 locks whose holders the registry does not list */
  #locksOfNobody(): Set<string> {
    const ids = new Set<unknown>(this.#registry.registry?.entries.map(({ id }) => id));
    const names = new Set<string>();
    for (const { lock_file, fields } of this.#locks.locks) {
      if (!ids.has(fields.agent_id)) names.add(lock_file);
      if (names.size === MAX_LOCKS_READ_AGAIN) break;
    }
    return names;
  }

  /**
   * Describes in the next turn of the event loop, unless something else does before: each description of a large swarm takes
   * a while, and several in one turn would hold the loop for as long as all of them.
   */
  #describeSoon(): void {
    this.#describing ??= setTimeout(() => {
      if (this.#refreshed) this.#describeSafely();
    }, 0);
  }

  /** One thing that can't be described must not keep everything else from being told. */
  #describeSafely(signsAnew = false): void {
    if (this.#describing) clearTimeout(this.#describing);
    this.#describing = null;
    try {
      this.#describe(signsAnew);
      this.#onFault('describing', null);
    } catch (error) {
      this.#onFault('describing', `What the swarm's files say can't be shown: ${error}`, error);
    }
  }

  /** Hands everything to the hub, which tells what differs. */
  #describe(signsAnew: boolean): void {
    const now = Date.now();
    this.#description.describe(this.#newestBySender, now, signsAnew);
    const lives = this.#livesRestored ? this.#description.lives.save() : null;
    if (lives !== null) this.#recorder.keepLives(lives);
    const { agents, locks, locksJson } = this.#description;
    const agentsDiffer = this.hub.setState('agents', agents);
    const locksDiffer = this.hub.setState('locks', locks, locksJson);
    if (agentsDiffer) this.#journal.agents(agents);
    if (locksDiffer)
      this.#journal.locks(locks, (lockFile) => findLock(this.#description.allLocks, lockFile) !== undefined);
    if (agentsDiffer || locksDiffer) this.#attention.request();
    this.#journal.commit(now);
    this.hub.setState('stats', this.#stats());
  }

  #stats(): Stats {
    const { agents, locks } = this.#description;
    const open = this.#attention.openFailedDeliveries();
    return statistics(agents, locks, this.#summary, this.startedAt, Date.now(), open);
  }

  #publishAttention(answer: AttentionAnswer): void {
    const changed = this.hub.setState('attention', answer);
    if (changed) {
      this.#journal.attention(answer);
      this.#journal.commit(Date.now());
    }
    if (this.#refreshed) this.#alerts.publish(answer, changed);
  }

  #takeDispositions(dispositions: readonly Disposition[]): void {
    this.#attention.dispositions = dispositions;
    this.#attention.attend();
  }

  #publishSources(): void {
    const sources = this.#sources.now();
    if (!this.hub.setState('sources', sources)) return;
    this.#attention.request();
    this.#journal.sources(sources);
    this.#journal.commit(Date.now());
  }

  /** Another history, or the right to record, is new here: it learns how everything stands. */
  #journalFrom(at: number): void {
    const records = this.#sources.history.role === 'recorder';
    if (!records) this.#journal.end();
    else if (this.#refreshed && !this.#journal.begun) this.#journal.begin(at);
  }

  #noteServer(event: 'started' | 'stopped'): void {
    const at = Date.now();
    this.#journal.server({ event, version: this.#options.version, pid: process.pid, at });
    this.#journal.commit(at);
  }

  #onRecorderEvent(event: RecorderEvent): void {
    switch (event.type) {
      case 'opened':
        this.#opened = true;
        this.#figures.historyFile = event.file;
        this.#restoreLives(event.lives);
        // Who left is known only now, and the first answer must not say that nobody did.
        if (this.#refreshed) this.#describeSafely(true);
        this.#onFault('opening', null);
        this.#journal.end();
        this.hub.open(event.epoch, event.newest, event.oldest);
        setTimeout(() => this.#checkReady(true), READY_TIMEOUT_MS);
        break;
      case 'committed':
        this.#figures.messagesRead += event.count;
        this.hub.publish(event.messages, event.head);
        this.hub.setOldest(event.oldest);
        break;
      case 'unresolved':
        this.#attention.unresolved = event.unresolved;
        this.#attention.request();
        this.hub.setState('stats', this.#stats());
        break;
      case 'alerts':
        this.#alerts.take(event);
        this.#attention.request();
        break;
      case 'dispositions':
        this.#takeDispositions(event.dispositions);
        break;
      case 'caught_up':
        this.#alerts.caughtUp();
        // The first state of a page is whole.
        if (this.#refreshed) this.#describeSafely(true);
        this.#attention.attend();
        this.#checkReady(true);
        break;
      case 'summary':
        this.#takeSummary(event.summary);
        this.#newestBySender = new Map(event.newestBySender);
        this.#describeSoon();
        break;
      case 'loop_held':
        this.#figures.loopHeldCount += 1;
        this.#figures.longestLoopHoldMs = Math.max(this.#figures.longestLoopHoldMs, event.heldMs);
        break;
      case 'upgraded':
        log().info(event.sentence);
        break;
      case 'pruned':
        this.#figures.pruned.messages += event.messages;
        this.#figures.pruned.entries += event.entries;
        log().info(
          { messages: event.messages, entries: event.entries },
          'The retention deleted messages or journal entries.',
        );
        break;
      case 'rezoned':
        log().info(
          { before: event.before, zone: event.zone },
          'Times of kept messages are read again in another zone.',
        );
        break;
      case 'condition': {
        this.#sources.log = event.log;
        this.#figures.logKnown = true;
        this.#sources.history = event.history;
        this.#sources.zoneMismatch = event.zone;
        this.#publishSources();
        this.#journalFrom(Date.now());
        break;
      }
    }
  }

  /** Once: what this process sees later is newer than what any history holds. */
  #restoreLives(json: string | null): void {
    if (json !== null && !this.#livesRestored) this.#description.lives.restore(json);
    this.#livesRestored = true;
  }

  /** What is counted and what is committed come in one order from one thread. */
  #takeSummary(summary: Summary): void {
    this.#summary = summary;
    this.#counted = this.hub.head().seq;
  }

  async #count(): Promise<void> {
    try {
      this.#takeSummary(await this.#recorder.summary());
    } catch (error) {
      // The thread is being started again: the last figures stand.
      if (!(error instanceof QueryRefused)) throw error;
    }
  }

  #goOnWithoutHistory(): void {
    if (this.#opened) return;
    this.#onFault('opening', 'The history has not opened for 10 seconds; messages are shown as soon as it does.');
    this.hub.open(`unopened-${this.startedAt}`, [], 1);
    this.#opened = true;
    this.#checkReady(true);
  }

  /** @param detail a sentence, or null where it works again */
  #onFault(place: string, detail: string | null, error?: unknown): void {
    if (this.#sources.fault(place, detail, error)) this.#publishSources();
  }

  /** Ready once files were looked at and the log was read, or is still being read after a while. */
  #checkReady(caughtUp = false): void {
    this.#caughtUp ||= caughtUp;
    if (this.#refreshed && this.#opened && this.#caughtUp) this.#markReady();
  }
}

/** Whether everything is looked at: a look at some files only says nothing about the others. */
function isWhole({ registry, locks }: Hint): boolean {
  return registry && locks === 'all';
}
