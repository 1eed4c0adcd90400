import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let printing = false;
let stop: (() => void) | null = null;

/**
 * Whether the page is being printed, so that lists render all their rows and not only the visible ones. React renders
 * the change before the browser lays out the pages.
 */
export function usePrinting(): boolean {
  return useSyncExternalStore(
    subscribe,
    () => printing,
    () => false,
  );
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  stop ??= listen();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    stop?.();
    stop = null;
  };
}

function listen(): () => void {
  // Not every browser reports both, and the preview of the developer tools reports only the change of media.
  const print = window.matchMedia('print');
  const onChange = () => set(print.matches);
  const onBefore = () => set(true);
  const onAfter = () => set(false);
  print.addEventListener('change', onChange);
  window.addEventListener('beforeprint', onBefore);
  window.addEventListener('afterprint', onAfter);
  return () => {
    print.removeEventListener('change', onChange);
    window.removeEventListener('beforeprint', onBefore);
    window.removeEventListener('afterprint', onAfter);
  };
}

function set(next: boolean): void {
  if (next === printing) return;
  printing = next;
  for (const listener of listeners) listener();
}
