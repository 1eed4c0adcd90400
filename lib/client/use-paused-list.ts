import { type RefObject, useRef, useState } from 'react';
import { formatCursor, parseCursor } from '../contract/events';
import type { Message } from '../contract/schemas';

/** Messages of one history: `seq` counts within its epoch only. */
interface Run {
  epoch: string | null;
  messages: readonly Message[];
}

export interface PausedList {
  /** What is shown: the newest while the reader is at the end, else what was there when they left it. */
  shown: readonly Message[];
  /** How many messages have come since. */
  unseen: number;
  /** The cursor of the oldest message shown, null if there is none. */
  oldestCursor: string | null;
  /** For the scrolling element, whose content hangs on its lower end (`flex-col-reverse`). */
  scroller: RefObject<HTMLElement | null>;
  onScroll: () => void;
  /** Goes to the newest message and follows again. */
  follow: () => void;
}

const NEAR_THE_END = 8;

/** More rows than this make the page stutter while hundreds of messages a second arrive; older ones are a page away. */
const MOST_DRAWN = 300;

/**
 * A list that follows its newest entry only while the reader is at its end; otherwise nothing moves.
 *
 * @param messages the newest messages, in order
 * @param lastEventId the id of the last of them, which names the epoch
 */
export function usePausedList(messages: readonly Message[], lastEventId: string | null): PausedList {
  const scroller = useRef<HTMLElement>(null);
  const [paused, setPaused] = useState<Run | null>(null);
  const live: Run = { epoch: lastEventId === null ? null : (parseCursor(lastEventId)?.epoch ?? null), messages };
  const shown: Run = paused ?? { ...live, messages: messages.slice(-MOST_DRAWN) };
  const oldest = shown.messages[0];
  return {
    shown: shown.messages,
    unseen: paused === null ? 0 : unseenIn(live, paused),
    oldestCursor: shown.epoch !== null && oldest ? formatCursor(shown.epoch, oldest.seq) : null,
    scroller,
    onScroll: () => {
      // The content hangs on its lower end: the end is at 0, everything above it is negative.
      const atEnd = (scroller.current?.scrollTop ?? 0) > -NEAR_THE_END;
      if (atEnd) setPaused(null);
      else setPaused((run) => run ?? shown);
    },
    follow: () => {
      setPaused(null);
      scroller.current?.scrollTo({ top: 0, behavior: 'instant' });
    },
  };
}

/** @returns how many messages of `live` came after all of `seen`; all of them if they are of another history. */
export function unseenIn(live: Run, seen: Run): number {
  if (live.epoch !== seen.epoch) return live.messages.length;
  const last = seen.messages.at(-1)?.seq ?? 0;
  // The newest stand at the end, and usually few are new.
  return live.messages.length - 1 - live.messages.findLastIndex(({ seq }) => seq <= last);
}
