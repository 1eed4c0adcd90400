/** Reads of the history, page by page. */

import { ApiError, readJson } from '@/lib/client/api';
import { formatCursor, parseCursor } from '@/lib/contract/events';
import type { MessagesAnswer } from '@/lib/contract/schemas';

/** The most that one page holds. */
export const MAX_PAGE_SIZE = 1000;

/** Where a page stands, as a parameter of the API; absent: the newest. */
export type Place = { before: string } | { after: string } | { around: string } | null;

/**
 * Reads one page.
 *
 * @param choice the filter, as `choiceQuery` gives it
 * @throws {ApiError} unless the page comes; whatever `signal` aborts throws its own reason
 */
export async function readPage(
  choice: string,
  place: Place,
  limit: number,
  signal?: AbortSignal,
): Promise<MessagesAnswer> {
  const query = new URLSearchParams(choice);
  for (const [name, cursor] of Object.entries(place ?? {})) query.set(name, cursor);
  query.set('limit', String(limit));
  return readJson(`/api/messages?${query}`, { signal, failure: 'Could not load messages' });
}

/**
 * Reads the first page that is kept.
 *
 * @param head the newest number known; the API names no oldest one, so the border of what is gone is searched for
 */
export async function readFirstPage(
  choice: string,
  { epoch, head }: { epoch: string; head: number },
  limit: number,
  signal?: AbortSignal,
): Promise<MessagesAnswer> {
  let gone = -1;
  let kept = head;
  let probe = 0;
  while (gone + 1 < kept) {
    try {
      await readPage('', { after: formatCursor(epoch, probe) }, 1, signal);
      kept = probe;
    } catch (error) {
      if (!(error instanceof ApiError && error.gone)) throw error;
      gone = probe;
    }
    probe = (gone + kept) >> 1;
  }
  const page = await readPage(choice, { after: formatCursor(epoch, kept) }, limit, signal);
  return { ...page, previous_cursor: null };
}

/** @returns the number in a cursor, null for none */
export function cursorSeq(cursor: string | null): number | null {
  return cursor === null ? null : (parseCursor(cursor)?.seq ?? null);
}

/**
 * Finds a message by its `msg_id`, wherever it is kept.
 *
 * @param before the number of a message that names it; it must be older
 * @returns its cursor; null if it is not kept
 * @throws {ApiError} if nobody answers
 */
export async function findByMsgId(id: string, before: number): Promise<string | null> {
  // The log repeats ids now and then: the first one is the one that was answered.
  const page = await readPage(new URLSearchParams({ msg_id: id }).toString(), null, MAX_PAGE_SIZE);
  const [first] = page.messages;
  const place = parseCursor(page.next_cursor);
  return first && place && first.seq < before ? formatCursor(place.epoch, first.seq) : null;
}
