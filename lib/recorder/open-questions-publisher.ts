/** Publishes what the messages leave open, up to five times a second, and only after everything is read. */
import type { RecorderEvent } from './events';
import { LastRun } from './last-run';
import type { UnresolvedFeed } from './unresolved-feed';

const PUBLISH_INTERVAL_MS = 200;

export class OpenQuestionsPublisher {
  readonly #publish: (event: RecorderEvent) => void;
  readonly #isReading: () => boolean;
  readonly #attempt: (step: () => void) => void;
  readonly #lastPublished: LastRun;
  #feed!: Pick<UnresolvedFeed, 'changes'>;
  #timer: NodeJS.Timeout | null = null;

  /**
   * @param isReading whether a run is reading the log; it calls `publishSoon` at its end
   * @param attempt runs a step that must not end the recorder
   * @param now milliseconds since 1970
   */
  constructor(
    publish: (event: RecorderEvent) => void,
    isReading: () => boolean,
    attempt: (step: () => void) => void,
    now: () => number,
  ) {
    this.#publish = publish;
    this.#isReading = isReading;
    this.#attempt = attempt;
    this.#lastPublished = new LastRun(now);
  }

  /** Continues with the feed of another history. */
  begin(feed: Pick<UnresolvedFeed, 'changes'>): void {
    this.#feed = feed;
  }

  /**
   * Publishes what has changed: now if the last event is old enough, otherwise when it is. Call it only when the log is
   * read to its end: before, questions are open whose answers are still to come.
   */
  publishSoon(): void {
    const waitMs = PUBLISH_INTERVAL_MS - this.#lastPublished.elapsedMs();
    if (waitMs > 0) {
      this.#timer ??= setTimeout(() => {
        this.#timer = null;
        if (!this.#isReading()) this.publishSoon();
      }, waitMs);
      return;
    }
    this.#attempt(() => this.#publishChanges());
  }

  #publishChanges(): void {
    const unresolved = this.#feed.changes();
    if (!unresolved) return;
    this.#lastPublished.note();
    this.#publish({ type: 'unresolved', unresolved });
  }

  /** Drops an event that waits for its time. */
  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
  }
}
