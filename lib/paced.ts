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
export function paced(
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
  const run = async () => {
    if (busy || timer) return;
    busy = true;
    let wait = 0;
    while (wanted && !stopped) {
      wait = untilRun();
      if (wait > 0) break;
      wanted = false;
      try {
        await action();
      } catch (error) {
        // Whatever goes wrong in one run, the next one must come.
        onError(error);
      }
      if (left-- === atOnce) countedUntil = Date.now();
    }
    busy = false;
    if (!wanted || stopped) return;
    timer = setTimeout(() => {
      timer = null;
      void run();
    }, wait);
  };
  return {
    request() {
      wanted = true;
      void run();
    },
    stop() {
      stopped = true;
      if (timer) clearTimeout(timer);
    },
  };
}
