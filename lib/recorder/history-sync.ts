/**
 * Keeps the history in step with the message log, one synchronous step after another: a process that records reads and
 * commits, one that follows takes over what another has committed, and both publish it. `Recorder` decides when.
 */
import type { ActionRecord, ActionStep, KnownAction } from '../contract/action-record';
import type { History } from '../history/history';
import type { Journal, JournalUpdate } from '../history/journal';
import type { AppendedTeam } from '../history/message-writer';
import { readMicroseconds } from '../sources/claudeswarm/naive-time';
import { ActionsFeed } from './actions-feed';
import { AlertsFeed } from './alerts-feed';
import { committedCheckpoint } from './checkpoint';
import { historyCondition } from './conditions';
import { DispositionsFeed } from './dispositions-feed';
import type { RecorderEvent, RecorderOptions, RecorderPart } from './events';
import { type Guard, HistoryKeeper, type Prepare } from './history-keeper';
import { HistorySlot } from './history-slot';
import { beginJournal, beginRetention, touchAlive } from './journal-life';
import { LastRun } from './last-run';
import { LogRecorder } from './log-recorder';
import { MessageFeeds } from './message-feeds';
import { PartFaults } from './part-faults';
import { Pruner } from './pruner';
import { readDeletedAgain } from './read-again';
import type { RetentionClock } from './retention-clock';
import { TeamFeed } from './team-feed';
import { fieldsOf } from './unresolved-feed';
import { type LookUpPrices, UsageFeed } from './usage-feed';

const LOCK_INTERVAL_MS = 500;
/** Slightly less than from one heartbeat of the main thread to the next. */
const ALIVE_INTERVAL_MS = 900;
/** How many messages of another process one step takes over. */
const MAX_FOLLOWED = 1000;
const FOLLOWER_TICK_INTERVAL_MS = 50;
/** Slightly more than a heartbeat: the timer of the thread only replaces heartbeats that do not come. */
const RECORDER_TICK_INTERVAL_MS = 1200;
const MIN_TICK_MS = 20;
const JOURNAL_FAILED = 'An internal fault of the dashboard kept a change from being recorded.';
const TOOK_OVER = 'The dashboard that recorded ended; another one took over.';

export interface HistorySyncOptions extends RecorderOptions {
  /** Takes the events, in order; the first one is `opened`. */
  publish: (event: RecorderEvent) => void;
  /** Whether a run is in progress; it ends with `endRun`. */
  isRunning: () => boolean;
  /** Takes that another history is open, so that there may be more to read. */
  onSwitch: () => void;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Milliseconds since any instant. */
  monotonic: () => number;
  lookUpPrices: LookUpPrices;
}

export class HistorySync {
  readonly alerts: AlertsFeed;
  readonly dispositions: DispositionsFeed;
  readonly #actions: ActionsFeed;
  readonly usage: UsageFeed;
  readonly teams = new TeamFeed();
  /** Runs what uses the database. */
  readonly guard: Guard;
  readonly #parts: PartFaults;
  readonly #options: HistorySyncOptions;
  readonly #publish: (event: RecorderEvent) => void;
  readonly #now: () => number;
  readonly #slot: HistorySlot;
  readonly #keeper: HistoryKeeper;
  readonly #log: LogRecorder;
  readonly #feeds: MessageFeeds;
  readonly #pruner: Pruner;
  readonly #lastLock: LastRun;
  readonly #lastAlive: LastRun;
  /** Set in the constructor, which ends with a usable history, in memory if need be. */
  #clock!: RetentionClock;
  #journal: Journal | null = null;
  #condition = '';
  /** Of what others have committed, more than one step is left. */
  #behind = false;

  /** Opens the history and begins to record or to follow. */
  constructor(options: HistorySyncOptions) {
    const { file, root, inFolder = false, adopt = false, retention, publish, now } = options;
    this.#options = options;
    this.#publish = publish;
    this.#now = now;
    this.#slot = new HistorySlot({ file, root, inFolder, adopt }, this.#readTime, now);
    this.#keeper = new HistoryKeeper(this.#slot, this.#prepare, now);
    this.guard = this.#keeper.guard;
    this.#parts = new PartFaults(publish);
    this.#log = new LogRecorder(root, now);
    this.#feeds = new MessageFeeds({ ...options, guard: this.guard, parts: this.#parts, readTime: this.#readTime });
    this.#pruner = new Pruner(retention, publish, now);
    this.alerts = new AlertsFeed(options, publish, now);
    this.dispositions = new DispositionsFeed(publish, now);
    this.#actions = new ActionsFeed(options, now);
    this.usage = new UsageFeed({ ...options, guard: this.guard });
    this.#lastLock = new LastRun(now);
    this.#lastAlive = new LastRun(now);
    this.#keeper.reopen();
  }

