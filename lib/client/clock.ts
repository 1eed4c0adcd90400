/** One clock for everything on the page that ticks. It follows the server's time, from which ages are counted. */

const SKEW_WORTH_CORRECTING = 1500;

const listeners = new Set<() => void>();
let ticking: ReturnType<typeof setInterval> | undefined;
let skew = 0;
/** Whether the server has said its time. */
let heard = false;
let current = Date.now();
/** Like `current`, but never frozen. */
let running = current;
/** The time at which the clock is stopped; null while it runs. */
let stopped: number | null = null;
/** The time at which the ages on the page are stopped; null while they follow the clock. */
let frozen: number | null = null;

/**
 * @returns the time from which ages count, in milliseconds of the server's clock; constant between ticks, as React
 *   requires of a store
 */
export function now(): number {
  return current;
}

/** @returns like `now`, but it goes on while ages are frozen: the end of a live timeline */
export function runningNow(): number {
  return running;
}

/** @returns the server's time at this millisecond, for use outside React's snapshots */
export function exactNow(): number {
  return stopped ?? Date.now() + skew;
}

/** Calls `listener` once a second until the returned function is called. */
export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (ticking === undefined) {
    readClock();
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
 * Adjusts the clock to the server's time, so that ages are right in a browser whose clock is wrong.
 *
 * @param serverTime milliseconds as just received from the server; small differences come from the transport and are
 *   ignored, so that the ages on the page do not jump
 */
export function adjust(serverTime: number): void {
  heard = true;
  const difference = serverTime - Date.now();
  if (Math.abs(difference - skew) < SKEW_WORTH_CORRECTING) return;
  skew = difference;
  tick();
}

/**
 * Adjusts the clock to the server's time in the page itself, before the stream sends it.
 *
 * @param renderedAt when the server made the page, in milliseconds of its clock; the browser knows how long ago that was
 */
export function startFrom(renderedAt: number): void {
  if (heard) return;
  const [page] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  adjust(renderedAt + performance.now() - (page?.responseStart ?? 0));
}

/** Stops the clock: the present of an exported time range is its end, in milliseconds. */
export function stopAt(time: number): void {
  stopped = time;
  tick();
}

/**
 * Freezes the ages on the page while the server is not heard: what changed since is unknown, so nothing may seem to
 * grow older. The server's time goes on.
 *
 * @param time when the server was last heard, in milliseconds; null lets the ages follow the clock again
 */
export function freezeAges(time: number | null): void {
  if (time === frozen) return;
  frozen = time;
  tick();
}

function readClock(): void {
  running = exactNow();
  current = frozen ?? running;
}

function tick(): void {
  readClock();
  for (const listener of listeners) listener();
}
