import { useCallback, useEffect, useRef, useState } from 'react';

/** @returns the value, which stays as it is while it is held */
export function useHeld<Value>(value: Value, held: boolean): Value {
  const [kept, setKept] = useState(value);
  if (!held && kept !== value) setKept(value);
  return held ? kept : value;
}

/** @returns a function that stays the same at every render and calls the latest one */
export function useStable<Argument>(action: (argument: Argument) => void): (argument: Argument) => void {
  const latest = useRef(action);
  useEffect(() => {
    latest.current = action;
  });
  return useCallback((argument) => latest.current(argument), []);
}
