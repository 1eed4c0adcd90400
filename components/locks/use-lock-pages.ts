import { useState } from 'react';
import useSWR from 'swr';
import { readJson, requestPath } from '@/lib/client/api';
import { exactNow } from '@/lib/client/clock';
import { LOCKS_PATH } from '@/lib/contract/paths';
import type { LocksAnswer } from '@/lib/contract/schemas';

const PAGE_LOCKS = 1000;

interface LockPage {
  answer: LocksAnswer;
  /** When it was read, ISO 8601. */
  readAt: string;
}

/** One page of all locks, or of all locks of one holder, with functions that open the other pages. */
export interface LockPages {
  page: LockPage | undefined;
  /** Counted from 1. */
  number: number;
  /** Why the page could not be read, as a sentence; null if it was read. */
  error: string | null;
  next: (() => void) | null;
  first: (() => void) | null;
}

/** @param holder null for all locks */
export function useLockPages(holder: string | null): LockPages {
  const [place, setPlace] = useState<{ holder: string | null; number: number; cursor: string | null }>(START);
  // A cursor of another holder's list would start in the middle of this list.
  const { number, cursor } = place.holder === holder ? place : START;
  const query = new URLSearchParams({
    limit: String(PAGE_LOCKS),
    ...(holder !== null && { holder }),
    ...(cursor !== null && { cursor }),
  });
  const { data, error } = useSWR<LockPage, Error>(requestPath(LOCKS_PATH, query), readPage, {
    revalidateOnFocus: false,
    revalidateOnReconnect: false,
    shouldRetryOnError: false,
  });
  const nextCursor = data?.answer.next_cursor ?? null;
  return {
    page: data,
    number,
    error: error?.message ?? null,
    next: nextCursor === null ? null : () => setPlace({ holder, number: number + 1, cursor: nextCursor }),
    first: number === 1 ? null : () => setPlace({ ...START, holder }),
  };
}

const START = { holder: null, number: 1, cursor: null };

async function readPage(path: string): Promise<LockPage> {
  const answer = await readJson<LocksAnswer>(path, { failure: 'Could not load locks' });
  return { answer, readAt: new Date(exactNow()).toISOString() };
}
