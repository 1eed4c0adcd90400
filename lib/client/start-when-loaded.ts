/** The time between two attempts to load a script, in milliseconds. */
const RETRY_INTERVAL_MS = 2000;

/**
 * Loads a script after hydration and starts what it brings. Tries again until the server sends it.
 *
 * @param load such as `() => import('./chart')`
 * @param start called once, with the loaded module; returns a function that ends what it started
 * @param onFailure called after each attempt that fails
 * @returns ends it, whether it has started or not
 */
export function startWhenLoaded<Loaded>(
  load: () => Promise<Loaded>,
  start: (loaded: Loaded) => () => void,
  onFailure?: () => void,
): () => void {
  let ended = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let end: (() => void) | undefined;
  const begin = (loaded: Loaded) => {
    if (!ended) end = start(loaded);
  };
  const retry = () => {
    if (ended) return;
    onFailure?.();
    timer = setTimeout(attempt, RETRY_INTERVAL_MS);
  };
  const attempt = () => void load().then(begin, retry);
  attempt();
  return () => {
    ended = true;
    clearTimeout(timer);
    end?.();
  };
}
