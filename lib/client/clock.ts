/** One clock for everything on the page that ticks. It follows the server's time, which is what ages are counted from. */

const SKEW_WORTH_CORRECTING = 1500;

const listeners = new Set<() => void>();
let ticking: ReturnType<typeof setInterval> | undefined;
let skew = 0;
/** Whether the server has said its time. */
let heard = false;
let current = Date.now();
/** Where it stands for good. */
let stopped: number | null = null;

/** @returns the server's time in milliseconds; stands still between ticks, as React asks of a store. */
export function now(): number {
  return current;
}

/** @returns the server's time at this very millisecond, for what is no snapshot of React's. */
export function exactNow(): number {
  return stopped ?? Date.now() + skew;
}

/** Calls `listener` once a second until the returned function is called. */
export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (ticking === undefined) {
    current = exactNow();
    ticking = setInterval(tick, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(ticking);
    ticking = undefined;
  };
}

/**
 * Learns the server's time, so that ages are right in a browser whose clock is wrong.
 *
 * @param serverTime milliseconds as the server just gave them; the way here makes them a little old, so that small
 *   differences are no reason to let every age on the page jump
 */
export function adjust(serverTime: number): void {
  heard = true;
  const difference = serverTime - Date.now();
  if (Math.abs(difference - skew) < SKEW_WORTH_CORRECTING) return;
  skew = difference;
  tick();
}

/**
 * Learns the server's time from the page itself, before the stream says it.
 *
 * @param renderedAt when the server made the page, in milliseconds of its clock; the browser knows how long ago it came
 */
export function startFrom(renderedAt: number): void {
  if (heard) return;
  const [page] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  adjust(renderedAt + performance.now() - (page?.responseStart ?? 0));
}

/** Lets the clock stand for good: the present of a recording is its end, in milliseconds. */
export function stopAt(time: number): void {
  stopped = time;
  tick();
}

function tick(): void {
  current = exactNow();
  for (const listener of listeners) listener();
}
