import { useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import { ApiError } from '@/lib/client/api';
import { choiceQuery, type Matches, type MessageChoice, matcherOf } from '@/lib/client/message-filter';
import { formatCursor, parseCursor } from '@/lib/contract/events';
import type { Message, MessagesAnswer } from '@/lib/contract/schemas';
import { MAX_PAGE_SIZE, type Place, readFirstPage, readPage } from './message-pages';
import {
  countAfter,
  extended,
  indexAt,
  type LiveTail,
  liveTail,
  MAX_HELD,
  type MessageWindow,
  windowOfLive,
  windowOfPage,
  withNewer,
  withOlder,
} from './message-window';

const PAGE = 200;
/** While only the server can tell what matches, it is asked at most this often. */
const ASK_INTERVAL_MS = 250;
const RETRY_INTERVAL_MS = 3000;

interface State {
  /** The filter that the window is of. */
  key: string;
  /** Null until the server has answered. */
  window: MessageWindow | null;
  following: boolean;
  /** The newest number that the reader has had before their eyes. */
  seen: number;
  /** The message to bring into view; a new object each time. */
  target: { seq: number } | null;
}

/** Why the message that the address points at is not shown. */
export type Lost = 'malformed' | 'gone' | 'filtered';

export interface MessageList {
  window: MessageWindow | null;
  following: boolean;
  target: State['target'];
  /** How many have come since the reader left the end. */
  unseen: { count: number; atLeast: boolean };
  /** Of those, how many are known and not in the window. */
  pending: number;
  loading: boolean;
  error: ApiError | null;
  lost: Lost | null;
  loadOlder: () => void;
  /** The reader nears the end of what is held. */
  loadNewer: () => void;
  /** Goes to the newest message and stays there. */
  follow: () => void;
  pause: () => void;
  /** Notes how far the reader has got. */
  see: (seq: number) => void;
  /** Goes to the first message kept. */
  goToFirst: () => void;
}

interface Sources {
  messages: readonly Message[];
  lastEventId: string | null;
  choice: MessageChoice;
  /** The cursor of a message that the address points at. */
  pointedAt: string | null;
}

/**
 * The list of messages: what the stream brings, joined without a hole to what is read page by page. It follows the
 * newest until it is paused; then nothing changes but by the reader's own moves.
 */
export function useMessageWindow({ messages, lastEventId, choice, pointedAt }: Sources): MessageList {
  const key = choiceQuery(choice);
  const matches = useMemo(() => matcherOf(choice), [choice]);
  const live = useMemo(() => liveTail(messages, lastEventId), [messages, lastEventId]);
  const [stored, setState] = useState<State>(() => begun(key, live, matches));
  const state = advanced(stored, key, live, matches);
  // What follows from new properties is put in place before anything is drawn, not one draw later.
  if (state !== stored) setState(state);

  const reads = useReads(key);
  const update = (change: (state: State) => State) => setState((now) => (now.key === key ? change(now) : now));
  const read = (place: Place, limit: number, apply: (state: State, page: MessagesAnswer) => State) =>
    reads.start({
      read: (signal) => readPage(key, place, limit, signal),
      onPage: (page) => update((now) => apply(now, page)),
      onGone: () => update((now) => ({ ...now, window: null, following: true })),
    });
  const { window } = state;
  const loadNewest = () => {
    const { head } = live;
    read(null, PAGE, (now, page) => (now.window === null ? { ...now, window: windowOfPage(page, head) } : now));
  };
  const loadNewer = (limit = PAGE) => {
    if (window === null) return loadNewest();
    const next = extended(window, live, matches);
    if (next === 'foreign' || next === window) return;
    if (next !== 'behind' && next.messages.length <= MAX_HELD) return update((now) => ({ ...now, window: next }));
    const { head } = live;
    read({ after: formatCursor(window.epoch, window.to) }, limit, (now, page) =>
      now.window && now.window.epoch === window.epoch && now.window.to >= window.to
        ? { ...now, window: withNewer(now.window, page, head) }
        : now,
    );
  };
  const loadOlder = () => {
    if (window === null || window.first) return;
    read({ before: formatCursor(window.epoch, window.from) }, PAGE, (now, page) =>
      // Meanwhile the window may have let go of its older end: joined to that, the page would leave a hole.
      now.window?.epoch === window.epoch && now.window.from === window.from
        ? { ...now, window: withOlder(now.window, page) }
        : now,
    );
  };

  const lag = window !== null && live.epoch === window.epoch && extended(window, live, matches) === 'behind';
  const undecided = choice.q !== '' && (window?.messages.length ?? 0) < MAX_HELD;
  const wanted = !reads.busy && ((window === null && live.epoch !== null) || (lag && (state.following || undecided)));
  const catchUp = useEffectEvent(() => loadNewer(MAX_PAGE_SIZE));
  const fault = reads.error;
  const pause = fault ? RETRY_INTERVAL_MS : window === null ? 0 : ASK_INTERVAL_MS;
  useEffect(() => {
    if (!wanted || fault?.invalid) return;
    const timer = setTimeout(() => catchUp(), pause);
    return () => clearTimeout(timer);
  }, [wanted, fault, pause]);

  const [lost, setLost] = useState<{ cursor: string; why: Lost } | null>(null);
  const pointAt = useEffectEvent((cursor: string) => {
    const place = parseCursor(cursor);
    if (place === null) return setLost({ cursor, why: 'malformed' });
    const found = window?.epoch === place.epoch && window.messages[indexAt(window.messages, place.seq)];
    if (found && found.seq === place.seq) {
      setLost(null);
      return update((now) => ({ ...paused(now), target: { seq: place.seq } }));
    }
    reads.start({
      urgent: true,
      read: (signal) => readPage(key, { around: cursor }, PAGE, signal),
      onPage: (page) => {
        const isThere = page.messages.some(({ seq }) => seq === place.seq);
        setLost(isThere ? null : { cursor, why: 'filtered' });
        update((now) => {
          const around = windowOfPage(page, null);
          return around ? { ...paused(now), window: around, target: { seq: place.seq } } : now;
        });
      },
      onGone: () => setLost({ cursor, why: 'gone' }),
    });
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: with another filter it is looked for again
  useEffect(() => {
    if (pointedAt !== null) pointAt(pointedAt);
  }, [pointedAt, key]);

  return {
    window,
    following: state.following,
    target: state.target,
    unseen: state.following ? { count: 0, atLeast: false } : countAfter(window, live, matches, state.seen),
    pending: window === null ? 0 : countAfter(window, live, matches, window.to).count,
    loading: reads.busy || window === null,
    error: fault,
    lost: lost !== null && lost.cursor === pointedAt ? lost.why : null,
    loadOlder,
    loadNewer: () => loadNewer(),
    follow: () =>
      update((now) => {
        const joined = now.window?.last && now.window.epoch === live.epoch;
        return joined ? { ...now, following: true, target: null } : begun(key, live, matches);
      }),
    pause: () => update(paused),
    see: (seq) => update((now) => (seq > now.seen ? { ...now, seen: seq } : now)),
    goToFirst: () => {
      if (window === null) return;
      const target = (messages: readonly Message[]) => (messages[0] ? { seq: messages[0].seq } : null);
      if (window.first) return update((now) => ({ ...paused(now), target: target(window.messages) }));
      reads.start({
        urgent: true,
        read: (signal) => readFirstPage(key, { epoch: window.epoch, head: live.head }, PAGE, signal),
        onPage: (page) =>
          update((now) => ({ ...paused(now), window: windowOfPage(page, null), target: target(page.messages) })),
      });
    },
  };
}

function begun(key: string, live: LiveTail, matches: Matches): State {
  return { key, window: windowOfLive(live, matches), following: true, seen: live.head, target: null };
}

/** The state that follows from the filter and the stream; the same object if nothing does. */
function advanced(state: State, key: string, live: LiveTail, matches: Matches): State {
  if (state.key !== key) return begun(key, live, matches);
  if (!state.following) return state;
  if (state.window === null) {
    const window = windowOfLive(live, matches);
    return window === null ? state : { ...state, window };
  }
  const next = extended(state.window, live, matches);
  if (next === state.window) return state;
  if (next === 'foreign') return begun(key, live, matches);
  // Unfiltered, the stream's own messages are the newest there are; a filter's gap is read from the server.
  if (next === 'behind') return key === '' ? begun(key, live, matches) : state;
  return { ...state, window: next };
}

function paused(state: State): State {
  return state.following ? { ...state, following: false, seen: state.window?.to ?? state.seen } : state;
}

interface Read {
  read: (signal: AbortSignal) => Promise<MessagesAnswer>;
  onPage: (page: MessagesAnswer) => void;
  /** What to do where the place of the read is no longer kept. */
  onGone?: () => void;
  /** Ends a read that is still running, instead of giving way to it. */
  urgent?: boolean;
}

/** One read at a time; a change of the filter ends the one that runs. */
function useReads(key: string) {
  const running = useRef<AbortController | null>(null);
  const [status, setStatus] = useState<{ key: string; busy: boolean; error: ApiError | null }>(() => ({
    key,
    busy: false,
    error: null,
  }));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is what ends a read
  useEffect(
    () => () => {
      running.current?.abort();
      running.current = null;
    },
    [key],
  );
  const current = status.key === key ? status : { busy: false, error: null };
  return {
    ...current,
    start({ read, onPage, onGone, urgent = false }: Read): void {
      if (running.current && !urgent) return;
      running.current?.abort();
      const controller = new AbortController();
      running.current = controller;
      setStatus({ key, busy: true, error: current.error });
      const end = (error: ApiError | null) => {
        running.current = null;
        setStatus({ key, busy: false, error });
      };
      read(controller.signal).then(
        (page) => {
          if (running.current !== controller) return;
          onPage(page);
          end(null);
        },
        (error: unknown) => {
          if (running.current !== controller) return;
          const problem = error instanceof ApiError ? error : new ApiError(String(error), null);
          const handled = problem.gone && onGone !== undefined;
          if (handled) onGone();
          end(handled ? null : problem);
        },
      );
    },
  };
}
