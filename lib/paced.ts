/**
 * Runs an action at once, and then at most once in an interval for as long as it is asked for. The last request of a
 * burst is never dropped.
 *
 * @param action may be asynchronous; it never overlaps with itself
 * @param intervalMs milliseconds between the end of a run and the next, asked for before each
 * @param onError takes what the action throws
 * @returns `request` asks for a run, `stop` forgets a pending one
 */
export function paced(
  action: () => void | Promise<void>,
  intervalMs: () => number,
  onError: (error: unknown) => void,
): { request: () => void; stop: () => void } {
  let wanted = false;
  let busy = false;
  let stopped = false;
  const run = async () => {
    busy = true;
    while (wanted && !stopped) {
      wanted = false;
      try {
        await action();
      } catch (error) {
        // Whatever goes wrong in one run, the next one must come.
        onError(error);
      }
      await new Promise((resolve) => setTimeout(resolve, intervalMs()));
    }
    busy = false;
  };
  return {
    request() {
      wanted = true;
      if (!busy) void run();
    },
    stop() {
      stopped = true;
    },
  };
}
