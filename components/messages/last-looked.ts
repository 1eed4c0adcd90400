import { useEffect, useEffectEvent, useState } from 'react';
import { exactNow } from '@/lib/client/clock';
import { formatCursor, parseCursor } from '@/lib/contract/events';
import type { Message } from '@/lib/contract/schemas';

/** What the reader saw last, and when the page was looked at again. */
export interface LastLooked {
  epoch: string;
  /** The number of the newest message that was on the screen. */
  seq: number;
  /** Milliseconds since 1970. */
  returnedAt: number;
}

const KEY = 'swarm-last-looked';

/**
 * @param messages in order
 * @returns the number of the first message that came while nobody looked; null if none did. A message that was sent
 *   after the return was seen coming, even if the page has caught up only then
 */
export function firstUnseen(messages: readonly Message[], looked: LastLooked | null, epoch: string): number | null {
  if (looked === null || looked.epoch !== epoch) return null;
  const first = messages.find(({ seq }) => seq > looked.seq);
  // If older ones are not loaded, it is not known whether this is the first.
  if (!first || (first === messages[0] && first.seq > looked.seq + 1)) return null;
  return first.sent_at !== null && Date.parse(first.sent_at) < looked.returnedAt ? first.seq : null;
}

/**
 * Notes what was on the screen when the page is hidden or left, on this device.
 *
 * @param seen the newest message on the screen; null before one is known
 * @returns what it was before the page was looked at again; null if that is not known
 */
export function useLastLooked(epoch: string | null, seen: number | null): LastLooked | null {
  const [looked, setLooked] = useState<LastLooked | null>(null);
  const leave = useEffectEvent(() => {
    if (epoch !== null && seen !== null) write(formatCursor(epoch, seen));
  });
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === 'hidden') return leave();
      const place = parseCursor(read());
      setLooked(place && { ...place, returnedAt: exactNow() });
    };
    // A page that is closed while it is hidden was left before.
    const onLeave = () => document.visibilityState === 'visible' && leave();
    look();
    document.addEventListener('visibilitychange', look);
    window.addEventListener('pagehide', onLeave);
    return () => {
      document.removeEventListener('visibilitychange', look);
      window.removeEventListener('pagehide', onLeave);
    };
  }, []);
  return looked;
}

// Storage may be forbidden or full: then there is no line.
function read(): string {
  try {
    return localStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

function write(cursor: string): void {
  try {
    localStorage.setItem(KEY, cursor);
  } catch {}
}
