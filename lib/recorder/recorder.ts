/**
 * Joins the message log with the history: reads, commits, tells. Of several processes on one history one records; the
 * others publish what it commits and take over when it dies. While the database can't be written, a bounded history in
 * memory stands in under an epoch of its own.
 *
 * Synchronous in its steps and yielding between them; it lives in a worker thread, tests run it directly.
 */
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { AlertRule } from '../alerts/rule';
import { HistoryFault, historyFault } from '../history/database';
import type { Disposition, DispositionChange, DispositionReview } from '../history/dispositions';
import { encodeMessages } from '../history/encoded-messages';
import type { History, KeptMessage } from '../history/history';
import type { Journal, JournalUpdate } from '../history/journal';
import { type LogLine, parseLine } from '../sources/claudeswarm/log-line';
import {
  isLogCheckpoint,
  type LogBatch,
  type LogCheckpoint,
  type LogLosses,
  MessageLog,
} from '../sources/claudeswarm/message-log';
import { processZone, readMicroseconds } from '../sources/claudeswarm/naive-time';
import { AlertsFeed } from './alerts-feed';
import { historyCondition, logCondition } from './conditions';
import { DispositionsFeed } from './dispositions-feed';
import type { AlertsUpdate, PostTried, Pruned, RecorderEvent, RecorderOptions } from './events';
import { HistorySlot, type Opened } from './history-slot';
import { beginJournal, beginRetention, lastAlive, touchAlive } from './journal-life';
import { NewestSenders } from './newest-senders';
import { fromTheStart, isPastRetention, mustReadAgain } from './read-again';
import type { RetentionClock } from './retention-clock';
import { noteFirstGeneration } from './root-identity';
import { fieldsOf, UnresolvedFeed } from './unresolved-feed';
import { ZoneDoubt } from './zone-doubt';

/** As many as the hub keeps in memory; of a larger commit it reads the rest back when a client needs it. */
const MAX_PUBLISHED = 1000;
/** In the midst of a first read: a client gets the newest 50, and the next ones make up for them at once. */
const MAX_PUBLISHED_IN_FIRST_READ = 100;
const MEMORY_MESSAGES = 20_000;
const PUBLISH_INTERVAL_MS = 50;
/** Nobody follows a first read message by message, and whatever is told becomes garbage of the thread that serves. */
const FIRST_READ_PUBLISH_INTERVAL_MS = 200;
/** Rates are read by people, and each summary is an event for every client; who asks for one gets it at once. */
const SUMMARY_INTERVAL_MS = 1000;
const UNRESOLVED_INTERVAL_MS = 200;
const SAVE_UNRESOLVED_INTERVAL_MS = 5000;
const LOCK_INTERVAL_MS = 500;
const RECOVER_INTERVAL_MS = 2000;
const PRUNE_STEP = 500;
const PUBLISH_PRUNED_INTERVAL_MS = 60_000;
/** What has grown beyond the retention goes when something comes; by age alone it may go a little later. */
const PRUNE_BY_AGE_INTERVAL_MS = 60_000;
/** From one beat of the main thread to the next it is a little more; this thread's own timer is for when none comes. */
const HEARTBEAT_INTERVAL_MS = 900;
const RECORDER_TICK_INTERVAL_MS = 1200;
const FOLLOWER_TICK_INTERVAL_MS = 50;
/** Of a thousand messages each, 20 to 40 ms of work. */
const MAX_RETIME_STEPS = 20;
const MIN_TICK_INTERVAL_MS = 20;
const NOTHING_LOST: LogLosses = { gaps: 0, skipped: {} };
const TOOK_OVER = 'The dashboard that recorded ended; another one took over.';

type Fields = Readonly<Record<string, unknown>>;
type Repeated =
  | 'published'
  | 'summary'
  | 'unresolved'
  | 'lock'
  | 'identity'
  | 'liveness'
  | 'recover'
  | 'prune'
  | 'pruned'
  | 'save';

