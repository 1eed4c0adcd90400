import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import { isCalm, onCalmChange, setCalm } from './calm';
import { saveCalm } from './settings';

/** The person's choice of a calm page, and the function that changes it. */
export interface CalmSetting {
  calm: boolean;
  setCalm: (calm: boolean) => void;
}

/** @param initial what the server read from the cookie */
export function useCalmSetting(initial: boolean): CalmSetting {
  const [chosen, setChosen] = useState(initial);
  useEffect(() => setCalm(chosen), [chosen]);
  const choose = useCallback((next: boolean) => {
    saveCalm(next);
    setChosen(next);
  }, []);
  return { calm: chosen, setCalm: choose };
}

/** @returns whether the page is calm now */
export function useIsCalm(): boolean {
  return useSyncExternalStore(onCalmChange, isCalm, () => false);
}
