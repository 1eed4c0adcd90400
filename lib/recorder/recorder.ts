/**
 * Joins the message log with the history: reads, commits, publishes. Of several processes on one history one records; the
 * others publish what it commits and take over when it dies. While the database can't be written, a bounded history in
 * memory replaces it under an epoch of its own.
 *
 * Each step is synchronous, and others may run between steps. The class runs in a worker thread; tests run it directly.
 */
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { AlertRule } from '../alerts/rule';
import { HistoryFault } from '../history/database';
import type { Disposition, DispositionChange, DispositionReview } from '../history/dispositions';
import type { History, KeptMessage } from '../history/history';
import type { Journal, JournalUpdate } from '../history/journal';
import { toldMessages } from '../history/message-bytes';
import { processZone, readMicroseconds } from '../sources/claudeswarm/naive-time';
import { AlertsFeed } from './alerts-feed';
import { committedCheckpoint } from './checkpoint';
import { CommittedFeed, MAX_PUBLISHED } from './committed-feed';
import { historyCondition } from './conditions';
import { DispositionsFeed } from './dispositions-feed';
import type { AlertsUpdate, PostTried, RecorderEvent, RecorderOptions } from './events';
import { type Guard, HistoryKeeper, type Prepare } from './history-keeper';
import { HistorySlot } from './history-slot';
import { beginJournal, beginRetention, markAlive } from './journal-life';
import { LastRun } from './last-run';
import { LogRecorder } from './log-recorder';
import { fieldsOf, MattersFeed } from './open-questions-feed';
import { OpenQuestionsPublisher } from './open-questions-publisher';
import { Pruner } from './pruner';
import { fromTheStart, isPastRetention, mustReadAgain } from './read-again';
import type { RetentionClock } from './retention-clock';
import { SummaryFeed } from './summary-feed';
import { ZoneDoubt } from './zone-doubt';

const SAVE_INTERVAL_MS = 5000;
const LOCK_INTERVAL_MS = 500;
/** Slightly less than from one heartbeat of the main thread to the next. */
const ALIVE_INTERVAL_MS = 900;
/** Slightly more: this thread's own timer only replaces heartbeats that do not come. */
const RECORDER_TICK_MS = 1200;
const FOLLOWER_TICK_MS = 50;
const MIN_TICK_MS = 20;
/** Each step reads a thousand messages, which takes 20 to 40 ms. */
const MAX_RETIME_STEPS = 20;
const TOOK_OVER = 'The dashboard that recorded ended; another one took over.';

type Fields = Readonly<Record<string, unknown>>;

export class Recorder {
  readonly #options: RecorderOptions;
  readonly #publish: (event: RecorderEvent) => void;
  readonly #now: () => number;
  readonly #monotonic: () => number;
  readonly #slot: HistorySlot;
  readonly #keeper: HistoryKeeper;
  readonly #guard: Guard;
  readonly #log: LogRecorder;
  readonly #committed: CommittedFeed;
  readonly #summary: SummaryFeed;
  readonly #openQuestions: OpenQuestionsPublisher;
  readonly #pruner: Pruner;
  readonly #alerts: AlertsFeed;
  readonly #dispositions: DispositionsFeed;
  readonly #zone: ZoneDoubt;
  /** Set in the constructor, which ends with a usable history, in memory if need be. */
  #matters!: MattersFeed;
  #clock!: RetentionClock;
  /** Null in a process that only follows. */
  #journal: Journal | null = null;
  readonly #lastSave: LastRun;
  readonly #lastLock: LastRun;
  readonly #lastAlive: LastRun;
  #condition = '';
  /** The last step read everything that there was: what comes now is live. */
  #atEnd = false;
  #caughtUp = false;
  /** Of what others have committed, more than one step is left. */
  #behind = false;
  #looking: Promise<void> | null = null;
  #lookAgain = false;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  /**
   * Opens the history and begins to record or to follow.
   *
   * @param publish takes the events, in order; the first one is `opened`
   * @param now milliseconds since 1970
   * @param monotonic milliseconds since any instant
   */
  constructor(
    options: RecorderOptions,
    publish: (event: RecorderEvent) => void,
    now: () => number = Date.now,
    monotonic: () => number = () => performance.now(),
  ) {
    this.#options = options;
    this.#publish = publish;
    this.#now = now;
    this.#monotonic = monotonic;
    const { file, root, inFolder = false, adopt = false, retention } = options;
    this.#slot = new HistorySlot({ file, root, inFolder, adopt }, this.#readTime, now);
    this.#keeper = new HistoryKeeper(this.#slot, this.#prepare, now);
    const { guard } = this.#keeper;
    this.#guard = guard;
    this.#log = new LogRecorder(root, now);
    this.#committed = new CommittedFeed(publish, guard, now);
    this.#summary = new SummaryFeed({ publish, guard, readTime: this.#readTime, now });
    this.#openQuestions = new OpenQuestionsPublisher(publish, () => this.#looking !== null, now);
    this.#pruner = new Pruner(retention, publish, now);
    this.#alerts = new AlertsFeed(options, publish, now);
    this.#dispositions = new DispositionsFeed(publish, now);
    this.#zone = new ZoneDoubt(options.zone ?? processZone());
    this.#lastSave = new LastRun(now);
    this.#lastLock = new LastRun(now);
    this.#lastAlive = new LastRun(now);
    this.#keeper.reopen();
    this.#schedule();
  }

