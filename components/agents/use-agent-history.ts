import useSWR from 'swr';
import { readJson, requestPath } from '@/lib/client/api';
import type { AgentHistory } from '@/lib/contract/past-schemas';
import { AGENT_HISTORY_BY_QUERY_PATH } from '@/lib/contract/paths';

/**
 * Reads what the server's journal knows about an agent; null until it has answered, or if it knows nothing.
 *
 * @param id null reads nothing
 * @param changes a value that differs after every change: the journal is then read again
 */
export function useAgentHistory(id: string | null, changes: string): AgentHistory | null {
  const { data } = useSWR<AgentHistory, Error>(
    id === null ? null : [requestPath(AGENT_HISTORY_BY_QUERY_PATH, new URLSearchParams({ id })), changes],
    ([path]: [string, string]) => readJson<AgentHistory>(path),
    { keepPreviousData: true, revalidateOnFocus: false, shouldRetryOnError: false },
  );
  return data?.id === id ? data : null;
}
