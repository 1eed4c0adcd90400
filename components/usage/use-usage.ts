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
  /** The models without a known price: another list asks again, since the costs may differ. */
  unknownModels: readonly string[];
}

/** Reads usage over time; the last answer stays until the next one arrives. */
export function useUsage({ since, until, by, part, unknownModels }: UsageQuestion) {
  const query = new URLSearchParams({ since, by, part, ...(until !== null && { until }) });
  const key = [requestPath(USAGE_PATH, query), unknownModels.join()] as const;
  const { data, error } = useSWR<UsageAnswer, Error, typeof key>(key, ([path]) => readJson(path), {
    keepPreviousData: true,
    revalidateOnFocus: false,
    shouldRetryOnError: false,
    refreshInterval: until === null ? REFRESH_INTERVAL_MS : 0,
  });
  return { answer: data, error: error?.message ?? null };
}
