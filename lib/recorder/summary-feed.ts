/** Publishes the figures of the history and the newest message of each sender, once a second at most. */
import type { History, KeptMessage } from '../history/history';
import type { Summary } from '../history/summary';
import type { RecorderEvent } from './events';
import type { Guard } from './history-keeper';
import { LastRun } from './last-run';
import type { MessageFaults } from './message-faults';
import { NewestSenders } from './newest-senders';

/** People read the rates, and each summary is an event for every client. */
const SUMMARY_INTERVAL_MS = 1000;

type Fields = Readonly<Record<string, unknown>>;

export interface SummaryFeedOptions {
  publish: (event: RecorderEvent) => void;
  /** Runs what reads the database. */
  guard: Guard;
  /** Reads the time of a message; microseconds since 1970, null for what is not a time. */
  readTime: (timestamp: unknown) => number | null;
  /** Takes messages that cannot be judged. */
  faults: Pick<MessageFaults, 'attempt'>;
  /** Milliseconds since 1970. */
  now: () => number;
}

export class SummaryFeed {
  readonly #publish: (event: RecorderEvent) => void;
  readonly #guard: Guard;
  readonly #now: () => number;
  readonly #senders: NewestSenders;
  readonly #lastPublished: LastRun;
  #history!: History;
  /** The figures may have changed since the last summary. */
  #isDue = true;
  #timer: NodeJS.Timeout | null = null;

  constructor({ publish, guard, readTime, faults, now }: SummaryFeedOptions) {
    this.#publish = publish;
    this.#guard = guard;
    this.#now = now;
    const attempt = (seq: number, step: () => void) => faults.attempt('the newest message of its sender', seq, step);
    this.#senders = new NewestSenders(readTime, attempt, now);
    this.#lastPublished = new LastRun(now);
  }

  /**
   * Continues with a history.
   *
   * @param newest its newest messages, oldest first
   * @throws what SQLite throws
   */
  begin(history: History, newest: readonly KeptMessage[]): void {
    this.#history = history;
    this.#senders.begin(history, newest);
  }

  /** Takes committed messages and their fields, oldest first. */
  take(kept: readonly KeptMessage[], fields: readonly Fields[]): void {
    for (const [index, { seq }] of kept.entries()) this.#senders.note(seq, fields[index] ?? {});
    if (kept.length > 0) this.#isDue = true;
  }

  /** Notes that the figures may have changed without a new message. */
  markDue(): void {
    this.#isDue = true;
  }

  /** Publishes a summary that was just read. */
  publishRead(summary: Summary): void {
    this.#publish({ type: 'summary', summary, newestBySender: this.#senders.list() });
  }

  /** Publishes a summary if one is due: now if the last one is old enough, otherwise when it is. */
  publishSoon(): void {
    if (!this.#isDue) return;
    const waitMs = SUMMARY_INTERVAL_MS - this.#lastPublished.elapsedMs();
    if (waitMs <= 0) this.#publishNow();
    else this.#timer ??= setTimeout(() => this.#guard(() => this.#publishNow()), waitMs);
  }

  /** Publishes a summary now if one is due. */
  publishIfDue(): void {
    if (this.#isDue) this.#guard(() => this.#publishNow());
  }

  /** Drops a summary that waits for its time. */
  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
  }

  #publishNow(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#isDue = false;
    this.#lastPublished.note();
    this.publishRead(this.#history.summary(this.#now()));
  }
}
