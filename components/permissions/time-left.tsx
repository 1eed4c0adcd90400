import { useSyncExternalStore } from 'react';
import { now, subscribe } from '@/lib/client/clock';

/** For how long a request can still be answered. Hidden from screen readers, which would read each second. */
export function TimeLeft({ until }: { until: string }) {
  const text = useSyncExternalStore(
    subscribe,
    () => timeLeft(Date.parse(until) - now()),
    () => '',
  );
  return <span aria-hidden="true">{text}</span>;
}

/** @param ms milliseconds */
export function timeLeft(ms: number): string {
  if (ms <= 0) return 'It is let go now.';
  const seconds = Math.ceil(ms / 1000);
  return `Held for ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} more.`;
}
