import useSWR from 'swr';
import { readJson, requestPath } from '@/lib/client/api';
import type { TalkAnswer } from '@/lib/contract/past-schemas';
import { TALK_PATH } from '@/lib/contract/paths';

/**
 * Reads the conversations in a time range (ISO 8601, both ends inclusive); the last answer stays until the next one
 * arrives.
 */
export function useTalk({ since, until }: { since: string; until: string }) {
  const query = new URLSearchParams({ since, until });
  const { data, error, isLoading } = useSWR<TalkAnswer, Error>(
    requestPath(TALK_PATH, query),
    (path: string) => readJson(path),
    {
      keepPreviousData: true,
      revalidateOnFocus: false,
      shouldRetryOnError: false,
    },
  );
  return { talk: data, error: error?.message ?? null, isLoading };
}