  /** The history that is open now. */
  get history(): History {
    return this.#keeper.history;
  }

  /** Whether this process records; false in one that only follows. */
  get isRecording(): boolean {
    return this.#log.isRecording;
  }

  /** Null in a process that only follows. */
  get journal(): Journal | null {
    return this.#journal;
  }

  /**
   * Journals changes. After a fault the journal begins again: what it remembers may differ from what the database has.
   */
  record(update: JournalUpdate): void {
    this.#pruner.markDue();
    this.guard(() => {
      const journal = this.#journal;
      if (!journal || this.#parts.attempt('the journal', () => journal.record(update))) return;
      this.#journal = beginJournal(this.history, JOURNAL_FAILED, this.#now());
    });
  }

  /**
   * Commits the beginning or the end of a command.
   *
   * @returns the earlier command with the same key; then nothing is written
   * @throws {HistoryFault} while only a history in memory is open instead of the file
   * @throws what SQLite throws
   */
  recordAction(step: ActionStep, record: ActionRecord): KnownAction | null {
    this.#pruner.markDue();
    return this.#actions.take(step, record, this.#keeper.fault);
  }

  /** Runs a step of a part whose faults, except those of the database, must not end the recorder. */
  attempt(part: RecorderPart, step: () => void): void {
    this.guard(() => this.#parts.attempt(part, step));
  }

  /** Continues without the database file: another thread found it damaged. */
  reportDamage(): void {
    this.#keeper.reportDamage();
  }

  /**
   * Reads one batch of the log, or takes over one of another process.
   *
   * @returns whether there is more
   */
  step(): boolean {
    return this.guard(() => this.#step()) ?? false;
  }

  /** Publishes what the steps of a run have added. */
  endRun(): void {
    this.guard(() => {
      this.#flush();
      this.#feeds.endRun();
    });
  }

  /**
   * Reads some times again that were read in another zone.
   *
   * @returns whether there is more to do
   */
  retime(): boolean {
    if (!this.isRecording) return false;
    const { due, more } = this.guard(() => this.history.retime()) ?? { due: false, more: false };
    if (due) this.#feeds.markFiguresChanged();
    return more;
  }

  /** Does what is due by time, except reading: locks, recovery, retention, alerts. */
  maintain(): void {
    this.#clock.read(this.#now());
    if (this.isRecording && !this.#keeper.inMemory) this.guard(() => this.#readDeletedAgain());
    if (this.#options.file !== null) {
      this.#keeper.check();
      if (!this.isRecording && this.#lastLock.claim(LOCK_INTERVAL_MS)) this.guard(() => this.#takeOver());
      if (this.#journal && this.#lastAlive.claim(ALIVE_INTERVAL_MS)) this.guard(() => this.#touchAlive());
    }
    if (this.isRecording && this.#pruner.claim()) this.#prune();
    this.#pruner.publishSometimes();
    if (this.isRecording) this.attempt('open questions', () => this.#feeds.saveSometimes());
    this.attempt('alerts', () => this.alerts.advance());
    this.attempt('decisions', () => this.dispositions.follow());
    this.attempt('commands', () => this.#actions.reviewSometimes());
    this.attempt('usage', () => this.usage.maintain());
  }

  /**
   * @returns milliseconds until `maintain` and a run should follow by themselves: an unfinished line counts as soon as
   *   it has settled, and a process that follows gets no hint of new commits
   */
  untilTick(): number {
    if (!this.isRecording) return FOLLOWER_TICK_INTERVAL_MS;
    return Math.min(Math.max(this.#log.settlesAt - this.#now(), MIN_TICK_MS), RECORDER_TICK_INTERVAL_MS);
  }

  /** Drops events that wait for their time. Steps of a run may still follow. */
  stopTimers(): void {
    this.#feeds.stopTimers();
  }

  /** Saves what is known and closes the history. */
  close(): void {
    this.guard(() => this.#touchAlive());
    if (this.isRecording) this.guard(() => this.#recordTeams());
    this.#pruner.publish();
    if (this.isRecording) this.attempt('open questions', () => this.#feeds.save());
    this.#log.close();
    this.usage.stop();
    this.history.close();
    this.#actions.stop();
    this.#slot.release();
  }

  readonly #readTime = (timestamp: unknown): number | null =>
    readMicroseconds(timestamp, this.#options.zone ?? undefined);

  /** Prepares to record in a history or to follow it. Changes nothing if the database fails. */
  readonly #prepare: Prepare = (history) => {
    const records = this.#slot.records || history.file === ':memory:';
    const checkpoint = committedCheckpoint(history);
    const clock = beginRetention(history, this.#now(), this.#options.monotonic);
    const reason = this.#keeper.hasHistory ? 'The history could not be written.' : 'No dashboard was running.';
    const journal = records ? beginJournal(history, reason, this.#now()) : null;
    if (records) this.#enterZone(history);
    const enterFeeds = this.#feeds.prepare(history);
    this.dispositions.begin(history, records);
    this.#actions.begin(history);
    this.usage.begin(history, records);
    this.alerts.begin(history, records, this.isRecording ? this.history : undefined);

    return (before) => {
      this.#journal = journal;
      this.#clock = clock;
      this.#behind = false;
      this.#options.onSwitch();
      this.#log.follow(history, checkpoint);
      if (before !== history) before?.close();
      if (records) this.#log.record(history, checkpoint);
      enterFeeds();
      this.teams.begin();
      this.dispositions.follow();
      this.#publishCondition();
    };
  };

  /** Reads times again that were read in another zone: the newest messages now, the others step by step. */
  #enterZone(history: History): void {
    const { zone } = this.#options;
    const before = zone === null ? null : history.enterZone(zone);
    if (before !== null) this.#publish({ type: 'rezoned', before, zone: zone as string });
  }

  #step(): boolean {
    return this.#feeds.endStep(this.isRecording ? this.#readOn() : this.#followOn());
  }

  /** Reads and commits one batch. Returns whether there is more. */
  #readOn(): boolean {
    const batch = this.#log.readOn(this.#clock);
    if (batch === 'superseded') {
      // The lock's file was removed while it was in use. One of the two processes has to follow.
      this.#keeper.stepDown();
      return false;
    }
    this.#takeAppended(batch);
    const more = this.#recordTeams() || batch.more;
    if (more && this.#feeds.flushMeanwhile()) this.#publishCondition();
    return more;
  }

  /** Records messages of teams. Returns whether there are more. */
  #recordTeams(): boolean {
    const now = this.#now();
    this.#takeAppended(this.teams.record(this.history, now, Math.round(this.#clock.read(now))));
    return this.teams.isWaiting;
  }

  #takeAppended({ kept, fields }: AppendedTeam): void {
    this.#feeds.take(kept, fields);
    for (const { seq, error } of this.history.takeUnjudged()) this.#feeds.faults.note('search', seq, error);
    if (kept.length > 0) this.#pruner.markDue();
    if (this.#pruner.countRecorded(kept.length)) this.#prune();
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
    this.alerts.follow();
    const kept = history.after(this.#feeds.head, MAX_FOLLOWED);
    this.#feeds.take(kept, kept.map(fieldsOf));
    if (kept.length > 0) this.#pruner.markDue();
    // The other process may also have dropped old messages.
    this.#feeds.markFiguresChanged();
    this.#behind = kept.length === MAX_FOLLOWED;
    return this.#behind;
  }

  #flush(): void {
    this.#feeds.flush();
    this.#publishCondition();
  }

  #publishCondition(): void {
    const condition = this.#log.condition();
    const log = { ...condition, skipped: [...condition.skipped, ...this.#feeds.faults.list()] };
    const history = historyCondition(this.#keeper.fault, this.#slot.movedTo, this.#clock.jump, {
      mode: this.#keeper.inMemory ? 'memory' : 'file',
      role: this.isRecording ? 'recorder' : 'follower',
    });
    const zone = this.#feeds.zoneMismatch;
    const published = JSON.stringify([log, history, zone]);
    if (published === this.#condition) return;
    this.#condition = published;
    this.#publish({ type: 'condition', log, history, zone });
  }

  /** Records from where the last recorder was, if it has died or stopped. */
  #takeOver(): void {
    if (!this.#slot.take()) return;
    while (this.#followOn());
    this.#flush();
    const { history } = this;
    const { epoch } = history;
    this.#clock = beginRetention(history, this.#now(), this.#options.monotonic);
    this.#journal = beginJournal(history, TOOK_OVER, this.#now());
    if (history.epoch !== epoch) {
      this.#keeper.restart();
      return;
    }
    this.#enterZone(history);
    this.alerts.begin(history, true);
    this.dispositions.begin(history, true);
    this.usage.begin(history, true);
    this.#log.record(history, committedCheckpoint(history));
    this.#publishCondition();
  }

  #readDeletedAgain(): void {
    const { retention } = this.#options;
    const options = { log: this.#log, clock: this.#clock, retention, readTime: this.#readTime, now: this.#now() };
    readDeletedAgain(this.history, options);
  }

  #prune(): void {
    const target = {
      ...{ history: this.history, journal: this.#journal, clock: this.#clock },
      ...{ usage: this.usage, actions: this.#actions },
    };
    if (this.guard(() => this.#pruner.prune(target))) this.#feeds.markFiguresChanged();
  }

  #touchAlive(): void {
    if (this.#journal) touchAlive(this.history, this.#journal, this.#clock, this.#now());
  }
}
