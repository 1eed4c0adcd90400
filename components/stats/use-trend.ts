import { use, useEffect, useEffectEvent, useState } from 'react';
import { Moment } from '@/lib/client/moment';

const INTERVAL = 10_000;
const SAMPLES = 60;

/**
 * A figure over the last ten minutes, as far back as this page has seen it; the server keeps no history of it.
 *
 * @returns 60 samples, oldest first; what the page has not seen counts as its first value, and while it shows the past
 *   as its last
 */
export function useTrend(value: number): readonly number[] {
  const [samples, setSamples] = useState<readonly number[]>(() => Array<number>(SAMPLES).fill(value));
  const past = use(Moment) !== null;
  // A figure of the past is no sample of now.
  const sample = useEffectEvent(() =>
    setSamples((known) => [...known.slice(1), past ? (known.at(-1) ?? value) : value]),
  );
  useEffect(() => {
    const timer = setInterval(() => sample(), INTERVAL);
    return () => clearInterval(timer);
  }, []);
  return past ? samples : [...samples.slice(1), value];
}
