/** Whether the main thread's event loop moves, as seen from another thread. Pure: whoever uses it has the clock. */

/** The loop counts as held from here on. */
export const MAX_HELD_MS = 5000;
/** How often the other thread looks while it hears nothing. */
export const LOOK_INTERVAL_MS = 1200;
/**
 * What one look adds at most. Where the looking thread was late itself (a stopped process, a busy machine), nothing is
 * known about the time between.
 */
const MAX_LOOK_STEP_MS = 2 * LOOK_INTERVAL_MS;

const BEATS = 0;
const STOPPING = 1;

/** What the main thread says of itself in memory that both threads share. */
export class LoopSigns {
  readonly #cells: Int32Array;

  /** @param memory 8 bytes, zero at the start */
  constructor(readonly memory = new SharedArrayBuffer(8)) {
    this.#cells = new Int32Array(memory);
  }

  /** Changes with each sign of life. */
  get beats(): number {
    return Atomics.load(this.#cells, BEATS);
  }

  /** The main thread has begun to stop the process, and gives no more signs of life. */
  get isStopping(): boolean {
    return Atomics.load(this.#cells, STOPPING) !== 0;
  }

  /** The main thread lives; to be called about once a second. */
  beat(): void {
    Atomics.add(this.#cells, BEATS, 1);
  }

  beginStop(): void {
    Atomics.store(this.#cells, STOPPING, 1);
  }
}

/** What a look concludes: the loop has been held for so long, or moves again after that. At least; in milliseconds. */
export interface LoopChange {
  type: 'held' | 'moved';
  heldMs: number;
}

export class LoopWatch {
  readonly #signs: Pick<LoopSigns, 'beats' | 'isStopping'>;
  #beats: number;
  #lookedAt: number;
  #heldMs = 0;
  #held = false;

  /** @param now of a clock that never jumps, in milliseconds */
  constructor(signs: Pick<LoopSigns, 'beats' | 'isStopping'>, now: number) {
    this.#signs = signs;
    this.#beats = signs.beats;
    this.#lookedAt = now;
  }

  /** @returns what has changed since the last look; null if nothing */
  look(now: number): LoopChange | null {
    const step = Math.min(now - this.#lookedAt, MAX_LOOK_STEP_MS);
    this.#lookedAt = now;
    const { beats, isStopping } = this.#signs;
    if (beats !== this.#beats || isStopping) return this.#moved(beats);
    this.#heldMs += step;
    if (this.#held || this.#heldMs < MAX_HELD_MS) return null;
    this.#held = true;
    return { type: 'held', heldMs: Math.round(this.#heldMs) };
  }

  #moved(beats: number): LoopChange | null {
    const change = this.#held ? ({ type: 'moved', heldMs: Math.round(this.#heldMs) } as const) : null;
    this.#beats = beats;
    this.#heldMs = 0;
    this.#held = false;
    return change;
  }
}
