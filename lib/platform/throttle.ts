/**
 * Runs an action at once, and then at most once in an interval for as long as it is asked for. The last request of a
 * burst is never dropped. A timer runs only while a request waits: one for each run would wake the process for nothing.
 *
 * @param action may be asynchronous; it never overlaps with itself
 * @param intervalMs milliseconds from the end of a run until another one may come, above 0
 * @param onError takes what the action throws
 * @param atOnce so many runs may follow one another without a wait, after as many intervals without one
 * @returns `request` asks for a run, `stop` forgets a pending one
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
  /** Up to when runs were given back, milliseconds since 1970. */
  let countedUntil = 0;
  let timer: NodeJS.Timeout | null = null;

  /** Gives back what has come due. @returns the milliseconds until there is a run left, 0 if there is one */
  const untilRun = () => {
    const interval = intervalMs();
    const passed = Date.now() - countedUntil;
    // A clock that was set back must not hold anything up.
    const intervals = passed < 0 ? atOnce : Math.floor(passed / interval);
    left = Math.min(atOnce, left + intervals);
    countedUntil += intervals * interval;
    return left > 0 ? 0 : countedUntil + interval - Date.now();
  };
  const attempt = () => {
    try {
      return action();
    } catch (error) {
      // Whatever goes wrong in one run, the next one must come.
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
      // An action that is done when it returns costs no promise: some run at every change.
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
