import { setFlagsFromString } from 'node:v8';

/** Garbage in percent of the live bytes at which V8 collects; its default is 4 times the live bytes. */
const GARBAGE_PERCENT = 40;

let isBounded = false;

/**
 * Limits the growth of the heap to little more than the live objects. V8 takes the flag into account at its next
 * collection; a version that does not know the flag ignores it.
 */
export function boundHeapGrowth(): void {
  if (isBounded) return;
  isBounded = true;
  setFlagsFromString(`--heap-growing-percent=${GARBAGE_PERCENT}`);
}
