import { useState } from 'react';
import useSWR from 'swr';
import { readJson, requestPath } from '@/lib/client/api';
import type { ActionsAnswer } from '@/lib/contract/action-schemas';
import { ACTIONS_PATH } from '@/lib/contract/paths';
import { type CommandList, listFrom, withNewest, withOlder } from './commands';

/** The record has no event of the stream. */
const REFRESH_INTERVAL_MS = 5000;
const FAILURE = 'Could not load commands';

interface CommandsQuestion {
  /** Only commands about this agent; null for all. */
  agent: string | null;
  /** The past moment that the page shows, ISO 8601; null for the present. */
  until: string | null;
  limit: number;
}

export interface Commands {
  /** Null until it is loaded. */
  list: CommandList | null;
  /** Why the newest or older commands could not be loaded, a sentence; null if they could. */
  error: string | null;
  /** Adds the next older page; null while one is loaded, and at the oldest. */
  more: (() => void) | null;
}

interface Extended {
  key: string;
  list: CommandList;
}

/** Reads the record of commands, newest first, and follows it while the page shows the present. */
export function useCommands({ agent, until, limit }: CommandsQuestion): Commands {
  const query = new URLSearchParams({ limit: String(limit) });
  if (agent !== null) query.set('agent', agent);
  if (until !== null) query.set('until', until);
  const key = requestPath(ACTIONS_PATH, query);
  const { data, error } = useSWR<ActionsAnswer, Error>(key, (path: string) => readJson(path, { failure: FAILURE }), {
    revalidateOnFocus: false,
    shouldRetryOnError: false,
    refreshInterval: until === null ? REFRESH_INTERVAL_MS : 0,
  });
  const [extended, setExtended] = useState<Extended | null>(null);
  const [loading, setLoading] = useState(false);
  const [olderError, setOlderError] = useState<string | null>(null);
  const [seen, setSeen] = useState(data);
  const own = extended?.key === key ? extended : null;
  // The list keeps its older pages when the newest page is read again.
  if (data !== seen) {
    setSeen(data);
    if (data && own) setExtended({ key, list: withNewest(own.list, data) });
  }
  const list = own?.list ?? (data ? listFrom(data) : null);
  const next = list?.next ?? null;
  const more = async () => {
    if (list === null || next === null) return;
    setLoading(true);
    try {
      const older = new URLSearchParams(query);
      older.set('before', next);
      const page = await readJson<ActionsAnswer>(requestPath(ACTIONS_PATH, older), { failure: FAILURE });
      setExtended((known) => ({ key, list: withOlder(known?.key === key ? known.list : list, page) }));
      setOlderError(null);
    } catch (failed) {
      setOlderError(failed instanceof Error ? failed.message : String(failed));
    } finally {
      setLoading(false);
    }
  };
  return {
    list,
    error: error?.message ?? olderError,
    more: next === null || loading ? null : () => void more(),
  };
}
