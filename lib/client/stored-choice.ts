import { useCallback, useSyncExternalStore } from 'react';

const PREFIX = 'swarm.';
const listeners = new Set<() => void>();
/** For browsers that keep nothing: the choice then lasts as long as the page. */
const chosen = new Map<string, string>();

/**
 * One of several words, chosen by the viewer and kept in the browser.
 *
 * @param choices the first is what the server draws, and what holds until the viewer chooses
 * @returns the choice and a function that changes it
 */
export function useStoredChoice<Choice extends string>(
  name: string,
  choices: readonly [Choice, ...Choice[]],
): [Choice, (choice: Choice) => void] {
  const stored = useSyncExternalStore(
    subscribe,
    () => read(name),
    () => null,
  );
  const choose = useCallback((choice: Choice) => write(name, choice), [name]);
  return [choices.find((choice) => choice === stored) ?? choices[0], choose];
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  // Told by other tabs alone.
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}

function read(name: string): string | null {
  const unkept = chosen.get(name);
  if (unkept !== undefined) return unkept;
  try {
    return window.localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

function write(name: string, choice: string): void {
  try {
    window.localStorage.setItem(PREFIX + name, choice);
  } catch {
    chosen.set(name, choice);
  }
  for (const listener of listeners) listener();
}
