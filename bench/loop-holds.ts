/** How long a server's event loop was held, as `loop-delay.mjs` measures it inside of the server. */
import { readFileSync } from 'node:fs';

/** The longest hold within one half second. */
export interface LoopHold {
  /** The end of that half second, milliseconds since 1970. */
  at: number;
  /** By the clock, in milliseconds: on a busy machine a thread that is held may only wait for a processor. */
  held: number;
  /** For how long the thread ran meanwhile, in milliseconds; 0 where the system does not say. */
  ran: number;
}

/** @returns the environment of a server that measures, and writes to `file` */
export function measuringHolds(file: string): Record<string, string> {
  return { LOOP_DELAY_FILE: file, NODE_OPTIONS: `--import ${import.meta.resolve('./loop-delay.mjs')}` };
}

/** @returns the holds of the half seconds that ended after `from` (milliseconds since 1970), oldest first */
export function readHolds(file: string, from: number): LoopHold[] {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines
    .map((line) => line.split(' ').map(Number))
    .flatMap(([at = 0, held = 0, ran = 0]) => (at > from ? [{ at, held, ran }] : []));
}

/** @returns the longest hold by the clock, and the one in which the thread ran longest; zeros where there is none */
export function longestHolds(holds: readonly LoopHold[]): { byClock: LoopHold; byThread: LoopHold } {
  const none: LoopHold = { at: 0, held: 0, ran: 0 };
  return {
    byClock: holds.reduce((one, other) => (other.held > one.held ? other : one), none),
    byThread: holds.reduce((one, other) => (other.ran > one.ran ? other : one), none),
  };
}
