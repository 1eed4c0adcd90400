/**
 * The stretch of the history that the page holds: messages of one filter between two numbers, with nothing missing
 * between them. It grows at both ends and lets go at the far one, so that memory stays bounded and a hole can't arise:
 * what is not in it is before `from` or after `to`, and both are read again when they are wanted.
 */

import type { Matches } from '@/lib/client/message-filter';
import { parseCursor } from '@/lib/contract/events';
import type { Message, MessagesAnswer } from '@/lib/contract/schemas';

export interface MessageWindow {
  /** `seq` counts within its epoch only. */
  epoch: string;
  /** Every matching message with `from <= seq <= to` is in `messages`, and no other. */
  from: number;
  to: number;
  /** Nothing older is kept. */
  first: boolean;
  /** It ended with the newest when it was last joined to them: what is missing at its end has come since. */
  last: boolean;
  messages: readonly Message[];
}

/** The newest messages of the swarm as the stream keeps them, unfiltered. */
export interface LiveTail {
  epoch: string | null;
  /** The number of the newest message known. */
  head: number;
  messages: readonly Message[];
}

/** How many messages the page keeps besides the stream's own. */
export const MAX_HELD = 1200;

/** @returns the stream's messages as a tail; `lastEventId` is the id of the last of them */
export function liveTail(messages: readonly Message[], lastEventId: string | null): LiveTail {
  const place = lastEventId === null ? null : parseCursor(lastEventId);
  return { epoch: place?.epoch ?? null, head: place?.seq ?? 0, messages };
}

/** @returns the window of what the stream holds; null where only the server can tell, or nothing is known yet */
export function windowOfLive(live: LiveTail, matches: Matches): MessageWindow | null {
  if (live.epoch === null) return null;
  const verdicts = live.messages.map(matches);
  if (verdicts.includes(null)) return null;
  const messages = live.messages.filter((_, index) => verdicts[index]);
  // With nothing kept there is nothing older to ask for.
  return {
    epoch: live.epoch,
    from: live.messages[0]?.seq ?? 0,
    to: live.head,
    first: live.messages.length === 0,
    last: true,
    messages,
  };
}

/**
 * The window with what the stream has brought since.
 *
 * @returns the same object if nothing has come; `behind` if the stream's messages do not follow on it, or only the
 *   server can tell which of them match; `foreign` if they are of another history
 */
export function extended(
  window: MessageWindow,
  live: LiveTail,
  matches: Matches,
): MessageWindow | 'behind' | 'foreign' {
  if (live.epoch !== window.epoch) return 'foreign';
  if (live.head <= window.to) return window;
  const oldest = live.messages[0];
  if (oldest === undefined || oldest.seq > window.to + 1) return 'behind';
  const fresh = after(live.messages, window.to);
  const verdicts = fresh.map(matches);
  if (verdicts.includes(null)) return 'behind';
  const chosen = fresh.filter((_, index) => verdicts[index]);
  return trimmedAtStart({
    ...window,
    to: live.head,
    last: true,
    messages: chosen.length === 0 ? window.messages : [...window.messages, ...chosen],
  });
}

/** @returns the window of one page alone. `head` is the newest message known when it was asked for; it counts only if the page ends at the newest. */
export function windowOfPage(page: MessagesAnswer, head: number | null): MessageWindow | null {
  const next = parseCursor(page.next_cursor);
  if (next === null) return null;
  const previous = page.previous_cursor === null ? null : parseCursor(page.previous_cursor);
  return {
    epoch: next.epoch,
    from: previous?.seq ?? 0,
    to: Math.max(next.seq, head ?? 0),
    first: previous === null,
    last: head !== null,
    messages: page.messages,
  };
}

/** @returns the window with a page of what is before it; what is too much goes at the newer end */
export function withOlder(window: MessageWindow, page: MessagesAnswer): MessageWindow {
  const previous = page.previous_cursor === null ? null : parseCursor(page.previous_cursor);
  const messages = [...page.messages.filter(({ seq }) => seq < window.from), ...window.messages];
  const grown = { ...window, from: previous?.seq ?? 0, first: previous === null, messages };
  if (messages.length <= MAX_HELD) return grown;
  const kept = messages.slice(0, MAX_HELD);
  return { ...grown, messages: kept, to: (kept.at(-1) as Message).seq, last: false };
}

/**
 * The window with a page of what is after it; what is too much goes at the older end.
 *
 * @param head the newest message known when the page was asked for: a page that is not full reaches at least so far
 */
export function withNewer(window: MessageWindow, page: MessagesAnswer, head: number): MessageWindow {
  const fresh = after(page.messages, window.to);
  const last = parseCursor(page.next_cursor)?.seq ?? window.to;
  const whole = page.count < page.limit;
  const to = Math.max(window.to, last, whole ? head : 0);
  return trimmedAtStart({
    ...window,
    to,
    last: whole,
    messages: fresh.length === 0 ? window.messages : [...window.messages, ...fresh],
  });
}

/** @returns the messages after a number; they stand in order, and usually few are new */
export function after(messages: readonly Message[], seq: number): readonly Message[] {
  const last = messages.findLastIndex((message) => message.seq <= seq);
  return messages.slice(last + 1);
}

/** @returns the index of a message, or of the next newer one, or of the last; -1 in an empty list */
export function indexAt(messages: readonly Message[], seq: number): number {
  let low = 0;
  let high = messages.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((messages[middle] as Message).seq < seq) low = middle + 1;
    else high = middle;
  }
  return high;
}

/**
 * How many matching messages came after a number.
 *
 * @returns `atLeast` where the stream no longer holds all of them, or nobody has told whether they match
 */
export function countAfter(
  window: MessageWindow | null,
  live: LiveTail,
  matches: Matches,
  seq: number,
): { count: number; atLeast: boolean } {
  if (window === null) return { count: 0, atLeast: false };
  if (live.epoch !== window.epoch) return { count: live.messages.filter(matches).length, atLeast: false };
  const inside = after(window.messages, seq).length;
  const beyond = Math.max(seq, window.to);
  const verdicts = after(live.messages, beyond).map(matches);
  // A full window is not read on, so nobody will tell which of these match.
  const undecided = verdicts.includes(null) && window.messages.length >= MAX_HELD;
  const outside = verdicts.filter((verdict) => verdict === true).length;
  return { count: inside + outside, atLeast: undecided || (live.messages[0]?.seq ?? 0) > beyond + 1 };
}

function trimmedAtStart(window: MessageWindow): MessageWindow {
  if (window.messages.length <= MAX_HELD) return window;
  const messages = window.messages.slice(-MAX_HELD);
  return { ...window, messages, from: (messages[0] as Message).seq, first: false };
}
