import { useEffect, useEffectEvent, useRef, useState } from 'react';

/**
 * A value that changes faster than anyone reads: followed at once after a rest, else at most so often.
 *
 * @param every milliseconds between two changes
 */
export function useSlowed<Value>(value: Value, every: number): Value {
  const [shown, setShown] = useState(value);
  const changedAt = useRef(Number.NEGATIVE_INFINITY);
  const follow = useEffectEvent(() => {
    changedAt.current = performance.now();
    setShown(value);
  });
  const late = shown !== value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: where another value came in the meantime, it is late still
  useEffect(() => {
    if (!late) return;
    const timer = setTimeout(() => follow(), changedAt.current + every - performance.now());
    return () => clearTimeout(timer);
  }, [late, shown, every]);
  return shown;
}
