/**
 * Detects whether the main thread's event loop is blocked, as seen from another thread. Pure: the caller supplies the
 * clock.
 */

/** After this time without a heartbeat the loop counts as blocked. */
export const MAX_HELD_MS = 5000;
/** How often the other thread polls while it receives nothing from the main thread. */
export const POLL_INTERVAL_MS = 1200;
/**
 * The most time that one poll may add. If the polling thread was late itself (a stopped process, a busy machine),
 * nothing is known about the time between.
 */
const MAX_POLL_STEP_MS = 2 * POLL_INTERVAL_MS;

const HEARTBEATS = 0;
const STOPPING = 1;

/** Signs of life of the main thread, in memory that both threads share. */
export class LoopSigns {
  readonly #cells: Int32Array;

  /** @param memory 8 bytes, zero at the start */
  constructor(readonly memory = new SharedArrayBuffer(8)) {
    this.#cells = new Int32Array(memory);
  }

  /** Changes with each heartbeat. */
  get heartbeats(): number {
    return Atomics.load(this.#cells, HEARTBEATS);
  }

  /** The main thread has begun to stop the process and gives no more heartbeats. */
  get isStopping(): boolean {
    return Atomics.load(this.#cells, STOPPING) !== 0;
  }

  /** Notes that the main thread is alive. Call it about once a second. */
  heartbeat(): void {
    Atomics.add(this.#cells, HEARTBEATS, 1);
  }

  beginStop(): void {
    Atomics.store(this.#cells, STOPPING, 1);
  }
}

/**
 * What a poll concludes: the loop has been blocked for at least this long, or it moves again after that. Milliseconds.
 */
export interface LoopChange {
  type: 'held' | 'moved';
  heldMs: number;
}

export class LoopWatch {
  readonly #signs: Pick<LoopSigns, 'heartbeats' | 'isStopping'>;
  #heartbeats: number;
  #polledAt: number;
  #heldMs = 0;
  #held = false;

  /** @param now milliseconds of a monotonic clock */
  constructor(signs: Pick<LoopSigns, 'heartbeats' | 'isStopping'>, now: number) {
    this.#signs = signs;
    this.#heartbeats = signs.heartbeats;
    this.#polledAt = now;
  }

  /** @returns what has changed since the last poll; null if nothing */
  poll(now: number): LoopChange | null {
    const step = Math.min(now - this.#polledAt, MAX_POLL_STEP_MS);
    this.#polledAt = now;
    const { heartbeats, isStopping } = this.#signs;
    if (heartbeats !== this.#heartbeats || isStopping) return this.#moved(heartbeats);
    this.#heldMs += step;
    if (this.#held || this.#heldMs < MAX_HELD_MS) return null;
    this.#held = true;
    return { type: 'held', heldMs: Math.round(this.#heldMs) };
  }

  #moved(heartbeats: number): LoopChange | null {
    const change = this.#held ? ({ type: 'moved', heldMs: Math.round(this.#heldMs) } as const) : null;
    this.#heartbeats = heartbeats;
    this.#heldMs = 0;
    this.#held = false;
    return change;
  }
}
