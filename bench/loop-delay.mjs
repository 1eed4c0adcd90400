// @ts-check
/**
 * Loaded into the server with `--import`: measures for how long its event loop is held, and adds a line
 * `<milliseconds since 1970> <longest hold in milliseconds> <the most that it computed in one>` to the file
 * LOOP_DELAY_FILE for every half second. The last number leaves out what other processes of a busy machine took; 0
 * where the system does not say.
 */
import { appendFileSync, closeSync, openSync, readSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const SAMPLE_MS = 5;
const WINDOW_MS = 500;
const file = process.env.LOOP_DELAY_FILE;
const buffer = Buffer.alloc(100);

/** @returns the processor time of this thread, as Linux counts it */
function computedMs() {
  try {
    const descriptor = openSync('/proc/thread-self/schedstat', 'r');
    const length = readSync(descriptor, buffer);
    closeSync(descriptor);
    return Number(buffer.toString('latin1', 0, length).split(' ')[0]) / 1e6;
  } catch {
    return 0;
  }
}

if (isMainThread && file) {
  let windowBegan = performance.now();
  let expected = windowBegan + SAMPLE_MS;
  let longest = 0;
  let computed = 0;
  let most = 0;
  setInterval(() => {
    const now = performance.now();
    const computedNow = computedMs();
    longest = Math.max(longest, now - expected);
    most = Math.max(most, Math.min(now - expected, computedNow - computed));
    if (now - windowBegan >= WINDOW_MS) {
      appendFileSync(file, `${Date.now()} ${longest.toFixed(1)} ${most.toFixed(1)}\n`);
      windowBegan = now;
      longest = 0;
      most = 0;
    }
    // Taken again, since the line above is this script's own delay.
    expected = performance.now() + SAMPLE_MS;
    computed = computedMs();
  }, SAMPLE_MS).unref();
}
