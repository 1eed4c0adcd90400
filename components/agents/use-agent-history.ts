import useSWR from 'swr';
import { readJson } from '@/lib/client/api';
import type { AgentHistory } from '@/lib/contract/past-schemas';

/**
 * Reads what the server's journal knows about an agent; null until it has answered, or if it knows nothing.
 *
 * @param id null reads nothing
 * @param changes a value that differs after every change: the journal is then read again
 */
export function useAgentHistory(id: string | null, changes: string): AgentHistory | null {
  const { data } = useSWR<AgentHistory, Error>(
    id === null ? null : [`/api/agent?${new URLSearchParams({ id })}`, changes],
    ([path]: [string, string]) => readJson<AgentHistory>(path),
    { keepPreviousData: true, revalidateOnFocus: false, shouldRetryOnError: false },
  );
  return data?.id === id ? data : null;
}
