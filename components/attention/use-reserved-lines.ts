import { useEffect, useState } from 'react';

/**
 * Room for as many lines as there have been: what stands below does not move when an entry goes and comes. The room is
 * given back while nobody looks.
 */
export function useReservedLines(needed: number): number {
  const [reserved, setReserved] = useState(needed);
  if (needed > reserved) setReserved(needed);
  useEffect(() => {
    const giveBack = () => document.hidden && setReserved(needed);
    document.addEventListener('visibilitychange', giveBack);
    return () => document.removeEventListener('visibilitychange', giveBack);
  }, [needed]);
  return Math.max(needed, reserved);
}
