import { use, useEffect, useEffectEvent, useState } from 'react';
import { Moment } from '@/lib/client/moment';

const INTERVAL = 10_000;
const SAMPLES = 60;

/**
 * Samples a figure over the last ten minutes since the page was opened; the server keeps no history of it.
 *
 * @returns 60 samples, oldest first. Times before the page was opened have the first value, times at a past moment the
 *   last value.
 */
export function useTrend(value: number): readonly number[] {
  const [samples, setSamples] = useState<readonly number[]>(() => Array<number>(SAMPLES).fill(value));
  const past = use(Moment) !== null;
  // A figure of a past moment is not a sample of the present.
  const sample = useEffectEvent(() =>
    setSamples((known) => [...known.slice(1), past ? (known.at(-1) ?? value) : value]),
  );
  useEffect(() => {
    const timer = setInterval(() => sample(), INTERVAL);
    return () => clearInterval(timer);
  }, []);
  return past ? samples : [...samples.slice(1), value];
}
