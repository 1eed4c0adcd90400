/** The main thread's side of the workers: starts the two threads, sends questions, and restarts threads that die. */
import { randomBytes } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { AlertRule } from '../alerts/rule';
import type { ActionRecord, ActionStep, KnownAction } from '../contract/action-record';
import type { Disposition, DispositionChange, DispositionReview } from '../history/dispositions';
import type { EncodedMessage } from '../history/encoded-messages';
import type { JournalUpdate } from '../history/journal';
import type { Summary } from '../history/summary';
import type { LogSettings } from '../platform/log';
import { type SafeError, safeError } from '../platform/safe-error';
import {
  type Answer,
  type Json,
  type MessageBound,
  type MessageQuery,
  QueryRefused,
  type QuestionName,
  type Questions,
} from '../queries/questions';
import type { AlertsUpdate, PostTried, RecorderEvent, RecorderOptions } from '../recorder/events';
import type { AgentUsage } from '../recorder/usage-feed';
import type { TeamMessage, TranscriptMark } from '../sources/claude-code/claude-session';
import type { OwnPrice } from '../sources/claude-code/model-prices';
import { lookUpPrices } from './look-up-prices';
import { LoopSigns } from './loop-watch';
import type { FromThread, RecorderThreadOptions, ToThread } from './protocol';

/**
 * Limits the heap of each thread. Most objects of a thread live for one batch or one answer; by default V8 lets 48 MB
 * of them accumulate in each thread before it collects them, and keeps that memory. By default it also lets the objects
 * that survive grow to four times the size of the live ones; to twice if the maximum heap is below 2 GB, which is
 * enough for every answer.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 12, maxOldGenerationSizeMb: 2047 };
/** An idle reader thread uses 13 MB. */
const READER_IDLE_TIMEOUT_MS = 60_000;
const RESTART_DELAY_MS = 1000;
const STOP_TIMEOUT_MS = 3000;
/** A thread that lives this long after a failure has recovered. */
const SOUND_AFTER_MS = 5000;

type OnFault = (thread: string, detail: string | null, error?: SafeError) => void;

export class RecorderHandle {
  readonly #recorder: Thread;
  readonly #onEvent: (event: RecorderEvent) => void;
  readonly #onFault: OnFault;
  /** The options with which the recorder thread is started and restarted. */
  #options: RecorderThreadOptions;
  readonly #signs = new LoopSigns();
  #reader: Thread | null = null;
  #readerFile: string | null = null;
  #readerRest: NodeJS.Timeout | null = null;

