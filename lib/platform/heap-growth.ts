import { setFlagsFromString } from 'node:v8';

/** How much garbage there may be for each 100 bytes that are alive, before V8 collects: 4 times as much by default. */
const GARBAGE_PERCENT = 40;

let isBounded = false;

/**
 * Lets the heap of the process grow to little more than what is alive. V8 takes the flag into account at its next
 * collection; a version that does not know the flag ignores it.
 */
export function boundHeapGrowth(): void {
  if (isBounded) return;
  isBounded = true;
  setFlagsFromString(`--heap-growing-percent=${GARBAGE_PERCENT}`);
}
