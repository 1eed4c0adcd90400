import useSWR from 'swr';
import { readJson } from '@/lib/client/api';
import type { AcksAnswer } from '@/lib/contract/acks-schemas';
import { ACKS_PATH } from '@/lib/contract/paths';

/** The file changes without an event of the stream. */
const REFRESH_INTERVAL_MS = 3000;

/** Reads the pending acknowledgements, and again every 3 s; the last answer stays until the next one arrives. */
export function useAcks(enabled: boolean) {
  const { data, error, mutate } = useSWR<AcksAnswer, Error>(
    enabled ? ACKS_PATH : null,
    (path: string) => readJson(path, { failure: 'Could not load the pending acknowledgements' }),
    { refreshInterval: REFRESH_INTERVAL_MS, shouldRetryOnError: false },
  );
  return { answer: data, error: error?.message ?? null, reload: () => void mutate() };
}