  /** The history that is open now; questions are answered from it. */
  get history(): History {
    return this.#keeper.history;
  }

  /** Reads what is new in the log. A call during a run makes it read once more. */
  async look(): Promise<void> {
    this.#lookAgain = true;
    // The loop also covers a run that has read for the last time but has not ended yet.
    while (this.#lookAgain && !this.#closed) {
      this.#looking ??= this.#run().finally(() => {
        this.#looking = null;
      });
      await this.#looking;
    }
  }

  /** Journals changes; a process that only follows leaves that to the one that records. */
  record(update: JournalUpdate): void {
    this.#pruner.markDue();
    this.#guard(() => this.#journal?.record(update));
  }

  /** Keeps which agents have which ids, as JSON; a process that only follows leaves that to the one that records. */
  keepLives(json: string): void {
    if (this.#log.isRecording) this.#guard(() => this.history.keepLives(json));
  }

  /**
   * Takes the heartbeat of the main thread: does what is due, so that this thread needs no wake-up of its own.
   *
   * @param lookedAt when the swarm's other files were read; their changes were journaled before. Null if they could not
   *   be read
   */
  async beat(lookedAt: number | null): Promise<void> {
    if (lookedAt !== null) this.#guard(() => this.#journal?.looked(lookedAt));
    // A run continues with what is new by itself, and the tick that waits for it follows.
    if (this.#looking !== null) this.#lookAgain = true;
    else await this.#tickNow();
  }

  /** Takes the attention items of now; a process that only follows keeps them until it has to send alerts. */
  attend(update: AlertsUpdate): void {
    this.#guard(() => this.#alerts.attend(update));
  }

  /** Takes how a try to post an alert ended. */
  posted(tried: PostTried): void {
    this.#guard(() => this.#alerts.posted(tried));
  }

  /** Replaces the receivers of alerts. */
  setReceivers(rules: readonly AlertRule[]): void {
    this.#guard(() => this.#alerts.setReceivers(rules));
  }

  /**
   * Commits a decision about an attention item, also in a process that follows.
   *
   * @returns all decisions that are in force now
   * @throws what SQLite throws
   */
  dispose(change: DispositionChange): readonly Disposition[] {
    return this.#dispositions.change(change);
  }

  /** Drops the decisions that have ended; a process that only follows leaves that to the one that records. */
  review(review: DispositionReview): void {
    this.#guard(() => this.#dispositions.review(review));
  }

  /** Continues without the database file: another thread found it damaged. */
  reportDamage(): void {
    const { file } = this.history;
    if (!this.#keeper.inMemory) {
      this.#keeper.switchAfter(new HistoryFault('corrupt', `The history ${file} is damaged.`));
    }
  }

  /** Ends the run, saves what is known and closes the history. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#summary.close();
    this.#openQuestions.close();
    await this.#looking;
    if (this.#journal) markAlive(this.history, this.#journal, this.#clock, this.#now());
    this.#pruner.publish();
    if (this.#log.isRecording) this.#guard(() => this.#matters.save());
    this.#log.close();
    this.history.close();
    this.#slot.release();
  }

  readonly #readTime = (timestamp: unknown): number | null =>
    readMicroseconds(timestamp, this.#options.zone ?? undefined);

  readonly #readMilliseconds = (timestamp: unknown): number | null => {
    const at = this.#readTime(timestamp);
    return at === null ? null : Math.floor(at / 1000);
  };

  /** Prepares to record in a history or to follow it. Changes nothing if the database fails. */
  readonly #prepare: Prepare = (history) => {
    const inMemory = history.file === ':memory:';
    const records = this.#slot.records || inMemory;
    const checkpoint = committedCheckpoint(history);
    const clock = beginRetention(history, this.#now(), this.#monotonic);
    const reason = this.#keeper.hasHistory ? 'The history could not be written.' : 'No dashboard was running.';
    const journal = records ? beginJournal(history, reason, this.#now()) : null;
    if (records) this.#enterZone(history);
    const { zone, openFor } = this.#options;
    const matters = new MattersFeed(history, { ...openFor, zone, readTime: this.#readMilliseconds, now: this.#now });
    const newest = history.newest(MAX_PUBLISHED);
    const [head, oldest, summary] = [history.head(), history.oldest(), history.summary(this.#now())];
    this.#dispositions.begin(history, records);
    this.#alerts.begin(history, records, this.#log.isRecording ? this.history : undefined);

    return (before) => {
      this.#journal = journal;
      this.#clock = clock;
      this.#matters = matters;
      this.#openQuestions.begin(matters);
      this.#behind = false;
      this.#lookAgain = true;
      this.#log.follow(history, checkpoint);
      if (before !== history) before?.close();
      if (records) this.#log.record(history, checkpoint);
      this.#committed.begin(history, head, oldest);
      this.#summary.begin(history, newest);
      const [{ epoch }, file] = [history, inMemory ? null : history.file];
      this.#publish({
        type: 'opened',
        epoch,
        file,
        newest: toldMessages(newest),
        head,
        oldest,
        lives: history.lives(),
      });
      this.#summary.publishRead(summary);
      this.#dispositions.follow();
      this.#publishCondition();
    };
  };

  /** Reads times again that were read in another zone: the newest messages now, the others step by step. */
  #enterZone(history: History): void {
    const { zone } = this.#options;
    const before = zone === null ? null : history.enterZone(zone);
    if (before !== null) this.#publish({ type: 'rezoned', before, zone: zone as string });
  }

  async #run(): Promise<void> {
    while (this.#lookAgain && !this.#closed) {
      this.#lookAgain = false;
      let more = true;
      while (more && !this.#closed) {
        more = this.#guard(() => this.#step()) ?? false;
        if (more) await yieldToOthers();
      }
      this.#flush();
      this.#openQuestions.publishSoon();
      if (this.#caughtUp) continue;
      this.#caughtUp = true;
      // Who spoke last is known from what was read just now.
      this.#summary.publishIfDue();
      this.#publish({ type: 'caught_up' });
    }
  }

  #step(): boolean {
    const more = this.#log.isRecording ? this.#readOn() : this.#followOn();
    this.#atEnd = !more;
    return this.#matters.catchUp() || more;
  }

  /** Reads and commits one batch. Returns whether there is more. */
  #readOn(): boolean {
    const batch = this.#log.readOn(this.#clock);
    if (batch === 'superseded') {
      // The lock's file was removed while it was in use. One of the two processes has to follow.
      this.#keeper.stepDown();
      return false;
    }
    this.#take(batch.kept, batch.fields);
    if (this.#pruner.countRecorded(batch.kept.length)) this.#prune();
    const most = batch.more ? this.#committed.dueMeanwhile(!this.#caughtUp) : null;
    if (most !== null) this.#flush(most);
    return batch.more;
  }

  /** Takes over what another process has committed. Returns whether there is more. */
  #followOn(): boolean {
    const { history } = this;
    const { epoch } = history;
    if (!history.changedElsewhere() && !this.#behind) return false;
    if (history.epoch !== epoch) {
      this.#keeper.restart();
      return false;
    }
    this.#alerts.follow();
    const kept = history.after(this.#committed.head, MAX_PUBLISHED);
    this.#take(kept, kept.map(fieldsOf));
    // The other process may also have dropped old messages.
    this.#summary.markDue();
    this.#behind = kept.length === MAX_PUBLISHED;
    return this.#behind;
  }

  /** Takes what is committed. */
  #take(kept: readonly KeptMessage[], fields: readonly Fields[]): void {
    if (this.#caughtUp && this.#atEnd) this.#noteZone(fields);
    this.#summary.take(kept, fields);
    this.#matters.take(kept, fields);
    this.#committed.take(kept);
    if (kept.length > 0) this.#pruner.markDue();
  }

  /** Compares the times of lines with the instant at which they arrived: lines of one batch arrive together. */
  #noteZone(fields: readonly Fields[]): void {
    const arrivedAt = this.#now();
    for (const { timestamp } of fields) this.#zone.note(timestamp, arrivedAt);
  }

  /** Publishes what has changed; of new messages the newest ones, up to `maxMessages`. */
  #flush(maxMessages = MAX_PUBLISHED): void {
    this.#committed.flush(maxMessages);
    this.#summary.publishSoon();
    this.#publishCondition();
  }

  #publishCondition(): void {
    const log = this.#log.condition();
    const history = historyCondition(this.#keeper.fault, this.#slot.movedTo, this.#clock.jump, {
      mode: this.#keeper.inMemory ? 'memory' : 'file',
      role: this.#log.isRecording ? 'recorder' : 'follower',
    });
    const zone = this.#zone.mismatch;
    const condition = JSON.stringify([log, history, zone]);
    if (condition === this.#condition) return;
    this.#condition = condition;
    this.#publish({ type: 'condition', log, history, zone });
  }

  #schedule(): void {
    this.#timer = setTimeout(() => void this.#tickNow(), this.#untilTick());
  }

  async #tickNow(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    await this.#tick();
    if (!this.#closed) this.#schedule();
  }

  /** A line without its end counts as soon as it has settled; a process that follows gets no hint of new commits. */
  #untilTick(): number {
    if (!this.#log.isRecording) return FOLLOWER_TICK_MS;
    return Math.min(Math.max(this.#log.settlesAt - this.#now(), MIN_TICK_MS), RECORDER_TICK_MS);
  }

  /** Does what is due by time: others' commits, locks, recovery, retention, an unfinished line that has settled. */
  async #tick(): Promise<void> {
    this.#clock.read(this.#now());
    if (this.#log.isRecording && !this.#keeper.inMemory) this.#guard(() => this.#readAgain());
    if (this.#options.file !== null) {
      this.#keeper.check();
      if (!this.#log.isRecording && this.#lastLock.claim(LOCK_INTERVAL_MS)) this.#guard(() => this.#takeOver());
      if (this.#journal && this.#lastAlive.claim(ALIVE_INTERVAL_MS)) {
        markAlive(this.history, this.#journal, this.#clock, this.#now());
      }
    }
    if (this.#log.isRecording && this.#pruner.claim()) this.#prune();
    this.#pruner.publishSometimes();
    if (this.#log.isRecording && this.#lastSave.claim(SAVE_INTERVAL_MS)) this.#guard(() => this.#matters.saveSoon());
    this.#guard(() => this.#alerts.advance());
    this.#guard(() => this.#dispositions.follow());
    await this.look();
    await this.#retime();
  }

  /** Continues to read times again in another zone, for less than a second. */
  async #retime(): Promise<void> {
    for (let step = 0; step < MAX_RETIME_STEPS && this.#log.isRecording && !this.#closed; step += 1) {
      const { due, more } = this.#guard(() => this.history.retime()) ?? { due: false, more: false };
      if (due) this.#summary.markDue();
      if (!more) return;
      await yieldToOthers();
    }
  }

  /** Records from where the last recorder was, if it has died or stopped. */
  #takeOver(): void {
    if (!this.#slot.take()) return;
    while (this.#followOn());
    this.#flush();
    const { history } = this;
    const { epoch } = history;
    this.#clock = beginRetention(history, this.#now(), this.#monotonic);
    this.#journal = beginJournal(history, TOOK_OVER, this.#now());
    if (history.epoch !== epoch) {
      this.#keeper.restart();
      return;
    }
    this.#enterZone(history);
    this.#alerts.begin(history, true);
    this.#dispositions.begin(history, true);
    this.#log.record(history, committedCheckpoint(history));
    this.#publishCondition();
  }

  /** Reads from the log again what a wrong clock deleted. */
  #readAgain(): void {
    const { history } = this;
    if (!mustReadAgain(history, this.#clock)) return;
    const checkpoint = committedCheckpoint(history);
    const now = this.#now();
    const { days, messages } = this.#options.retention;
    // At the maximum number, missing messages may have been dropped because of the number.
    if (checkpoint !== null && history.summary(now).count < messages) {
      const isDropped = (timestamp: unknown) => isPastRetention(this.#readMilliseconds(timestamp), days, now);
      this.#log.readAgain(fromTheStart(checkpoint), ({ fields }) => isDropped(fields.timestamp));
    }
    history.noteAgedByJump(false);
  }

  #prune(): void {
    const target = { history: this.history, journal: this.#journal, clock: this.#clock };
    if (this.#guard(() => this.#pruner.prune(target))) this.#summary.markDue();
  }
}
