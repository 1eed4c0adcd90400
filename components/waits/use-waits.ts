import { useEffect } from 'react';
import useSWR from 'swr';
import { readJson } from '@/lib/client/api';
import type { WaitingAnswer } from '@/lib/contract/past-schemas';
import { WAITING_PATH } from '@/lib/contract/paths';

const AFTER_CHANGE = 250;
/** Tasks, conflicts and young questions change without any word on the stream. */
const ANYWAY = 5000;

/**
 * Who waits for whom now, asked again whenever something that decides it has changed.
 *
 * @param changes objects of the page's state; a new one means a change
 * @param enabled whether it is wanted at all
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
