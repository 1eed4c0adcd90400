import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { type Address, formatAddress, parseAddress } from './address';
import { carriedState } from './entry-tab';

const listeners = new Set<() => void>();
const travels = new Set<(state: unknown) => void>();

/** In one event listener, so that one render has all that changes with the entry of the history. */
function travelled({ state }: PopStateEvent): void {
  for (const travel of travels) travel(state);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  // The same function is added once.
  window.addEventListener('popstate', travelled);
  return () => {
    listeners.delete(listener);
  };
}

/**
 * Calls back when the back or forward button leads to another entry of the browser's history, with its state.
 *
 * @returns what ends that
 */
export function onTravel(travel: (state: unknown) => void): () => void {
  travels.add(travel);
  window.addEventListener('popstate', travelled);
  return () => {
    travels.delete(travel);
  };
}

/**
 * The filters and the selection, kept in the address bar.
 *
 * @param initial the query that the server rendered, so that the first render matches its HTML
 * @returns the address and a function that changes parts of it; `push` adds a step to the browser's history
 */
export function useAddress(initial: string): [Address, (change: Partial<Address>, push?: boolean) => void] {
  const query = useSyncExternalStore(
    subscribe,
    () => window.location.search,
    () => initial,
  );
  const address = useMemo(() => parseAddress(new URLSearchParams(query)), [query]);
  const change = useCallback((part: Partial<Address>, push = false) => {
    const next = { ...parseAddress(new URLSearchParams(window.location.search)), ...part };
    const url = `${window.location.pathname}${formatAddress(next)}`;
    const state = carriedState(window.history.state);
    if (push) window.history.pushState(state, '', url);
    else window.history.replaceState(state, '', url);
    for (const listener of listeners) listener();
  }, []);
  return [address, change];
}
