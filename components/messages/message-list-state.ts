/** The rules of the list of messages: what follows from the filter, the stream and the reader's moves. */

import type { ApiError } from '@/lib/client/api-error';
import { choiceQuery, isServerChoice, type Matches, type MessageChoice, matcherOf } from '@/lib/client/message-filter';
import type { Message } from '@/lib/contract/schemas';
import {
  countAfter,
  extended,
  type LiveTail,
  liveTail,
  MAX_HELD,
  type MessageWindow,
  windowOfLive,
} from './message-window';
import type { ReadStatus } from './page-reads';

/** While only the server knows which messages match, it is asked at most this often. */
const CATCH_UP_INTERVAL_MS = 250;
const RETRY_INTERVAL_MS = 3000;

/** Why the message that the address points at is not shown. */
export type Lost = 'malformed' | 'gone' | 'filtered';

/** Why the list that follows the newest message waits; it goes on by itself afterwards. */
export type Hold = 'selection' | 'focus' | 'hover';

export interface MessageListInput {
  /** The newest messages of the stream, unfiltered, oldest first. */
  messages: readonly Message[];
  /** The cursor of the last of them; null before the stream has sent one. */
  lastEventId: string | null;
  choice: MessageChoice;
  /** The cursor of the message that the address points at. */
  pointedAt: string | null;
}

export interface MessageListView {
  /** Null until the server has answered. */
  window: MessageWindow | null;
  following: boolean;
  /** Why the list waits although it follows; null if it does not wait. */
  held: Hold | null;
  /** The message to bring into view; a new object for each request to do so. */
  target: { seq: number } | null;
  /** The number of the newest message that the reader has had on the screen. */
  seen: number;
  /** How many messages have come since the reader left the end, or since the list waits. */
  unseen: { count: number; atLeast: boolean };
  /** Of those, how many are known and not in the window. */
  pending: number;
  loading: boolean;
  error: ApiError | null;
  lost: Lost | null;
}

export interface LostMessage {
  cursor: string;
  why: Lost;
}

/** An input in the form that the rules of the window take. */
export interface Feed {
  /** The filter, as `choiceQuery` gives it. */
  key: string;
  matches: Matches;
  /** Only the server knows which messages match, for example because free text is part of the filter. */
  isSearch: boolean;
  /** A message that matches may cease to: a question is answered. */
  isVolatile: boolean;
  live: LiveTail;
  pointedAt: string | null;
}

export interface ListState {
  /** The filter that the window belongs to. */
  key: string;
  window: MessageWindow | null;
  following: boolean;
  held: Hold | null;
  /** The newest number that the reader has had on the screen. */
  seen: number;
  target: MessageListView['target'];
}

/** @returns the input with what the rules derive from it */
export function feedOf({ messages, lastEventId, choice, pointedAt }: MessageListInput): Feed {
  return {
    key: choiceQuery(choice),
    matches: matcherOf(choice),
    isSearch: isServerChoice(choice),
    isVolatile: choice.only.includes('unanswered'),
    live: liveTail(messages, lastEventId),
    pointedAt,
  };
}

/** @returns the state of a filter that has just been chosen: the stream's own messages, following the newest */
export function begun({ key, live, matches }: Feed): ListState {
  return { key, window: windowOfLive(live, matches), following: true, held: null, seen: live.head, target: null };
}

/** @returns the state that follows from the filter and the stream; the same object if nothing changes */
export function advanced(state: ListState, feed: Feed): ListState {
  const { key, live, matches } = feed;
  if (state.key !== key) return begun(feed);
  if (!state.following || (state.held !== null && state.window !== null)) return state;
  if (state.window === null) {
    const window = windowOfLive(live, matches);
    return window === null ? state : { ...state, window };
  }
  const next = extended(state.window, live, matches);
  if (next === state.window) return state;
  if (next === 'foreign') return begun(feed);
  // Unfiltered, the stream's own messages are the newest there are; a filter's gap is read from the server.
  if (next === 'behind') return key === '' ? begun(feed) : state;
  return { ...state, window: next };
}

/** @returns the state that no longer follows; what has come until now counts as seen */
export function paused(state: ListState): ListState {
  return state.following ? { ...state, following: false, seen: state.window?.to ?? state.seen } : state;
}

/** @returns the state that waits for a reason, or goes on; what has come until it begins to wait counts as seen */
export function heldFor(state: ListState, held: Hold | null): ListState {
  if (state.held === held) return state;
  const begins = state.held === null && state.following;
  return { ...state, held, seen: begins ? (state.window?.to ?? state.seen) : state.seen };
}

/** @returns what the list shows */
export function viewOf(state: ListState, feed: Feed, reads: ReadStatus, lost: LostMessage | null): MessageListView {
  const { window, following, target, seen } = state;
  const held = following && window !== null ? state.held : null;
  const { live, matches } = feed;
  return {
    window,
    following,
    held,
    target,
    seen: following && held === null ? live.head : seen,
    unseen: following && held === null ? { count: 0, atLeast: false } : unseenAfter(state, feed),
    pending: window === null ? 0 : countAfter(window, live, matches, window.to).count,
    loading: reads.busy || window === null,
    error: reads.error,
    lost: lost !== null && lost.cursor === feed.pointedAt ? lost.why : null,
  };
}

/** While the list waits, nothing is read: of what only the server can decide, it stays unknown how much matches. */
function unseenAfter({ window, held, seen }: ListState, { live, matches }: Feed): MessageListView['unseen'] {
  const unseen = countAfter(window, live, matches, seen);
  const isUnknown = held !== null && window !== null && extended(window, live, matches) === 'behind';
  return isUnknown ? { ...unseen, atLeast: true } : unseen;
}

/** @returns the delay in milliseconds after which the server must be asked for what is missing; null if nothing is */
export function catchUpDelay(state: ListState, feed: Feed, { busy, error }: ReadStatus): number | null {
  if (busy || error?.invalid) return null;
  const { window, following } = state;
  const { live, matches, isSearch, isVolatile } = feed;
  if (window === null) {
    if (live.epoch === null) return null;
    return error ? RETRY_INTERVAL_MS : 0;
  }
  if (following && state.held !== null) return null;
  // Paused, a search reads on as well: nothing else could count what has come since.
  const isReadOn = following || (isSearch && !isVolatile && window.messages.length < MAX_HELD);
  if (!isReadOn || live.epoch !== window.epoch || extended(window, live, matches) !== 'behind') return null;
  return error ? RETRY_INTERVAL_MS : CATCH_UP_INTERVAL_MS;
}
