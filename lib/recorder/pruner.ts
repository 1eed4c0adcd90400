/** Drops messages and journal entries beyond the retention, in steps, and publishes how many. */
import type { History, Retention } from '../history/history';
import type { Journal } from '../history/journal';
import { DAY_MS } from '../history/time-units';
import type { ActionsFeed } from './actions-feed';
import type { Pruned, RecorderEvent } from './events';
import { LastRun } from './last-run';
import type { RetentionClock } from './retention-clock';
import type { UsageFeed } from './usage-feed';

const MAX_MEMORY_MESSAGES = 20_000;
const MESSAGES_PER_STEP = 500;
/** Slightly less than from one heartbeat of the main thread to the next. */
const PRUNE_INTERVAL_MS = 900;
/** Excess is dropped when something new is kept; what is only too old may wait a little longer. */
const PRUNE_BY_AGE_INTERVAL_MS = 60_000;
const PUBLISH_INTERVAL_MS = 60_000;
const RELEASE_INTERVAL_MS = 60_000;

/** What a recording process has open. */
export interface PruneTarget {
  history: History;
  /** Null in a process that only follows. */
  journal: Pick<Journal, 'prune'> | null;
  clock: RetentionClock;
  usage: Pick<UsageFeed, 'prune'>;
  actions: Pick<ActionsFeed, 'prune'>;
}

export class Pruner {
  readonly #retention: Retention;
  readonly #publish: (event: RecorderEvent) => void;
  readonly #now: () => number;
  readonly #lastRun: LastRun;
  readonly #lastPublished: LastRun;
  readonly #lastReleased: LastRun;
  /** Messages recorded since the last run. */
  #recorded = 0;
  /** Something was kept since the last run, or a run left something for the next one. */
  #isDue = true;
  /** Dropped since the last event. */
  #pruned: Pruned = { messages: 0, entries: 0 };

  /** @param now milliseconds since 1970 */
  constructor(retention: Retention, publish: (event: RecorderEvent) => void, now: () => number) {
    this.#retention = retention;
    this.#publish = publish;
    this.#now = now;
    this.#lastRun = new LastRun(now);
    this.#lastPublished = new LastRun(now);
    this.#lastReleased = new LastRun(now);
  }

  /** Notes that something was kept. */
  markDue(): void {
    this.#isDue = true;
  }

  /**
   * Counts messages that this process has recorded.
   *
   * @returns whether to prune at once, or a busy swarm would outgrow its retention; fewer messages wait for the timer
   */
  countRecorded(messages: number): boolean {
    this.#recorded += messages;
    return this.#recorded >= MESSAGES_PER_STEP;
  }

  /** @returns whether a run is due by time; if so, it counts as done now */
  claim(): boolean {
    return this.#lastRun.claim(this.#isDue ? PRUNE_INTERVAL_MS : PRUNE_BY_AGE_INTERVAL_MS);
  }

  /**
   * Drops what is beyond the retention, up to the number of messages recorded since the last run and some more.
   *
   * @returns whether messages were dropped
   * @throws what SQLite throws
   */
  prune({ history, journal, clock, usage, actions }: PruneTarget): boolean {
    const limit = this.#recorded + MESSAGES_PER_STEP;
    this.#recorded = 0;
    this.#isDue = false;
    const now = this.#now();
    const aged = clock.read(now);
    const inMemory = history.file === ':memory:';
    const isHeld = clock.jump !== null;
    // After a clock jump no age is proven, so nothing is deleted from a file; only memory stays bounded.
    if (isHeld && !inMemory) return false;
    const retention = {
      days: isHeld ? Number.POSITIVE_INFINITY : this.#retention.days,
      messages: inMemory ? Math.min(MAX_MEMORY_MESSAGES, this.#retention.messages) : this.#retention.messages,
    };
    const messages = history.prune(retention, aged, limit);
    // Journal entries have the times of the system's clock, which may be behind.
    const before = Math.min(aged, now) - retention.days * DAY_MS;
    const entries = journal?.prune(before, retention.messages, limit) ?? 0;
    const answers = usage.prune(before, inMemory);
    if (this.#lastReleased.claim(RELEASE_INTERVAL_MS)) history.releaseMemory();
    const commands = actions.prune({ before, rows: retention.messages }, Math.min(aged, now), limit);
    this.#pruned.messages += messages;
    this.#pruned.entries += entries;
    if (messages + entries + answers + commands > 0) this.#isDue = true;
    return messages > 0;
  }

  /** Publishes once a minute how much was dropped. */
  publishSometimes(): void {
    if (this.#hasNews && this.#lastPublished.claim(PUBLISH_INTERVAL_MS)) this.publish();
  }

  /** Publishes how much was dropped since the last event, if anything was. */
  publish(): void {
    if (!this.#hasNews) return;
    const pruned = this.#pruned;
    this.#pruned = { messages: 0, entries: 0 };
    this.#publish({ type: 'pruned', ...pruned });
  }

  get #hasNews(): boolean {
    return this.#pruned.messages + this.#pruned.entries > 0;
  }
}
