// @ts-check
/**
 * Loaded into the server with `--import`: measures for how long its event loop is held, and adds a line
 * `<milliseconds since 1970> <longest hold in milliseconds> <longest of its own>` to the file LOOP_DELAY_FILE for every
 * half second. What a hold has of its own is what remains without the time in which the thread waited for a processor
 * that others used (Linux tells it); elsewhere both are the same.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const SAMPLE_MS = 5;
const WINDOW_MS = 500;
const file = process.env.LOOP_DELAY_FILE;

/** @returns for how long this thread has waited for a processor since it began, in milliseconds */
function waitedMs() {
  try {
    const [, waited] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ');
    return Number(waited) / 1e6;
  } catch {
    return 0;
  }
}

if (isMainThread && file) {
  let windowBegan = performance.now();
  let expected = windowBegan + SAMPLE_MS;
  let waitedBefore = waitedMs();
  let longest = 0;
  let longestOwn = 0;
  setInterval(() => {
    const now = performance.now();
    const waited = waitedMs();
    longest = Math.max(longest, now - expected);
    longestOwn = Math.max(longestOwn, now - expected - (waited - waitedBefore));
    if (now - windowBegan >= WINDOW_MS) {
      appendFileSync(file, `${Date.now()} ${longest.toFixed(1)} ${longestOwn.toFixed(1)}\n`);
      windowBegan = now;
      longest = 0;
      longestOwn = 0;
    }
    waitedBefore = waited;
    // Taken again, since the line above is this script's own delay.
    expected = performance.now() + SAMPLE_MS;
  }, SAMPLE_MS).unref();
}
