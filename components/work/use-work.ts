import useSWR from 'swr';
import { readJson } from '@/lib/client/api';

/** Git runs on the server at most once in 10 s for each folder. */
const GIT_INTERVAL_MS = 15_000;

const OPTIONS = { keepPreviousData: true, revalidateOnFocus: false, shouldRetryOnError: false } as const;

export interface Loaded<Answer> {
  /** Undefined until it is loaded; the last one stays until the next one arrives. */
  answer: Answer | undefined;
  /** Why it could not be loaded, as a sentence. */
  error: string | null;
}

/**
 * Reads a file about work, and again when the state says that it changed.
 *
 * @param path of the request; null to read nothing
 * @param version as the state has it
 */
export function useWork<Answer>(path: string | null, version: string | null): Loaded<Answer> {
  const key = path === null ? null : ([path, version] as const);
  const { data, error } = useSWR<Answer, Error, typeof key>(
    key,
    ([asked]: readonly [string, string | null]) => readJson(asked, { failure: 'Could not load this' }),
    OPTIONS,
  );
  return { answer: data, error: error?.message ?? null };
}

/** Asks the server what git says, and again while it is shown. @param path null to ask nothing */
export function useGit<Answer>(path: string | null): Loaded<Answer> {
  const { data, error } = useSWR<Answer, Error>(
    path,
    (asked: string) => readJson(asked, { failure: 'Could not ask git' }),
    { ...OPTIONS, refreshInterval: GIT_INTERVAL_MS },
  );
  return { answer: data, error: error?.message ?? null };
}
