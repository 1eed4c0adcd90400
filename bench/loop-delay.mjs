// @ts-check
/**
 * Loaded into the server with `--import`: measures for how long its event loop is held, and adds a line
 * `<milliseconds since 1970> <longest hold in milliseconds>` to the file LOOP_DELAY_FILE for every half second.
 */
import { appendFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const SAMPLE_MS = 5;
const WINDOW_MS = 500;
const file = process.env.LOOP_DELAY_FILE;

if (isMainThread && file) {
  let windowBegan = performance.now();
  let expected = windowBegan + SAMPLE_MS;
  let longest = 0;
  setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - expected);
    if (now - windowBegan >= WINDOW_MS) {
      appendFileSync(file, `${Date.now()} ${longest.toFixed(1)}\n`);
      windowBegan = now;
      longest = 0;
    }
    // Taken again, since the line above is this script's own delay.
    expected = performance.now() + SAMPLE_MS;
  }, SAMPLE_MS).unref();
}
