/**
 * Runs an action at once, and then at most once in an interval for as long as it is asked for. The last request of a
 * burst is never dropped.
 *
 * @param action may be asynchronous; it never overlaps with itself
 * @param intervalMs milliseconds from the end of a run until another one may come, asked for after each
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
  const giveBack = async () => {
    while (left < atOnce && !stopped) {
      await new Promise((resolve) => setTimeout(resolve, intervalMs()));
      left++;
      void run();
    }
  };
  const run = async () => {
    if (busy) return;
    busy = true;
    while (wanted && left > 0 && !stopped) {
      wanted = false;
      try {
        await action();
      } catch (error) {
        // Whatever goes wrong in one run, the next one must come.
        onError(error);
      }
      if (left-- === atOnce) void giveBack();
    }
    busy = false;
  };
  return {
    request() {
      wanted = true;
      void run();
    },
    stop() {
      stopped = true;
    },
  };
}
