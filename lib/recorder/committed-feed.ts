/** Publishes committed messages: the newest of them, how many they are, and which range of `seq` the history keeps. */

import { encodeMessages } from '../history/encoded-messages';
import type { History, KeptMessage } from '../history/history';
import type { RecorderEvent } from './events';
import type { Guard } from './history-keeper';
import { LastRun } from './last-run';

/** The hub keeps this many in memory. It reads the rest of a larger commit back when a client needs it. */
export const MAX_PUBLISHED = 1000;
/** During a first read: a client gets the newest 50, and the next event follows at once. */
const MAX_PUBLISHED_MEANWHILE = 100;
const PUBLISH_INTERVAL_MS = 50;
/**
 * No client follows a first read message by message, and every published message becomes garbage of the main thread.
 */
const PUBLISH_MEANWHILE_INTERVAL_MS = 200;

export class CommittedFeed {
  readonly #publish: (event: RecorderEvent) => void;
  readonly #guard: Guard;
  readonly #lastPublished: LastRun;
  #history!: History;
  /** The newest messages that are not published yet, and the count of all such messages. */
  #waiting: KeptMessage[] = [];
  #waitingCount = 0;
  #head = 0;
  #publishedHead = 0;
  #publishedOldest = 0;

  /**
   * @param guard runs what reads the database
   * @param now milliseconds since 1970
   */
  constructor(publish: (event: RecorderEvent) => void, guard: Guard, now: () => number) {
    this.#publish = publish;
    this.#guard = guard;
    this.#lastPublished = new LastRun(now);
  }

  /** The newest committed `seq`. */
  get head(): number {
    return this.#head;
  }

  /** Continues with a history whose messages up to `head` are published. */
  begin(history: History, head: number, oldest: number): void {
    this.#history = history;
    this.#waiting = [];
    this.#waitingCount = 0;
    this.#head = head;
    this.#publishedHead = head;
    this.#publishedOldest = oldest;
  }

  /** Takes committed messages, oldest first. */
  take(kept: readonly KeptMessage[]): void {
    const last = kept.at(-1);
    if (!last) return;
    this.#head = last.seq;
    this.#waitingCount += kept.length;
    this.#waiting = this.#waiting.concat(kept).slice(-MAX_PUBLISHED);
  }

  /**
   * Whether to publish between two batches.
   *
   * @param isFirstRead the log has not been read to its end yet
   * @returns how many messages to publish, null while the last event is too recent
   */
  dueMeanwhile(isFirstRead: boolean): number | null {
    const intervalMs = isFirstRead ? PUBLISH_MEANWHILE_INTERVAL_MS : PUBLISH_INTERVAL_MS;
    if (this.#lastPublished.elapsedMs() < intervalMs) return null;
    return isFirstRead ? MAX_PUBLISHED_MEANWHILE : MAX_PUBLISHED;
  }

  /**
   * Publishes what has changed since the last call.
   *
   * @param maxMessages publishes the newest ones up to this number
   */
  flush(maxMessages = MAX_PUBLISHED): void {
    this.#lastPublished.note();
    const oldest = this.#guard(() => this.#history.oldest()) ?? this.#publishedOldest;
    if (this.#head <= this.#publishedHead && oldest === this.#publishedOldest) return;
    this.#publishedHead = this.#head;
    this.#publishedOldest = oldest;
    const [messages, count] = [encodeMessages(this.#waiting.slice(-maxMessages)), this.#waitingCount];
    this.#waiting = [];
    this.#waitingCount = 0;
    this.#publish({ type: 'committed', messages, count, head: this.#head, oldest });
  }
}