export class Recorder {
  readonly #options: RecorderOptions;
  readonly #publish: (event: RecorderEvent) => void;
  readonly #now: () => number;
  readonly #monotonic: () => number;
  readonly #slot: HistorySlot;
  /** These are there from the constructor on: it ends with ones that work, in memory if need be. */
  #history!: History;
  #unresolved!: UnresolvedFeed;
  #clock!: RetentionClock;
  /** Dropped, and not told of yet. */
  #pruned: Pruned = { messages: 0, entries: 0 };
  /** Null in a process that only follows. */
  #journal: Journal | null = null;
  /** Why the history is not what the settings ask for; null if it is. */
  #fault: string | null = null;
  /** Null in a process that only follows. */
  #log: MessageLog | null = null;
  #logFault: string | null = null;
  /** When this process had read the log to its end last, milliseconds since 1970. */
  #logReadAt: number | null = null;
  /** What the database must still hold: else somebody else records too. */
  #lastCheckpoint: string | null = null;
  #gapsAtStart = 0;
  #unpublished: KeptMessage[] = [];
  #unpublishedCount = 0;
  #head = 0;
  #published = 0;
  #publishedOldest = 0;
  readonly #senders: NewestSenders;
  readonly #alerts: AlertsFeed;
  readonly #dispositions: DispositionsFeed;
  readonly #zone: ZoneDoubt;
  /** The last step read everything that there was: what comes now is live. */
  #atEnd = false;
  #summaryDue = true;
  /** Messages since what is beyond the retention was dropped. */
  #unpruned = 0;
  /** Something has been kept since then, or more is to be dropped than one step does. */
  #pruneDue = true;
  #condition = '';
  #refreshing: Promise<void> | null = null;
  #refreshAgain = false;
  #timer: NodeJS.Timeout | null = null;
  #summaryTimer: NodeJS.Timeout | null = null;
  #unresolvedTimer: NodeJS.Timeout | null = null;
  /** When each was done last, milliseconds since 1970. */
  readonly #last: Partial<Record<Repeated, number>> = {};
  #caughtUp = false;
  /** Of what others have committed, more than one step is left. */
  #behind = false;
  #closed = false;

  /**
   * Opens the history and begins to record or to follow.
   *
   * @param publish takes what happens, in order; the first event is `opened`
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
    this.#senders = new NewestSenders(this.#readTime, now);
    this.#zone = new ZoneDoubt(options.zone ?? processZone());
    this.#alerts = new AlertsFeed(options, publish, now);
    this.#dispositions = new DispositionsFeed(publish, now);
    const { file, root, inFolder = false, adopt = false } = options;
    this.#slot = new HistorySlot({ file, root, inFolder, adopt }, this.#readTime, now);
    this.#use(this.#slot.open());
    this.#schedule();
  }

  /** The history that is open now; questions are answered from it. */
  get history(): History {
    return this.#history;
  }