  /**
   * @param watchdogLog how the recorder thread logs what it observes of this thread; null if it does not watch
   * @param onEvent receives the recorder's events in order
   * @param onFault receives a sentence and the error when a thread died, and null when it has worked again for a while
   */
  constructor(
    { watchdogLog = null, ...options }: RecorderOptions & { watchdogLog?: LogSettings | null },
    onEvent: (event: RecorderEvent) => void,
    onFault: OnFault,
  ) {
    const watchdog = watchdogLog && { memory: this.#signs.memory, log: watchdogLog };
    // The name stays when the thread is started again: its commands may still be running in this thread.
    this.#options = { process: randomBytes(9).toString('base64url'), ...options, watchdog };
    this.#onEvent = onEvent;
    this.#onFault = onFault;
    const start = () =>
      new Worker(new URL('./recorder-thread.ts', import.meta.url), { workerData: this.#options, resourceLimits });
    this.#recorder = new Thread('recorder', start, (message) => this.#take(message), onFault);
  }

  /** Notes that this thread's event loop moves. Call it about once a second. */
  heartbeat(): void {
    this.#signs.heartbeat();
  }

  /** Notes that this thread has begun to stop the process, and ends it by itself. */
  beginStop(): void {
    this.#signs.beginStop();
  }

  /** Notes that the log may have changed. */
  refresh(): void {
    this.#recorder.post({ type: 'refresh' });
  }

  record(update: JournalUpdate): void {
    this.#recorder.post({ type: 'journal', update });
  }

  /** Stores which agents have which ids, as JSON. */
  keepLives(json: string): void {
    this.#recorder.post({ type: 'keep_lives', json });
  }

  /**
   * Notes that the log may have changed and the swarm's files were refreshed.
   *
   * @param at milliseconds since 1970; null if changes could not be recorded
   */
  refreshed(at: number | null): void {
    this.#recorder.post({ type: 'refreshed', at });
  }

  /** Passes the current attention items to the receivers of alerts. */
  attend(update: AlertsUpdate): void {
    this.#recorder.post({ type: 'attention', update });
  }

  /** Passes on how an attempt to post ended. */
  posted(tried: PostTried): void {
    this.#recorder.post({ type: 'posted', tried });
  }

  /** Sets the receivers of alerts from now on. */
  setReceivers(alerts: readonly AlertRule[]): void {
    this.#options = { ...this.#options, alerts };
    this.#recorder.post({ type: 'receivers', alerts });
  }

  /**
   * Records the usage of agents, each answer once, and how far transcripts were read; both are committed together. The
   * marks come back with the event `opened`.
   */
  recordUsage(rows: readonly AgentUsage[], marks: readonly TranscriptMark[]): void {
    this.#recorder.post({ type: 'usage', rows, marks });
  }

  /** Records messages of agent teams, each once. */
  recordTeam(messages: readonly TeamMessage[]): void {
    this.#recorder.post({ type: 'team_messages', messages });
  }

  /** Sets the own prices of models from now on. */
  setOwnPrices(ownPrices: readonly OwnPrice[]): void {
    this.#options = { ...this.#options, ownPrices };
    this.#recorder.post({ type: 'own_prices', own: ownPrices });
  }

  /**
   * Keeps a decision about an attention item.
   *
   * @returns all current decisions
   * @throws {QueryRefused} if it could not be kept
   */
  dispose(change: DispositionChange): Promise<readonly Disposition[]> {
    return this.#recorder.dispose(change);
  }

  /**
   * Commits the beginning or the end of a command.
   *
   * @returns the earlier command with the same key; then nothing is written
   * @throws {QueryRefused} if it could not be written
   */
  recordAction(step: ActionStep, record: ActionRecord): Promise<KnownAction | null> {
    return this.#recorder.recordAction(step, record);
  }

  /** Passes on which of the items with a decision exist, and which decisions have ended. */
  review(review: DispositionReview): void {
    this.#recorder.post({ type: 'review', review });
  }

  /**
   * @returns a `MessagesAnswer` as JSON
   * @throws {QueryRefused}
   */
  page(query: MessageQuery): Promise<Json> {
    return this.ask('page', query);
  }

  /**
   * @returns the messages that follow a message, in order
   * @throws {QueryRefused}
   */
  after(epoch: string, seq: number, most: MessageBound): Promise<EncodedMessage[]> {
    return this.ask('after', { epoch, seq, most });
  }

  /**
   * @returns the current figures, from the thread that keeps them
   * @throws {QueryRefused}
   */
  summary(): Promise<Summary> {
    return this.#recorder.ask('summary', {});
  }

  /**
   * Asks the reader thread, or the recorder thread if only that can read the history.
   *
   * @throws {QueryRefused}
   */
  ask<Name extends QuestionName>(name: Name, query: Questions[Name]['query']): Promise<Answer<Name>> {
    return (this.#openReader() ?? this.#recorder).ask(name, query);
  }

  /**
   * @returns the messages that agents have not read; new ones from the thread that has just recorded them
   * @throws {QueryRefused}
   */
  unread(query: Questions['unread']['query']): Promise<Answer<'unread'>> {
    return query.after === null ? this.ask('unread', query) : this.#recorder.ask('unread', query);
  }

  /** Ends both threads. Everything that was read has been committed before. */
  async stop(): Promise<void> {
    this.#readerFile = null;
    await Promise.all([this.#recorder.stop(), this.#closeReader()]);
  }

  #take(message: FromThread): void {
    if (message.type === 'look_up_prices') void this.#lookUpPrices(message.models);
    if (message.type !== 'events') return;
    for (const event of message.events) {
      if (event.type === 'opened') {
        void this.#closeReader();
        this.#readerFile = event.file;
      }
      this.#onEvent(event);
    }
  }

  async #lookUpPrices(models: readonly string[]): Promise<void> {
    const prices = await lookUpPrices(models).then(
      (found) => ({ found, detail: '' }),
      (error) => ({ found: null, detail: String(error) }),
    );
    this.#recorder.post({ type: 'prices', ...prices });
  }

  /** @returns the reader, started if it was idle; null for a history in memory, which only its own thread can read */
  #openReader(): Thread | null {
    const file = this.#readerFile;
    if (file === null) return null;
    this.#readerRest?.refresh();
    this.#readerRest ??= setTimeout(() => void this.#closeReader(), READER_IDLE_TIMEOUT_MS).unref();
    const start = () =>
      new Worker(new URL('./reader-thread.ts', import.meta.url), { workerData: { file }, resourceLimits });
    this.#reader ??= new Thread('reader', start, (answer) => this.#takeFromReader(answer), this.#onFault);
    return this.#reader;
  }

  async #closeReader(): Promise<void> {
    const reader = this.#reader;
    this.#reader = null;
    if (this.#readerRest) clearTimeout(this.#readerRest);
    this.#readerRest = null;
    await reader?.stop();
  }

  #takeFromReader(message: FromThread): void {
    if (message.type === 'refusal' && message.damaged) this.#recorder.post({ type: 'damaged' });
  }
}

/**
 * Describes for this thread's log what a thread threw. The message of the error may contain content, so it was not
 * passed on.
 */
function thrownInThread({ name, code, frames }: SafeError): Error {
  const error = new Error('A question met a fault in its thread.');
  return Object.assign(error, { name, code, stack: [`${name}: ${error.message}`, ...frames].join('\n    ') });
}

interface Asked {
  resolve: (answer: never) => void;
  reject: (reason: Error) => void;
}

/** One worker thread. Matches answers to questions by number, and starts a new worker when it dies. */
export class Thread {
  readonly #name: string;
  readonly #start: () => Worker;
  readonly #take: (message: FromThread) => void;
  readonly #onFault: OnFault;
  readonly #asked = new Map<number, Asked>();
  #worker: Worker | null = null;
  #nextId = 1;
  #stopping = false;
  #faulty = false;
  #stopped: (() => void) | null = null;

  constructor(name: string, start: () => Worker, take: (message: FromThread) => void, onFault: OnFault) {
    this.#name = name;
    this.#start = start;
    this.#take = take;
    this.#onFault = onFault;
    this.#run();
  }

  post(message: ToThread): void {
    this.#worker?.postMessage(message);
  }

  ask<Name extends QuestionName>(name: Name, query: Questions[Name]['query']): Promise<Answer<Name>> {
    return this.#send((id) => ({ type: 'ask', id, name, query }));
  }

  dispose(change: DispositionChange): Promise<readonly Disposition[]> {
    return this.#send((id) => ({ type: 'dispose', id, change }));
  }

  recordAction(step: ActionStep, record: ActionRecord): Promise<KnownAction | null> {
    return this.#send((id) => ({ type: 'action', id, step, record }));
  }

  /** Sends a question under a new number and waits for its answer. */
  #send<Given>(messageFor: (id: number) => ToThread): Promise<Given> {
    const worker = this.#worker;
    if (!worker || this.#stopping)
      return Promise.reject(new QueryRefused('unavailable', 'The history is not open just now.'));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      worker.postMessage(messageFor(id));
    });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const worker = this.#worker;
    if (!worker) return;
    await new Promise<void>((resolve) => {
      const deadline = setTimeout(resolve, STOP_TIMEOUT_MS);
      this.#stopped = () => {
        clearTimeout(deadline);
        resolve();
      };
      this.post({ type: 'stop' });
    });
    await worker.terminate();
  }

  #run(): void {
    const worker = this.#start();
    this.#worker = worker;
    worker.on('message', (message: FromThread) => this.#onMessage(message));
    worker.on('error', (error) => this.#failed(error.message, safeError(error)));
    const sound = setTimeout(() => this.#faulty && this.#recovered(), SOUND_AFTER_MS);
    worker.once('exit', () => clearTimeout(sound));
    worker.on('exit', () => this.#onExit());
  }

  #onMessage(message: FromThread): void {
    if (message.type === 'stopped') this.#stopped?.();
    if (message.type === 'failed') this.#failed(message.detail, message.error);
    if (message.type === 'answer') this.#settle(message.id)?.resolve(message.answer as never);
    if (message.type === 'fault') this.#settle(message.id)?.reject(thrownInThread(message.error));
    if (message.type === 'refusal') this.#settle(message.id)?.reject(new QueryRefused(message.code, message.detail));
    this.#take(message);
  }

  #failed(detail: string, error: SafeError): void {
    if (this.#stopping) return;
    this.#faulty = true;
    this.#onFault(this.#name, `The ${this.#name} thread failed and is started again: ${detail}`, error);
  }

  #recovered(): void {
    this.#faulty = false;
    this.#onFault(this.#name, null);
  }

  #settle(id: number): Asked | undefined {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    return asked;
  }

  #onExit(): void {
    this.#worker = null;
    this.#stopped?.();
    for (const { reject } of this.#asked.values())
      reject(new QueryRefused('unavailable', 'The history is being opened again.'));
    this.#asked.clear();
    if (!this.#stopping) setTimeout(() => this.#stopping || this.#run(), RESTART_DELAY_MS);
  }
}
