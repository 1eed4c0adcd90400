/** Times for which the event loop of a server was blocked, measured by `loop-delay.mjs` inside the server. */
import { readFileSync } from 'node:fs';

/** The longest block within one half second. */
export interface LoopHold {
  /** The end of that half second, milliseconds since 1970. */
  at: number;
  /** By the clock, in milliseconds: on a busy machine the thread may only wait for a processor. */
  held: number;
  /** The time for which the thread ran during it, in milliseconds; 0 if the system does not say. */
  ran: number;
}

/** A line of the file is written for so long a time, so the first one after a moment may also be about the time before. */
export const HOLDS_WINDOW_MS = 500;

/** Measures for how long the event loop of this process is held, from its construction to `stop`. */
export class OwnHolds {
  readonly #timer: NodeJS.Timeout;
  #at = performance.now();
  #ran = ranMs();
  readonly #holds: LoopHold[] = [];

  constructor() {
    this.#timer = setInterval(() => this.#look(), 1);
  }

  /** @returns the holds between two turns of the timer */
  stop(): readonly LoopHold[] {
    clearInterval(this.#timer);
    this.#look();
    return this.#holds;
  }

  #look(): void {
    const [now, ran] = [performance.now(), ranMs()];
    const held = now - this.#at;
    // What is shorter is of no interest, and would be many thousands.
    if (held > MIN_OWN_HOLD_MS) this.#holds.push({ at: Date.now(), held, ran: Math.min(held, ran - this.#ran) });
    [this.#at, this.#ran] = [now, ran];
  }
}

const MIN_OWN_HOLD_MS = 3;

/** @returns for how long this thread ran, milliseconds; 0 where the system does not say */
function ranMs(): number {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return 0;
  }
}

/** @returns the environment of a server that measures blocks and writes them to `file` */
export function measuringHolds(file: string): Record<string, string> {
  return { LOOP_DELAY_FILE: file, NODE_OPTIONS: `--import ${import.meta.resolve('./loop-delay.mjs')}` };
}

/** @returns the blocks of the half seconds that ended after `from` (milliseconds since 1970), oldest first */
export function readHolds(file: string, from: number): LoopHold[] {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines
    .map((line) => line.split(' ').map(Number))
    .flatMap(([at = 0, held = 0, ran = 0]) => (at > from ? [{ at, held, ran }] : []));
}

/** @returns the longest block by the clock, and the one in which the thread ran longest; zeros if there is none */
export function longestHolds(holds: readonly LoopHold[]): { byClock: LoopHold; byThread: LoopHold } {
  const none: LoopHold = { at: 0, held: 0, ran: 0 };
  return {
    byClock: holds.reduce((one, other) => (other.held > one.held ? other : one), none),
    byThread: holds.reduce((one, other) => (other.ran > one.ran ? other : one), none),
  };
}
