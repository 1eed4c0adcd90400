// @ts-check
/**
 * Loaded into the server with `--import`: measures for how long its event loop is held, and adds a line
 * `<milliseconds since 1970> <longest hold in milliseconds> <of these, the longest time that its thread ran>` to the file
 * LOOP_DELAY_FILE for every half second. On a busy machine a thread that is held may only wait for a processor; where the
 * system does not tell, it counts as running.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const SAMPLE_MS = 5;
const WINDOW_MS = 500;
const file = process.env.LOOP_DELAY_FILE;

if (isMainThread && file) {
  let windowBegan = performance.now();
  let expected = windowBegan + SAMPLE_MS;
  let longest = 0;
  let longestRun = 0;
  let ranUntil = ranMs();
  setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - expected);
    const ran = ranMs();
    longestRun = Math.max(longestRun, Math.min(now - expected, ran - ranUntil));
    ranUntil = ran;
    if (now - windowBegan >= WINDOW_MS) {
      appendFileSync(file, `${Date.now()} ${longest.toFixed(1)} ${longestRun.toFixed(1)}\n`);
      windowBegan = now;
      longest = 0;
      longestRun = 0;
    }
    // Taken again, since the line above is this script's own delay.
    expected = performance.now() + SAMPLE_MS;
  }, SAMPLE_MS).unref();
}

/** For how long this process's first thread has run, in milliseconds. */
function ranMs() {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return performance.now();
  }
}
