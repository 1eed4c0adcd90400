import useSWR from 'swr';
import { readJson, requestPath } from '@/lib/client/api';
import type { AgentHistory } from '@/lib/contract/past-schemas';
import { AGENT_HISTORY_BY_QUERY_PATH } from '@/lib/contract/paths';

/**
 * What the server's journal has of an agent; null until it has said it, or where it knows nothing.
 *
 * @param id null asks nothing
 * @param changes whatever says that something has changed: at each other value the journal is asked again
 */
export function useAgentHistory(id: string | null, changes: string): AgentHistory | null {
  const { data } = useSWR<AgentHistory, Error>(
    id === null ? null : [requestPath(AGENT_HISTORY_BY_QUERY_PATH, new URLSearchParams({ id })), changes],
    ([path]: [string, string]) => readJson<AgentHistory>(path),
    { keepPreviousData: true, revalidateOnFocus: false, shouldRetryOnError: false },
  );
  return data?.id === id ? data : null;
}
