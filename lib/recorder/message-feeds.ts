/**
 * Everything that follows from committed messages: the published messages themselves, the figures, what is still open,
 * and whether the zone of their times is right.
 */

import { encodeMessages } from '../history/encoded-messages';
import type { History, KeptMessage } from '../history/history';
import { Usage } from '../history/usage';
import { processZone } from '../sources/claudeswarm/naive-time';
import type { ZoneMismatch } from '../sources/claudeswarm/zone-mismatch';
import { CommittedFeed, MAX_PUBLISHED } from './committed-feed';
import type { RecorderEvent, RecorderOptions } from './events';
import type { Guard } from './history-keeper';
import { LastRun } from './last-run';
import { MessageFaults } from './message-faults';
import { OpenQuestionsPublisher } from './open-questions-publisher';
import type { PartFaults } from './part-faults';
import { SummaryFeed } from './summary-feed';
import { UnresolvedFeed } from './unresolved-feed';
import { ZoneDoubt } from './zone-doubt';

const SAVE_INTERVAL_MS = 5000;

type Fields = Readonly<Record<string, unknown>>;

export interface MessageFeedsOptions extends Pick<RecorderOptions, 'zone' | 'openFor'> {
  publish: (event: RecorderEvent) => void;
  /** Runs what uses the database. */
  guard: Guard;
  /** Takes faults in what is derived from all messages together. */
  parts: Pick<PartFaults, 'attempt'>;
  /** Whether a run is in progress; it ends with `endRun`. */
  isRunning: () => boolean;
  /** Reads the time of a message; microseconds since 1970, null for what is not a time. */
  readTime: (timestamp: unknown) => number | null;
  /** Milliseconds since 1970. */
  now: () => number;
}

export class MessageFeeds {
  /** The messages from which something could not be derived. */
  readonly faults: MessageFaults;
  readonly #options: MessageFeedsOptions;
  readonly #committed: CommittedFeed;
  readonly #summary: SummaryFeed;
  readonly #openQuestions: OpenQuestionsPublisher;
  readonly #zone: ZoneDoubt;
  readonly #lastSave: LastRun;
  /** Of the present history. */
  #unresolved!: UnresolvedFeed;
  /** The last step read everything to the end, so that new messages are live. */
  #atEnd = false;
  #caughtUp = false;

  constructor(options: MessageFeedsOptions) {
    const { publish, guard, isRunning, readTime, now } = options;
    this.#options = options;
    this.faults = new MessageFaults(publish, now);
    this.#committed = new CommittedFeed(publish, guard, now);
    this.#summary = new SummaryFeed({ publish, guard, readTime, faults: this.faults, now });
    const attempt = (step: () => void) => options.parts.attempt('open questions', step);
    this.#openQuestions = new OpenQuestionsPublisher(publish, isRunning, attempt, now);
    this.#zone = new ZoneDoubt(options.zone ?? processZone());
    this.#lastSave = new LastRun(now);
  }

  /** The newest `seq` that was taken. */
  get head(): number {
    return this.#committed.head;
  }

  /** Why the zone of the messages' times is doubted; null while it is not. */
  get zoneMismatch(): ZoneMismatch | null {
    return this.#zone.mismatch;
  }

  /**
   * Reads what is needed to continue with a history.
   *
   * @returns switches to it and publishes that it is open
   * @throws what SQLite throws, both here and from the returned function
   */
  prepare(history: History): () => void {
    const { zone, openFor, readTime, now, publish } = this.#options;
    const readMilliseconds = (timestamp: unknown) => {
      const at = readTime(timestamp);
      return at === null ? null : Math.floor(at / 1000);
    };
    const options = { ...openFor, zone, readTime: readMilliseconds, now };
    // In one transaction: a message that another process commits between two reads would be newer for one of them and
    // already known for the other, and so would never be published.
    const read = history.db.transaction(() => ({
      unresolved: new UnresolvedFeed(history, options, this.faults),
      newest: history.newest(MAX_PUBLISHED),
      head: history.head(),
      oldest: history.oldest(),
      summary: history.summary(now()),
    }));
    const { unresolved, newest, head, oldest, summary } = read();
    return () => {
      this.faults.clear();
      this.#unresolved = unresolved;
      this.#openQuestions.begin(unresolved);
      this.#committed.begin(history, head, oldest);
      this.#summary.begin(history, newest);
      const [{ epoch }, file] = [history, history.file === ':memory:' ? null : history.file];
      const opened = { epoch, file, newest: encodeMessages(newest), head, oldest, lives: history.lives() };
      publish({ type: 'opened', ...opened, marks: new Usage(history.db).marks() });
      this.#summary.publishRead(summary);
    };
  }

  /** Takes committed messages and the fields of each, oldest first. */
  take(kept: readonly KeptMessage[], fields: readonly Fields[]): void {
    if (this.#caughtUp && this.#atEnd) this.#noteZone(kept, fields);
    this.#summary.take(kept, fields);
    this.#unresolved.take(kept, fields);
    this.#committed.take(kept);
  }

  /**
   * Ends a step: reads some older messages back for what is still open, where that is not known yet.
   *
   * @param more whether the step left new messages for the next one
   * @returns whether another step must follow
   * @throws what SQLite throws
   */
  endStep(more: boolean): boolean {
    this.#atEnd = !more;
    return this.#unresolved.catchUp() || more;
  }

  /** Notes that the figures may have changed without a new message. */
  markFiguresChanged(): void {
    this.#summary.markDue();
  }

  /** Publishes new messages and figures. */
  flush(): void {
    this.#committed.flush();
    this.#summary.publishSoon();
  }

  /** Publishes between two steps of a run: of a first read only the newest messages. @returns whether it was due */
  flushMeanwhile(): boolean {
    const maxMessages = this.#committed.dueMeanwhile(!this.#caughtUp);
    if (maxMessages === null) return false;
    this.#committed.flush(maxMessages);
    this.#summary.publishSoon();
    return true;
  }

  /** Ends a run, after `flush`: publishes what is open, and the first time that everything is read. */
  endRun(): void {
    this.#openQuestions.publishSoon();
    if (this.#caughtUp) return;
    this.#caughtUp = true;
    // Who spoke last is known from what was read just now.
    this.#summary.publishIfDue();
    this.#options.publish({ type: 'caught_up' });
  }

  /**
   * Saves what is open with the history, if much has come since the last time.
   *
   * @throws what SQLite throws
   */
  saveSometimes(): void {
    if (this.#lastSave.claim(SAVE_INTERVAL_MS)) this.#unresolved.saveSoon();
  }

  /**
   * Saves what is open with the history.
   *
   * @throws what SQLite throws
   */
  save(): void {
    this.#unresolved.save();
  }

  /** Drops events that wait for their time. */
  stopTimers(): void {
    this.#summary.close();
    this.#openQuestions.close();
  }

  /** Compares the times of lines with the instant at which they arrived: lines of one batch arrive together. */
  #noteZone(kept: readonly KeptMessage[], fields: readonly Fields[]): void {
    const arrivedAt = this.#options.now();
    for (const [index, { seq }] of kept.entries()) {
      const timestamp = fields[index]?.timestamp;
      this.faults.attempt('the zone of its time', seq, () => this.#zone.note(timestamp, arrivedAt));
    }
  }
}
