/**
 * Joins the message log with the history: reads, commits, publishes. Of several processes on one history one records;
 * the others publish what it commits and take over when it dies. While the database can't be written, a bounded history
 * in memory replaces it under an epoch of its own.
 *
 * This class decides when something is done; `HistorySync` does it, in synchronous steps with room for others between
 * them. It runs in a worker thread; tests run it directly.
 */
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { AlertRule } from '../alerts/rule';
import type { ActionRecord, ActionStep, KnownAction } from '../contract/action-record';
import type { Disposition, DispositionChange, DispositionReview } from '../history/dispositions';
import type { History } from '../history/history';
import type { JournalUpdate } from '../history/journal';
import type { TeamMessage, TranscriptMark } from '../sources/claude-code/claude-session';
import type { OwnPrice } from '../sources/claude-code/model-prices';
import type { AlertsUpdate, PostTried, RecorderEvent, RecorderOptions } from './events';
import { HistorySync } from './history-sync';
import type { AgentUsage, LookUpPrices } from './usage-feed';

/** Each step reads a thousand messages, which takes 20 to 40 ms. */
const MAX_RETIME_STEPS = 20;

export class Recorder {
  readonly #sync: HistorySync;
  #refreshing: Promise<void> | null = null;
  #refreshAgain = false;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  /**
   * Opens the history and begins to record or to follow.
   *
   * @param publish takes the events, in order; the first one is `opened`
   * @param now milliseconds since 1970
   * @param monotonic milliseconds since any instant
   * @param lookUpPrices finds the prices of models; without it only own prices are known
   */
  constructor(
    options: RecorderOptions,
    publish: (event: RecorderEvent) => void,
    now: () => number = Date.now,
    monotonic: () => number = () => performance.now(),
    lookUpPrices: LookUpPrices = async () => new Map(),
  ) {
    this.#sync = new HistorySync({
      ...options,
      ...{ publish, now, monotonic, lookUpPrices },
      isRunning: () => this.#refreshing !== null,
      onSwitch: () => {
        this.#refreshAgain = true;
      },
    });
    this.#schedule();
  }

  /** The history that is open now; questions are answered from it. */
  get history(): History {
    return this.#sync.history;
  }

  /** Reads what is new in the log. A call during a run makes it read once more. */
  async refresh(): Promise<void> {
    this.#refreshAgain = true;
    // The loop also covers a run that has read for the last time but has not ended yet.
    while (this.#refreshAgain && !this.#closed) {
      this.#refreshing ??= this.#run().finally(() => {
        this.#refreshing = null;
      });
      await this.#refreshing;
    }
  }

  /** Journals changes; a process that only follows leaves that to the one that records. */
  record(update: JournalUpdate): void {
    this.#sync.record(update);
  }

  /** Keeps which agents have which ids, as JSON; a process that only follows leaves that to the one that records. */
  keepLives(json: string): void {
    if (this.#sync.isRecording) this.#sync.attempt('agent lives', () => this.#sync.history.keepLives(json));
  }

  /**
   * Takes the heartbeat of the main thread: does what is due, so that this thread needs no wake-up of its own.
   *
   * @param refreshedAt when the swarm's other files were read; their changes were journaled before. Null if they could
   *   not be read
   */
  async heartbeat(refreshedAt: number | null): Promise<void> {
    if (refreshedAt !== null) this.#sync.guard(() => this.#sync.journal?.refreshed(refreshedAt));
    // A run continues with what is new by itself, and the tick that waits for it follows.
    if (this.#refreshing !== null) this.#refreshAgain = true;
    else await this.#tickNow();
  }

  /** Takes the attention items of now; a process that only follows keeps them until it has to send alerts. */
  attend(update: AlertsUpdate): void {
    this.#sync.attempt('alerts', () => this.#sync.alerts.attend(update));
  }

  /** Takes how a try to post an alert ended. */
  posted(tried: PostTried): void {
    this.#sync.attempt('alerts', () => this.#sync.alerts.posted(tried));
  }

  /** Replaces the receivers of alerts. */
  setReceivers(rules: readonly AlertRule[]): void {
    this.#sync.attempt('alerts', () => this.#sync.alerts.setReceivers(rules));
  }

  /**
   * Commits a decision about an attention item, also in a process that follows.
   *
   * @returns all decisions that are in force now
   * @throws what SQLite throws
   */
  dispose(change: DispositionChange): readonly Disposition[] {
    return this.#sync.dispositions.change(change);
  }

  /**
   * Commits the beginning or the end of a command, also in a process that follows.
   *
   * @returns the earlier command with the same key; then nothing is written
   * @throws {HistoryFault} while only a history in memory is open instead of the file
   * @throws what SQLite throws
   */
  recordAction(step: ActionStep, record: ActionRecord): KnownAction | null {
    return this.#sync.recordAction(step, record);
  }

  /** Drops the decisions that have ended; a process that only follows leaves that to the one that records. */
  review(review: DispositionReview): void {
    this.#sync.attempt('decisions', () => this.#sync.dispositions.review(review));
  }

  /** Records the usage of agents and how far transcripts were read, also in a process that follows. */
  recordUsage(rows: readonly AgentUsage[], marks: readonly TranscriptMark[]): void {
    this.#sync.guard(() => this.#sync.usage.take(rows, marks));
  }

  /** Records messages of agent teams, each once; a process that only follows leaves that to the one that records. */
  async recordTeam(messages: readonly TeamMessage[]): Promise<void> {
    this.#sync.teams.take(messages);
    await this.refresh();
  }

  /** Replaces the own prices of models. */
  setOwnPrices(own: readonly OwnPrice[]): void {
    this.#sync.guard(() => this.#sync.usage.setOwnPrices(own));
  }

  /** Continues without the database file: another thread found it damaged. */
  reportDamage(): void {
    this.#sync.reportDamage();
  }

  /** Ends the run, saves what is known and closes the history. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#sync.stopTimers();
    await this.#refreshing;
    this.#sync.close();
  }

  async #run(): Promise<void> {
    while (this.#refreshAgain && !this.#closed) {
      this.#refreshAgain = false;
      while (!this.#closed && this.#sync.step()) await yieldToOthers();
      this.#sync.endRun();
    }
  }

  #schedule(): void {
    this.#timer = setTimeout(() => void this.#tickNow(), this.#sync.untilTick());
  }

  async #tickNow(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#sync.maintain();
    await this.refresh();
    await this.#retime();
    if (!this.#closed) this.#schedule();
  }

  /** Continues to read times again in another zone, for less than a second. */
  async #retime(): Promise<void> {
    for (let step = 0; step < MAX_RETIME_STEPS && !this.#closed && this.#sync.retime(); step += 1) {
      await yieldToOthers();
    }
  }
}
