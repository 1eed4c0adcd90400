import useSWR from 'swr';
import type { AgentHistory } from '../contract/past-schemas';
import { readAnswer } from './answer';
import { served } from './base-path';

/**
 * What the server's journal has of an agent; null until it has said it, or where it knows nothing.
 *
 * @param id null asks nothing
 * @param changes whatever says that something has changed: at each other value the journal is asked again
 */
export function useAgentHistory(id: string | null, changes: string): AgentHistory | null {
  const { data } = useSWR<AgentHistory, Error>(
    id === null ? null : [served(`/api/agent?${new URLSearchParams({ id })}`), changes],
    ([path]: [string, string]) => readAnswer<AgentHistory>(path),
    { keepPreviousData: true, revalidateOnFocus: false, shouldRetryOnError: false },
  );
  return data?.id === id ? data : null;
}
