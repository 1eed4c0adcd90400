/** Reads the history page by page. */

import { readJson, requestPath } from '@/lib/client/api';
import { ApiError } from '@/lib/client/api-error';
import { formatCursor, parseCursor } from '@/lib/contract/events';
import { MESSAGES_PATH } from '@/lib/contract/paths';
import type { Message, MessagesAnswer } from '@/lib/contract/schemas';
import { QuotedMessages } from './quoted-messages';

/** The largest page that the server answers. */
export const MAX_PAGE_SIZE = 1000;

/** The place of a page as a parameter of the API; null is the newest page. */
export type Place = { before: string } | { after: string } | { around: string } | null;

/**
 * Reads one page.
 *
 * @param choice the filter, as `choiceQuery` gives it
 * @throws {ApiError} if the page cannot be read; an abort by `signal` throws the signal's reason
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
  return readJson(requestPath(MESSAGES_PATH, query), { signal, failure: 'Could not load messages' });
}

/**
 * Reads the first page of the history.
 *
 * @param head the newest known number; the API does not name the oldest one, so it is found by a binary search
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

/** @returns the permanent address of a message, for a page at `href` */
export function linkTo(epoch: string, seq: number, href: string): string {
  const url = new URL(href);
  url.hash = '';
  url.search = `?message=${encodeURIComponent(formatCursor(epoch, seq))}`;
  return url.href;
}

/**
 * Finds a message in the whole history by its `msg_id`.
 *
 * @param before the number of a message that names it; the result must be older
 * @returns the message and its cursor; null if the history does not contain it
 * @throws {ApiError} if the server does not answer
 */
export async function findByMsgId(id: string, before: number): Promise<{ message: Message; cursor: string } | null> {
  // The log sometimes repeats ids; the first message with the id is the one that was answered.
  const page = await readPage(new URLSearchParams({ msg_id: id }).toString(), null, MAX_PAGE_SIZE);
  const [first] = page.messages;
  const place = parseCursor(page.next_cursor);
  const isFound = first && place && first.seq < before;
  return isFound ? { message: first, cursor: formatCursor(place.epoch, first.seq) } : null;
}

/** Of the messages that the loaded ones name. */
export const quotedMessages = new QuotedMessages(
  async (id, before) => (await findByMsgId(id, before))?.message ?? null,
);
