/**
 * Watches the main thread from the recorder thread. Reports when and where its event loop is blocked, and ends the
 * process after a SIGTERM that the main thread does not handle.
 */
import { type LoopSigns, LoopWatch, POLL_INTERVAL_MS } from './loop-watch';
import type { MainThreadSample } from './main-thread';

/** A main thread that is only busy handles a signal much sooner. */
const SIGNAL_TAKEN_TIMEOUT_MS = 2500;
/** Slightly later than the main thread's own deadline. */
const STOP_TIMEOUT_MS = 4700;
/** Closing and the end of the process both happen between `STOP_TIMEOUT_MS` and the 5 s that a stop may take. */
const CLOSE_TIMEOUT_MS = 1000;

/** What is logged. Times are in milliseconds. */
export type WatchdogReport =
  | ({ type: 'held'; heldMs: number } & MainThreadSample)
  | { type: 'moved'; heldMs: number }
  /**
   * This version of Node delivers no signals to this thread. A signal that comes while the loop is blocked waits for
   * the loop.
   */
  | { type: 'without_signals' }
  | ({ type: 'ended'; signal: number } & MainThreadSample);

export interface WatchdogParts {
  signs: Pick<LoopSigns, 'heartbeats' | 'isStopping'>;
  /** Milliseconds of a monotonic clock. */
  now: () => number;
  /** Finds out what the main thread is doing. Answers soon, even if that can't be known. */
  sample: () => Promise<MainThreadSample>;
  /** Logs a report; resolves when the lines are written or nothing reads the log. */
  report: (report: WatchdogReport) => Promise<void>;
  /** The loop was blocked for this long and moves again. */
  onMoved: (heldMs: number) => void;
  /** Closes what must be closed before the process ends. */
  close: () => Promise<unknown>;
  /** Ends the process from this thread. */
  end: (exitCode: number) => unknown;
}

export class Watchdog {
  readonly #parts: WatchdogParts;
  readonly #watch: LoopWatch;
  #timer: NodeJS.Timeout;
  readonly #deadlines: NodeJS.Timeout[] = [];
  #heartbeats: number;
  #ending = false;

  constructor(parts: WatchdogParts) {
    this.#parts = parts;
    this.#heartbeats = parts.signs.heartbeats;
    this.#watch = new LoopWatch(parts.signs, parts.now());
    this.#timer = this.#inAWhile();
  }

  /** The main thread has sent something. Polling now makes a poll by this thread's own timer unnecessary. */
  heard(): void {
    const { heartbeats } = this.#parts.signs;
    if (heartbeats === this.#heartbeats) return;
    this.#heartbeats = heartbeats;
    this.#poll();
  }

  /**
   * The process got a signal that ends it. Normally the main thread stops in order; if it can't, this thread ends the
   * process.
   */
  signalled(signal: number): void {
    if (this.#deadlines.length > 0) return;
    const unlessTaken = () => this.#parts.signs.isStopping || this.#end(signal);
    this.#deadlines.push(
      setTimeout(unlessTaken, SIGNAL_TAKEN_TIMEOUT_MS).unref(),
      setTimeout(() => this.#end(signal), STOP_TIMEOUT_MS).unref(),
    );
  }

  /**
   * The main thread stops this thread in order. After a signal this thread stays alive until the main thread has ended
   * it or the last deadline has passed, since the main thread may be blocked just then.
   */
  stop(): void {
    clearTimeout(this.#timer);
    const [taken, last] = this.#deadlines;
    clearTimeout(taken);
    last?.ref();
  }

  #inAWhile(): NodeJS.Timeout {
    return setTimeout(() => this.#poll(), POLL_INTERVAL_MS).unref();
  }

  #poll(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#inAWhile();
    const change = this.#watch.poll(this.#parts.now());
    if (change?.type === 'held') void this.#reportHeld(change.heldMs);
    if (change?.type === 'moved') {
      this.#parts.onMoved(change.heldMs);
      void this.#parts.report({ type: 'moved', heldMs: change.heldMs });
    }
  }

  async #reportHeld(heldMs: number): Promise<void> {
    await this.#parts.report({ type: 'held', heldMs, ...(await this.#parts.sample()) });
  }

  async #end(signal: number): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    const closed = Promise.race([
      // A fault while closing must not keep the process alive: everything that was read is already committed.
      this.#parts.close().catch(() => {}),
      new Promise((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS).unref()),
    ]);
    const sample = await this.#parts.sample();
    await closed;
    await this.#parts.report({ type: 'ended', signal, ...sample }).catch(() => {});
    this.#parts.end(128 + signal);
  }
}
