// @ts-check
/**
 * Loaded into the server with `--import`: measures for how long its event loop is held, and adds a line
 * `<milliseconds since 1970> <longest hold in milliseconds> <most processor time in a hold>` to the file LOOP_DELAY_FILE
 * for every half second. The last says what this code holds the loop for on a machine that others use too; it is 0 where
 * the system does not tell (other than Linux).
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const SAMPLE_MS = 5;
const WINDOW_MS = 500;
const file = process.env.LOOP_DELAY_FILE;

/** @returns for how long this thread has run since it began, in milliseconds */
function ranMs() {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return 0;
  }
}

if (isMainThread && file) {
  let windowBegan = performance.now();
  let expected = windowBegan + SAMPLE_MS;
  let ranBefore = ranMs();
  let longest = 0;
  let mostRun = 0;
  setInterval(() => {
    const now = performance.now();
    const ran = ranMs();
    longest = Math.max(longest, now - expected);
    mostRun = Math.max(mostRun, ran - ranBefore);
    if (now - windowBegan >= WINDOW_MS) {
      appendFileSync(file, `${Date.now()} ${longest.toFixed(1)} ${mostRun.toFixed(1)}\n`);
      windowBegan = now;
      longest = 0;
      mostRun = 0;
    }
    ranBefore = ranMs();
    // Taken again, since the line above is this script's own delay.
    expected = performance.now() + SAMPLE_MS;
  }, SAMPLE_MS).unref();
}
