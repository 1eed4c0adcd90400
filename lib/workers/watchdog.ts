/**
 * Watches the main thread from the recorder's thread: says when its event loop is held and where, and ends the process
 * after a SIGTERM that the main thread does not take.
 */
import { type LoopSigns, LoopWatch, POLL_INTERVAL_MS } from './loop-watch';
import type { MainThreadSample } from './main-thread';

/** A main thread that is only busy takes a signal much sooner. */
const SIGNAL_TAKEN_TIMEOUT_MS = 2500;
/** The main thread's own deadline is a little sooner. */
const STOP_TIMEOUT_MS = 4700;
/** Both happen between the first of these and the 5 s that a stop may take. */
const CLOSE_TIMEOUT_MS = 1000;

/** What is logged; times in milliseconds. */
export type WatchdogReport =
  | ({ type: 'held'; heldMs: number } & MainThreadSample)
  | { type: 'moved'; heldMs: number }
  /** This version of Node gives no signals to this thread: one that comes while the loop is held waits for it. */
  | { type: 'without_signals' }
  | ({ type: 'ended'; signal: number } & MainThreadSample);

export interface WatchdogParts {
  signs: Pick<LoopSigns, 'heartbeats' | 'isStopping'>;
  /** Of a clock that never jumps, in milliseconds. */
  now: () => number;
  /** Where the main thread is; gives an answer soon, also where that can't be known. */
  sample: () => Promise<MainThreadSample>;
  /** Logs; resolves when the lines are written, or nobody takes them. */
  report: (report: WatchdogReport) => Promise<void>;
  /** The loop was held for so long, and moves again. */
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

  /** The main thread has sent something: a look now makes one by this thread's own timer needless. */
  heard(): void {
    const { heartbeats } = this.#parts.signs;
    if (heartbeats === this.#heartbeats) return;
    this.#heartbeats = heartbeats;
    this.#poll();
  }

  /** The process got a signal that ends it. The main thread stops in order; where it can't, this thread ends the process. */
  signalled(signal: number): void {
    if (this.#deadlines.length > 0) return;
    const unlessTaken = () => this.#parts.signs.isStopping || this.#end(signal);
    this.#deadlines.push(
      setTimeout(unlessTaken, SIGNAL_TAKEN_TIMEOUT_MS).unref(),
      setTimeout(() => this.#end(signal), STOP_TIMEOUT_MS).unref(),
    );
  }

  /**
   * The main thread stops this one in order. After a signal this thread still lives until the main one has ended it, or
   * until the last deadline: the main thread may be held now of all times.
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
      // A fault here must not keep the process alive: what was read is committed already.
      this.#parts.close().catch(() => {}),
      new Promise((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS).unref()),
    ]);
    const sample = await this.#parts.sample();
    await closed;
    await this.#parts.report({ type: 'ended', signal, ...sample }).catch(() => {});
    this.#parts.end(128 + signal);
  }
}
