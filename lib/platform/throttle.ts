/**
 * Limits the rate of an action: runs it at once, then once per interval while it is requested. The last request of a
 * burst is never dropped. A timer runs only while a request waits: one for each run would wake the process needlessly.
 *
 * @param action may be asynchronous; it never overlaps with itself
 * @param intervalMs milliseconds from the end of a run until another one may come, above 0
 * @param onError takes what the action throws
 * @param atOnce how many runs may follow one another without a wait, after as many intervals without a run
 * @returns `request` asks for a run, `stop` drops a pending one
 */
export function throttle(
  action: () => void | Promise<void>,
  intervalMs: () => number,
  onError: (error: unknown) => void,
  atOnce = 1,
): { request: () => void; stop: () => void } {
  let wanted = false;
  let busy = false;
  let stopped = false;
  let left = atOnce;
  /** The time up to which allowed runs were restored, milliseconds since 1970. */
  let countedUntil = 0;
  let timer: NodeJS.Timeout | null = null;

  /** Restores the runs that are allowed by now. @returns milliseconds until a run is allowed, 0 if one is */
  const untilRun = () => {
    const interval = intervalMs();
    const passed = Date.now() - countedUntil;
    // A clock rewind must not delay a run.
    const intervals = passed < 0 ? atOnce : Math.floor(passed / interval);
    left = Math.min(atOnce, left + intervals);
    countedUntil += intervals * interval;
    return left > 0 ? 0 : countedUntil + interval - Date.now();
  };
  const attempt = () => {
    try {
      return action();
    } catch (error) {
      // A failed run must not prevent the next one.
      onError(error);
      return undefined;
    }
  };
  const ended = () => {
    busy = false;
    if (left-- === atOnce) countedUntil = Date.now();
  };
  const run = () => {
    if (busy || timer !== null) return;
    while (wanted && !stopped) {
      const wait = untilRun();
      if (wait > 0) {
        timer = setTimeout(() => {
          timer = null;
          run();
        }, wait);
        return;
      }
      wanted = false;
      busy = true;
      // A synchronous action costs no promise: some run at every change.
      const running = attempt();
      if (running !== undefined) {
        void running.catch(onError).then(() => {
          ended();
          run();
        });
        return;
      }
      ended();
    }
  };
  return {
    request() {
      wanted = true;
      run();
    },
    stop() {
      stopped = true;
      if (timer) clearTimeout(timer);
    },
  };
}
