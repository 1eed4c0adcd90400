import { useState } from 'react';
import useSWRInfinite from 'swr/infinite';
import type { Message, MessagesAnswer, Problem } from '../contract/schemas';

const PAGE = 100;

export interface OlderMessages {
  /** Everything loaded so far, oldest first; it ends right before the cursor. */
  messages: readonly Message[];
  loading: boolean;
  /** Why the last page did not come, as a sentence. */
  error: string | null;
  /** False once the oldest message kept is here; null while nobody has asked. */
  more: boolean | null;
  load: () => void;
}

/**
 * Pages of the messages before a cursor, read on demand and kept while the cursor stays.
 *
 * @param before the cursor of the oldest message at hand, null if there is none. When it moves, because the newest
 *   messages have pushed older ones out, the pages are let go: keeping them would leave a hole that nobody sees.
 */
export function useOlderMessages(before: string | null): OlderMessages {
  const [anchor, setAnchor] = useState<string | null>(null);
  const asked = anchor !== null && anchor === before;
  const pages = useSWRInfinite<MessagesAnswer, Error>(
    (index, previous) => {
      const cursor = index === 0 ? before : previous?.previous_cursor;
      return asked && cursor ? `/api/messages?before=${encodeURIComponent(cursor)}&limit=${PAGE}` : null;
    },
    readPage,
    // What is past does not change: a page is read once, and again only if the reader asks after a failure.
    {
      revalidateFirstPage: false,
      revalidateIfStale: false,
      revalidateOnFocus: false,
      revalidateOnReconnect: false,
      shouldRetryOnError: false,
    },
  );
  const loaded = (asked && pages.data) || [];
  const last = loaded.at(-1);
  return {
    messages: loaded.toReversed().flatMap((page) => page.messages),
    loading: asked && pages.isValidating,
    error: (asked && pages.error?.message) || null,
    more: last ? last.previous_cursor !== null : null,
    load: () => {
      if (!asked) setAnchor(before);
      else if (pages.error) void pages.mutate();
      else void pages.setSize(loaded.length + 1);
    },
  };
}

async function readPage(url: string): Promise<MessagesAnswer> {
  const response = await fetch(url).catch(() => {
    throw new Error('Older messages could not be read: the server does not answer. Try again once it is back.');
  });
  if (response.ok) return response.json();
  const problem: Partial<Problem> = await response.json().catch(() => ({}));
  throw new Error(problem.detail ?? `Older messages could not be read: the server answered ${response.status}.`);
}