  get #inMemory(): boolean {
    return this.#history.file === ':memory:';
  }

  /** Reads what is new in the log. Calls during a run make it look once more. */
  async refresh(): Promise<void> {
    this.#refreshAgain = true;
    // Again, too, where a run has taken its last look but has not ended yet.
    while (this.#refreshAgain && !this.#closed) {
      this.#refreshing ??= this.#run().finally(() => {
        this.#refreshing = null;
      });
      await this.#refreshing;
    }
  }

  /** Journals changes; a process that only follows leaves that to the one that records. */
  record(update: JournalUpdate): void {
    this.#pruneDue = true;
    this.#guarded(() => this.#journal?.record(update));
  }

  /** Keeps which agents have which ids, as JSON; a process that only follows leaves that to the one that records. */
  keepLives(json: string): void {
    if (this.#log) this.#guarded(() => this.#history.keepLives(json));
  }

  /**
   * A beat of the main thread: does what is due, so that this thread's own timer need not wake it besides.
   *
   * @param refreshedAt when the swarm's other files were looked at, and what differed was journaled before; null if they
   *   could not be
   */
  async heartbeat(refreshedAt: number | null): Promise<void> {
    if (refreshedAt !== null) this.#guarded(() => this.#journal?.refreshed(refreshedAt));
    // A run goes on with what is new by itself, and the tick that waits for it follows.
    if (this.#refreshing !== null) this.#refreshAgain = true;
    else await this.#tickNow();
  }

  /** What wants a person now; a process that only follows keeps it for the moment when it has to tell. */
  attend(update: AlertsUpdate): void {
    this.#guarded(() => this.#alerts.attend(update));
  }

  /** How a try to post an alert ended. */
  posted(tried: PostTried): void {
    this.#guarded(() => this.#alerts.posted(tried));
  }

  /** Others are told of alerts from now on. */
  setReceivers(rules: readonly AlertRule[]): void {
    this.#guarded(() => this.#alerts.setReceivers(rules));
  }

  /**
   * Commits a decision about an attention item, also in a process that follows.
   *
   * @returns all that is decided now
   * @throws what SQLite throws
   */
  dispose(change: DispositionChange): readonly Disposition[] {
    return this.#dispositions.change(change);
  }

  /** Drops the decisions that have ended; a process that only follows leaves that to the one that records. */
  review(review: DispositionReview): void {
    this.#guarded(() => this.#dispositions.review(review));
  }

  /** Another thread found the database damaged. */
  reportDamage(): void {
    if (!this.#inMemory) this.#onFault(new HistoryFault('corrupt', `The history ${this.#history.file} is damaged.`));
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#summaryTimer) clearTimeout(this.#summaryTimer);
    if (this.#unresolvedTimer) clearTimeout(this.#unresolvedTimer);
    await this.#refreshing;
    if (this.#journal) touchAlive(this.#history, this.#journal, this.#clock, this.#now());
    this.#publishPruned();
    if (this.#log) this.#guarded(() => this.#unresolved.save());
    this.#letGo();
  }

  readonly #readTime = (timestamp: unknown): number | null =>
    readMicroseconds(timestamp, this.#options.zone ?? undefined);

  readonly #readMilliseconds = (timestamp: unknown): number | null => {
    const at = this.#readTime(timestamp);
    return at === null ? null : Math.floor(at / 1000);
  };

  /** Goes on with a history. If it turns out to be damaged or unusable, with what the slot has instead. */
  #use(opened: Opened): void {
    try {
      this.#begin(opened);
    } catch (error) {
      const fault = historyFault(error, opened.history.file);
      if (!(fault instanceof HistoryFault) || opened.history.file === ':memory:') throw error;
      opened.history.close();
      this.#use(this.#slot.openAfter(fault));
    }
  }

  /** Records in the history, or follows it, and tells that it is there. Changes nothing if the database fails. */
  #begin({ history, fault }: Opened): void {
    const inMemory = history.file === ':memory:';
    const records = this.#slot.records || inMemory;
    const checkpoint = committedCheckpoint(history);
    const clock = beginRetention(history, this.#now(), this.#monotonic);
    const reason = this.#history ? 'The history could not be written.' : 'No dashboard was running.';
    const journal = records ? beginJournal(history, reason, this.#now()) : null;
    if (records) this.#enterZone(history);
    const unresolved = new UnresolvedFeed(history, {
      ...this.#options.openFor,
      zone: this.#options.zone,
      readTime: this.#readMilliseconds,
      now: this.#now,
    });
    const newest = history.newest(MAX_PUBLISHED);
    const [head, oldest, summary] = [history.head(), history.oldest(), history.summary(this.#now())];

    const before = this.#history as History | undefined;
    this.#dispositions.begin(history, records);
    this.#alerts.begin(history, records, this.#log ? before : undefined);
    this.#log?.close();
    this.#log = null;
    this.#history = history;
    this.#journal = journal;
    this.#clock = clock;
    // Losses from before are no news, to one that follows neither.
    this.#gapsAtStart = checkpoint?.gaps ?? 0;
    this.#unresolved = unresolved;
    this.#fault = fault;
    this.#behind = false;
    if (before !== history) before?.close();
    if (records) this.#record(checkpoint);
    this.#unpublished = [];
    this.#head = head;
    this.#published = head;
    this.#publishedOldest = oldest;
    this.#senders.begin(history, newest);
    const [{ epoch }, file] = [history, inMemory ? null : history.file];
    this.#publish({
      type: 'opened',
      epoch,
      file,
      newest: encodeMessages(newest),
      head,
      oldest,
      lives: history.lives(),
    });
    this.#publish({ type: 'summary', summary, newestBySender: this.#senders.list() });
    this.#dispositions.follow();
    this.#publishCondition();
  }

  /** What was read in another zone is read again: the newest messages now, the others step by step. */
  #enterZone(history: History): void {
    const { zone } = this.#options;
    const before = zone === null ? null : history.enterZone(zone);
    if (before !== null) this.#publish({ type: 'rezoned', before, zone: zone as string });
  }

  #record(checkpoint: LogCheckpoint | null): void {
    this.#lastCheckpoint = checkpoint && JSON.stringify(checkpoint);
    this.#gapsAtStart = checkpoint?.gaps ?? 0;
    if (checkpoint) noteFirstGeneration(this.#history, checkpoint);
    this.#openLog(checkpoint);
  }

  /** @param isOld whether a line that is not recorded is known to have been deleted rightly */
  #openLog(checkpoint: LogCheckpoint | null, isOld: (line: LogLine) => boolean = () => false): void {
    const { root } = this.#options;
    const { copiesOf } = this.#history;
    const recorded = (line: LogLine) => (isOld(line) ? Number.POSITIVE_INFINITY : copiesOf(line));
    const readAt = this.#logReadAt ?? lastAlive(this.#history);
    this.#log = new MessageLog({ root, checkpoint, recorded, readAt, now: this.#now });
  }

  async #run(): Promise<void> {
    while (this.#refreshAgain && !this.#closed) {
      this.#refreshAgain = false;
      let more = true;
      while (more && !this.#closed) {
        more = this.#guarded(() => this.#step()) ?? false;
        if (more) await yieldToOthers();
      }
      this.#flush();
      this.#publishUnresolvedSoon();
      if (this.#caughtUp) continue;
      this.#caughtUp = true;
      // Who spoke last is known from what was read just now.
      if (this.#summaryDue) this.#guarded(() => this.#publishSummary());
      this.#publish({ type: 'caught_up' });
    }
  }

  #step(): boolean {
    const more = this.#log ? this.#readOn(this.#log) : this.#followOn();
    this.#atEnd = !more;
    return this.#unresolved.catchUp() || more;
  }

  /** Reads and commits one batch. Returns whether there is more. */
  #readOn(log: MessageLog): boolean {
    const batch = this.#readBatch(log);
    if (!batch) return false;
    const checkpoint = JSON.stringify(batch.checkpoint);
    if (batch.lines.length > 0 || checkpoint !== this.#lastCheckpoint) {
      const now = this.#now();
      const recordedAt = Math.round(this.#clock.read(now));
      const kept = this.#history.append(batch.lines, checkpoint, now, this.#lastCheckpoint, recordedAt);
      if (kept === null) return this.#stepDown();
      if (this.#lastCheckpoint === null) noteFirstGeneration(this.#history, batch.checkpoint);
      this.#lastCheckpoint = checkpoint;
      this.#take(
        kept,
        batch.lines.map(({ fields }) => fields),
      );
      // As fast as messages come, or a busy swarm would outgrow its retention; few at once are left to the tick.
      this.#unpruned += batch.lines.length;
      if (this.#unpruned >= PRUNE_STEP) this.#prune();
    }
    const [every, most] = this.#caughtUp
      ? [PUBLISH_INTERVAL_MS, MAX_PUBLISHED]
      : [FIRST_READ_PUBLISH_INTERVAL_MS, MAX_PUBLISHED_IN_FIRST_READ];
    if (batch.more && this.#since('published') >= every) this.#flush(most);
    return batch.more;
  }

  /** Another process has recorded as well: the lock's file was removed under us. One of the two has to follow. */
  #stepDown(): false {
    this.#slot.release();
    this.#use(this.#slot.open());
    return false;
  }

  /** A failing disk or network share: the log is read again from the last commit when it answers. */
  #readBatch(log: MessageLog): LogBatch | null {
    try {
      const batch = log.read();
      this.#logFault = null;
      if (!batch.more) this.#logReadAt = this.#now();
      return batch;
    } catch (error) {
      if (isOfDatabase(error)) throw error;
      this.#logFault = `agent_messages.log can't be read (${(error as Error).message}).`;
      log.close();
      this.#openLog(committedCheckpoint(this.#history));
      return null;
    }
  }

  /** Takes over what another process has committed. Returns whether there is more. */
  #followOn(): boolean {
    const { epoch } = this.#history;
    if (!this.#history.changedElsewhere() && !this.#behind) return false;
    if (this.#history.epoch !== epoch) {
      this.#begin({ history: this.#history, fault: this.#fault });
      return false;
    }
    this.#alerts.follow();
    const kept = this.#history.after(this.#head, MAX_PUBLISHED);
    this.#take(kept, kept.map(fieldsOf));
    // It may also have dropped old ones.
    this.#summaryDue = true;
    this.#behind = kept.length === MAX_PUBLISHED;
    return this.#behind;
  }

  /** Takes what is committed. */
  #take(kept: KeptMessage[], fields: readonly Fields[]): void {
    for (const [index, { seq }] of kept.entries()) this.#senders.note(seq, fields[index] ?? {});
    if (this.#caughtUp && this.#atEnd) this.#noteZone(fields);
    this.#unresolved.take(kept, fields);
    const last = kept.at(-1);
    if (!last) return;
    this.#pruneDue = true;
    this.#head = last.seq;
    this.#unpublishedCount += kept.length;
    this.#unpublished = this.#unpublished.concat(kept).slice(-MAX_PUBLISHED);
    this.#summaryDue = true;
  }

  /** Lines of one reading arrived together. */
  #noteZone(fields: readonly Fields[]): void {
    const arrivedAt = this.#now();
    for (const { timestamp } of fields) this.#zone.note(timestamp, arrivedAt);
  }

  /** @param most how many of the messages are told, the newest */
  #flush(most = MAX_PUBLISHED): void {
    this.#last.published = this.#now();
    const oldest = this.#guarded(() => this.#history.oldest()) ?? this.#publishedOldest;
    if (this.#head > this.#published || oldest !== this.#publishedOldest) {
      this.#published = this.#head;
      this.#publishedOldest = oldest;
      const [messages, count] = [encodeMessages(this.#unpublished.slice(-most)), this.#unpublishedCount];
      this.#unpublished = [];
      this.#unpublishedCount = 0;
      this.#publish({ type: 'committed', messages, count, head: this.#head, oldest });
    }
    if (this.#summaryDue) this.#publishSummarySoon();
    this.#publishCondition();
  }

  /** At once if the last one is old enough, else when it is. */
  #publishSummarySoon(): void {
    const wait = SUMMARY_INTERVAL_MS - this.#since('summary');
    if (wait <= 0) this.#publishSummary();
    else this.#summaryTimer ??= setTimeout(() => this.#guarded(() => this.#publishSummary()), wait);
  }

  #publishSummary(): void {
    if (this.#summaryTimer) clearTimeout(this.#summaryTimer);
    this.#summaryTimer = null;
    this.#summaryDue = false;
    this.#last.summary = this.#now();
    const summary = this.#history.summary(this.#now());
    this.#publish({ type: 'summary', summary, newestBySender: this.#senders.list() });
  }

  /** Only when the log is read to its end: before, questions stand open whose answers are still to come. */
  #publishUnresolvedSoon(): void {
    const wait = UNRESOLVED_INTERVAL_MS - this.#since('unresolved');
    if (wait > 0) {
      this.#unresolvedTimer ??= setTimeout(() => {
        this.#unresolvedTimer = null;
        // A run tells at its end.
        if (!this.#refreshing) this.#publishUnresolvedSoon();
      }, wait);
      return;
    }
    const unresolved = this.#unresolved.changes();
    if (!unresolved) return;
    this.#last.unresolved = this.#now();
    this.#publish({ type: 'unresolved', unresolved });
  }

  #publishCondition(): void {
    const losses = this.#log?.losses() ?? committedCheckpoint(this.#history) ?? NOTHING_LOST;
    const log = logCondition(this.#log, losses, this.#logFault, this.#gapsAtStart);
    const history = historyCondition(this.#fault, this.#slot.movedTo, this.#clock.jump, {
      mode: this.#inMemory ? 'memory' : 'file',
      role: this.#log ? 'recorder' : 'follower',
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

  /** A line without its end counts as soon as it has settled; who follows has nobody to say that something is new. */
  #untilTick(): number {
    if (!this.#log) return FOLLOWER_TICK_INTERVAL_MS;
    const settlesAt = this.#log.status().settlesAt ?? Number.POSITIVE_INFINITY;
    return Math.min(Math.max(settlesAt - this.#now(), MIN_TICK_INTERVAL_MS), RECORDER_TICK_INTERVAL_MS);
  }

  /** What is due by time: others' commits, locks, recovery, retention, an unfinished line that has settled. */
  async #tick(): Promise<void> {
    this.#clock.read(this.#now());
    if (this.#log && !this.#inMemory) this.#guarded(() => this.#readAgain());
    if (this.#options.file !== null) {
      if (this.#fault !== null && this.#due('recover', RECOVER_INTERVAL_MS)) this.#recover();
      if (!this.#inMemory && this.#due('identity', HEARTBEAT_INTERVAL_MS)) this.#checkIdentity();
      if (!this.#log && this.#due('lock', LOCK_INTERVAL_MS)) this.#takeOver();
      if (this.#journal && this.#due('liveness', HEARTBEAT_INTERVAL_MS))
        touchAlive(this.#history, this.#journal, this.#clock, this.#now());
    }
    if (this.#log && this.#due('prune', this.#pruneDue ? HEARTBEAT_INTERVAL_MS : PRUNE_BY_AGE_INTERVAL_MS))
      this.#prune();
    if (this.#pruned.messages + this.#pruned.entries > 0 && this.#due('pruned', PUBLISH_PRUNED_INTERVAL_MS))
      this.#publishPruned();
    if (this.#log && this.#due('save', SAVE_UNRESOLVED_INTERVAL_MS)) this.#guarded(() => this.#unresolved.saveSoon());
    this.#guarded(() => this.#alerts.advance());
    this.#guarded(() => this.#dispositions.follow());
    await this.refresh();
    await this.#retime();
  }

  /** Goes on to read times again in another zone, for less than a second. */
  async #retime(): Promise<void> {
    for (let step = 0; step < MAX_RETIME_STEPS && this.#log && !this.#closed; step += 1) {
      const { due, more } = this.#guarded(() => this.#history.retime()) ?? { due: false, more: false };
      if (due) this.#summaryDue = true;
      if (!more) return;
      await yieldToOthers();
    }
  }

  #due(what: Repeated, intervalMs: number): boolean {
    if (this.#since(what) < intervalMs) return false;
    this.#last[what] = this.#now();
    return true;
  }

  /** @returns how many milliseconds ago something was done last; a clock that was set back must not hold it up */
  #since(what: Repeated): number {
    const passed = this.#now() - (this.#last[what] ?? 0);
    return passed < 0 ? Number.POSITIVE_INFINITY : passed;
  }

  /** The recorder has died or stopped: record from where it was. */
  #takeOver(): void {
    this.#guarded(() => {
      if (!this.#slot.take()) return;
      while (this.#followOn());
      this.#flush();
      const { epoch } = this.#history;
      this.#clock = beginRetention(this.#history, this.#now(), this.#monotonic);
      this.#journal = beginJournal(this.#history, TOOK_OVER, this.#now());
      if (this.#history.epoch !== epoch) {
        this.#begin({ history: this.#history, fault: this.#fault });
        return;
      }
      this.#enterZone(this.#history);
      this.#alerts.begin(this.#history, true);
      this.#dispositions.begin(this.#history, true);
      this.#record(committedCheckpoint(this.#history));
      this.#publishCondition();
    });
  }

  /** Tries the database again after a fault; its epoch returns with it. */
  #recover(): void {
    let history: History;
    try {
      history = this.#slot.reopen();
    } catch (error) {
      this.#fault = (error as Error).message;
      return;
    }
    this.#use({ history, fault: null });
    this.#refreshAgain = true;
  }

  #checkIdentity(): void {
    if (!this.#slot.replaced()) return;
    this.#slot.release();
    this.#use(this.#slot.open());
    this.#refreshAgain = true;
  }

  /** Runs a step that uses the database; a fault of it switches to memory, a damaged file is moved aside. */
  #guarded<T>(step: () => T): T | undefined {
    try {
      return step();
    } catch (error) {
      const fault = historyFault(error, this.#history.file);
      if (!(fault instanceof HistoryFault) || this.#inMemory) throw error;
      this.#onFault(fault);
      return undefined;
    }
  }

  #onFault(fault: HistoryFault): void {
    this.#use({ history: this.#seededMemory(), fault: fault.message });
    this.#refreshAgain = true;
    if (fault.kind !== 'corrupt') return;
    this.#slot.markDamaged();
    this.#recover();
  }

  /** A history in memory that goes on where the one in the file stopped, with its newest messages if they can be read. */
  #seededMemory(): History {
    const memory = this.#slot.memory();
    try {
      const checkpoint = this.#history.checkpoint();
      if (checkpoint === null) return memory;
      const lines = this.#history.newestLines(MAX_PUBLISHED).flatMap((text) => {
        const line = parseLine(Buffer.from(text), false);
        return line && !('error' in line) ? [line] : [];
      });
      memory.append(lines, checkpoint, this.#now());
    } catch {
      // Not even readable: what is still in the log is read again from its start.
    }
    return memory;
  }

  /** Looks in the log for what a wrong clock deleted. */
  #readAgain(): void {
    if (!mustReadAgain(this.#history, this.#clock)) return;
    const checkpoint = committedCheckpoint(this.#history);
    const now = this.#now();
    const { days, messages } = this.#options.retention;
    // Where the number is at its bound, what is missing may have been dropped for that.
    if (checkpoint !== null && this.#history.summary(now).count < messages) {
      const again = fromTheStart(checkpoint);
      this.#lastCheckpoint = JSON.stringify(again);
      this.#history.append([], this.#lastCheckpoint, now);
      this.#log?.close();
      this.#openLog(again, ({ fields }) => isPastRetention(this.#readMilliseconds(fields.timestamp), days, now));
    }
    this.#history.noteAgedByJump(false);
  }

  #prune(): void {
    const most = this.#unpruned + PRUNE_STEP;
    this.#unpruned = 0;
    this.#pruneDue = false;
    const now = this.#now();
    const aged = this.#clock.read(now);
    const { retention: asked } = this.#options;
    const held = this.#clock.jump !== null;
    // A clock that jumped proves no age, and until it is mended nothing is deleted for good; only memory stays bounded.
    if (held && !this.#inMemory) return;
    const retention = {
      days: held ? Number.POSITIVE_INFINITY : asked.days,
      messages: this.#inMemory ? Math.min(MEMORY_MESSAGES, asked.messages) : asked.messages,
    };
    this.#guarded(() => {
      const dropped = this.#history.prune(retention, aged, most);
      // The journal has the times of the system's clock, which may be behind.
      const before = Math.min(aged, now) - retention.days * 86_400_000;
      const entries = this.#journal?.prune(before, retention.messages, most) ?? 0;
      this.#pruned.messages += dropped;
      this.#pruned.entries += entries;
      if (dropped > 0) this.#summaryDue = true;
      if (dropped + entries > 0) this.#pruneDue = true;
    });
  }

  #publishPruned(): void {
    const pruned = this.#pruned;
    if (pruned.messages + pruned.entries === 0) return;
    this.#pruned = { messages: 0, entries: 0 };
    this.#publish({ type: 'pruned', ...pruned });
  }

  #letGo(): void {
    this.#log?.close();
    this.#log = null;
    this.#history.close();
    this.#slot.release();
  }
}

function isOfDatabase(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' && code.startsWith('SQLITE_');
}

/** @throws {HistoryFault} if the database holds no checkpoint of ours where one should be */
function committedCheckpoint(history: History): LogCheckpoint | null {
  const text = history.checkpoint();
  if (text === null) return null;
  try {
    const checkpoint: unknown = JSON.parse(text);
    if (isLogCheckpoint(checkpoint)) return checkpoint;
  } catch {
    // Not even JSON.
  }
  throw new HistoryFault('corrupt', `The history ${history.file} is damaged (its checkpoint can't be read).`);
}
