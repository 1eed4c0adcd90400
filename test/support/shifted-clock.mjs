// @ts-check
/**
 * Loaded into the server with `--import`: shifts the system's clock, as every thread of it sees it, by the milliseconds
 * that stand in the file CLOCK_SHIFT_FILE. Monotonic time and timers go on.
 */
import { readFileSync } from 'node:fs';

const file = process.env.CLOCK_SHIFT_FILE;
const READ_INTERVAL_MS = 20;

if (file) {
  const Actual = Date;
  let shift = 0;
  let readAt = Number.NEGATIVE_INFINITY;
  const read = () => {
    const ticks = performance.now();
    if (ticks - readAt < READ_INTERVAL_MS) return shift;
    readAt = ticks;
    try {
      shift = Number(readFileSync(file, 'utf8')) || 0;
    } catch {
      // Not written yet, or being replaced.
    }
    return shift;
  };
  const now = () => Actual.now() + read();
  globalThis.Date = new Proxy(Actual, {
    construct: (target, words, asked) => Reflect.construct(target, words.length === 0 ? [now()] : words, asked),
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
  });
}
