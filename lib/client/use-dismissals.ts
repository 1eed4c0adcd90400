import { useMemo, useState } from 'react';
import { noticeNumber, withDismissed } from './dismissals';
import { saveDismissed } from './settings';

export interface Dismissals {
  /** @param facts everything that a notice says */
  isDismissed: (facts: string) => boolean;
  dismiss: (facts: string) => void;
  /** Shows some notices again. */
  restore: (facts: readonly string[]) => void;
}

/**
 * The notices that were dismissed, kept for the next visit.
 *
 * @param place the swarm's root
 * @param initial the numbers with which the server rendered the page
 */
export function useDismissals(place: string, initial: readonly string[]): Dismissals {
  const [numbers, setNumbers] = useState(initial);
  return useMemo(() => {
    const keep = (next: readonly string[]) => {
      setNumbers(next);
      saveDismissed(next);
    };
    return {
      isDismissed: (facts) => numbers.includes(noticeNumber(place, facts)),
      dismiss: (facts) => keep(withDismissed(numbers, noticeNumber(place, facts))),
      restore: (all) => {
        const restored = all.map((facts) => noticeNumber(place, facts));
        keep(numbers.filter((number) => !restored.includes(number)));
      },
    };
  }, [place, numbers]);
}
