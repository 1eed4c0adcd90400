import { useEffect, useState } from 'react';

/**
 * Reserves room for the largest number of lines so far, so that the panels below do not move when an entry goes and
 * comes back. The room is released while the page is hidden.
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
