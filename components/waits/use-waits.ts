import { useEffect } from 'react';
import useSWR from 'swr';
import { readJson } from '@/lib/client/api';
import type { WaitingAnswer } from '@/lib/contract/past-schemas';
import { WAITING_PATH } from '@/lib/contract/paths';

const AFTER_CHANGE = 250;
/**
 * How often the waits are read again, in milliseconds: tasks, conflicts and recent questions change without an event of
 * the stream.
 */
const ANYWAY = 5000;

/**
 * Reads the current waits, and again whenever data that they depend on has changed.
 *
 * @param changes objects of the page's state; a new object means a change
 * @param enabled whether to read anything at all
 */
export function useWaiting(changes: readonly object[], enabled: boolean) {
  const { data, error, mutate } = useSWR<WaitingAnswer, Error>(
    enabled ? WAITING_PATH : null,
    (path: string) => readJson(path),
    {
      refreshInterval: ANYWAY,
      shouldRetryOnError: false,
    },
  );
  useEffect(() => {
    const timer = setTimeout(() => mutate(), AFTER_CHANGE);
    return () => clearTimeout(timer);
  }, [mutate, ...changes]);
  return { waiting: data, error: error?.message ?? null };
}
