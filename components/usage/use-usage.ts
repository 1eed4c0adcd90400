import useSWR from 'swr';
import { readJson, requestPath } from '@/lib/client/api';
import type { UsageAnswer } from '@/lib/contract/claude-schemas';
import { USAGE_PATH } from '@/lib/contract/paths';

/** Usage grows with each answer of a model; the view need not follow each. */
const REFRESH_INTERVAL_MS = 15_000;

export interface UsageQuestion {
  /** Instants; the present if `until` is null. */
  since: string;
  until: string | null;
  by: 'hour' | 'day';
  part: 'agent' | 'model';
}

/** Reads usage over time; the last answer stays until the next one arrives. */
export function useUsage({ since, until, by, part }: UsageQuestion) {
  const query = new URLSearchParams({ since, by, part, ...(until !== null && { until }) });
  const { data, error } = useSWR<UsageAnswer, Error>(requestPath(USAGE_PATH, query), (path: string) => readJson(path), {
    keepPreviousData: true,
    revalidateOnFocus: false,
    shouldRetryOnError: false,
    refreshInterval: until === null ? REFRESH_INTERVAL_MS : 0,
  });
  return { answer: data, error: error?.message ?? null };
}
