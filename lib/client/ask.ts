/** A question to the server that gives way when the server has too much to do. */

/** Longer waits are told to the person instead, in milliseconds. */
const LONGEST_WAIT = 15_000;

/**
 * Asks, and asks again when a busy server says so (`Retry-After`), for as long as a person would wait. Whoever asked is
 * still waiting meanwhile, and shows what it had before.
 *
 * @param signal ends the waiting too
 * @returns the last answer
 * @throws what `fetch` throws, or the reason of the signal
 */
export async function ask(path: string, signal: AbortSignal | null = null): Promise<Response> {
  let waited = 0;
  for (;;) {
    const response = await fetch(path, { signal });
    const busy = response.status === 429 || response.status === 503;
    const seconds = busy ? Number(response.headers.get('Retry-After') ?? Number.NaN) : Number.NaN;
    waited += Math.max(seconds * 1000, 1000);
    // Not a number, where nothing is said of a wait, is no less than anything.
    if (!(waited <= LONGEST_WAIT)) return response;
    await pause(Math.max(seconds * 1000, 1000), signal);
  }
}

function pause(milliseconds: number, signal: AbortSignal | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', end, { once: true });
    if (signal?.aborted) end();
  });
}
