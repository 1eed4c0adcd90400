import { type RefObject, useEffect, useEffectEvent, useLayoutEffect, useRef, useState } from 'react';
import type { Message } from '@/lib/contract/schemas';
import { RowHeights, type RowRange, rowsAround, rowsIn } from './message-rows';
import { indexAt } from './message-window';
import type { MessageList } from './use-message-window';

const NEAR_THE_END = 8;
/** So close to the lower end of what is held, what follows is put below. */
const LOAD_NEWER_ROWS = 120;
/** So few rows from the upper end, older ones are asked for. */
const LOAD_OLDER_ROWS = 40;
const TARGET_OFFSET = 96;

/** The row by which the list holds on to its place: its upper edge stays this far below that of the view. */
interface Anchor {
  seq: number;
  offset: number;
}

export interface MessageRows {
  scroller: RefObject<HTMLElement | null>;
  list: RefObject<HTMLOListElement | null>;
  range: RowRange;
  /** Room for the rows that are not drawn, in pixels. */
  above: number;
  below: number;
  onScroll: () => void;
  /** Brings a message into view, at the upper edge or just inside. */
  reveal: (seq: number) => void;
  /** Keeps a row where it is while its height changes. */
  holdOn: (seq: number) => void;
  /** How many rows fit into the view, about. */
  rowsInView: () => number;
}

/**
 * Draws a part of a long list whose rows have any height. The list hangs on its lower end (`flex-col-reverse`), so the
 * newest stand right without a script; while the reader is elsewhere, one row is held in its place by measure: neither
 * rows that come or go at the ends nor heights that turn out different move what is read.
 */
export function useMessageRows(
  messages: readonly Message[],
  list: MessageList,
  mostInView: number | null,
  onMostInView: (count: number) => void,
): MessageRows {
  const scroller = useRef<HTMLElement>(null);
  const rows = useRef<HTMLOListElement>(null);
  const anchor = useRef<Anchor | null>(null);
  const [heights] = useState(() => new RowHeights());
  const [anchored, setAnchored] = useState<number | null>(null);
  const [target, setTarget] = useState<MessageList['target']>(null);
  const place = list.following ? null : anchored;
  if (list.following && anchored !== null) setAnchored(null);
  if (list.target !== target) {
    setTarget(list.target);
    if (list.target) setAnchored(list.target.seq);
  }
  const range = rowsAround(messages, place, mostInView);
  const { window, loading } = list;

  const hold = (next: Anchor) => {
    anchor.current = next;
    setAnchored(next.seq);
  };

  /** Notes the heights as they are now, and puts the held row back in its place. */
  const settle = () => {
    const view = scroller.current;
    // At the end nothing needs to be known of heights, and a panel that is collapsed has none: measuring makes the
    // browser lay out the page at once, which is the largest part of a draw.
    if (!view || !rows.current || list.following || view.clientHeight === 0) return;
    for (const row of rows.current.children) heights.note(rowSeq(row), row.getBoundingClientRect().height);
    if (heights.size > messages.length * 2 + 100) heights.keep(messages);
    if (anchor.current === null) return;
    const row = messageRow(rows.current, anchor.current.seq);
    if (!row) return;
    const moved = topIn(view, row) - anchor.current.offset;
    if (Math.abs(moved) >= 0.5) view.scrollTop += moved;
  };

  useLayoutEffect(() => {
    if (target) anchor.current = { seq: target.seq, offset: TARGET_OFFSET };
  }, [target]);
  const measured = useEffectEvent(() => mostInView !== null);
  useLayoutEffect(() => {
    if (!list.following) return;
    // A list that a filter has just made stands at its end; saying so makes the browser lay out the page in the middle
    // of the draw. The server's may have been scrolled before the page was alive.
    if (anchor.current === null && measured()) return;
    anchor.current = null;
    // Only on the way back to the end: doing it at each draw would hold on to whoever begins to scroll away.
    if (scroller.current) scroller.current.scrollTop = 0;
  }, [list.following]);
  useLayoutEffect(settle);
  const onResize = useEffectEvent(() => {
    settle();
    if (scroller.current) onMostInView(rowsIn(scroller.current.clientHeight));
  });
  useEffect(() => {
    // What changes outside a draw: a font or Markdown that has just come, a panel made wider.
    const observer = new ResizeObserver(() => onResize());
    if (rows.current) observer.observe(rows.current);
    if (scroller.current) observer.observe(scroller.current);
    return () => observer.disconnect();
  }, []);

  const loadWhatIsNear = (first: number) => {
    const view = scroller.current;
    if (!view) return;
    if (first < LOAD_OLDER_ROWS) list.loadOlder();
    if (-view.scrollTop < LOAD_NEWER_ROWS) list.loadNewer();
  };

  const fill = useEffectEvent(() => {
    const view = scroller.current;
    // Enough rows fill it for sure; asking the browser would make it lay out the page in the middle of a task.
    if (mostInView === null || messages.length >= mostInView) return;
    // Where the rows do not fill the view, nobody can scroll up to ask for more.
    if (view && !list.loading && !list.error && view.scrollHeight <= view.clientHeight) list.loadOlder();
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever changes the rows may leave the view unfilled
  useEffect(() => fill(), [window, loading, mostInView]);

  const onScroll = () => {
    const view = scroller.current;
    if (!view || !rows.current) return;
    const drawn = [...rows.current.children];
    const visible = drawn.filter((row) => isVisible(view, row));
    const last = visible.at(-1);
    if (last) list.see(rowSeq(last));
    const atEnd = view.scrollTop > -NEAR_THE_END;
    if (atEnd && window?.last && list.pending === 0) {
      if (!list.following) list.follow();
      return;
    }
    // Where the scroll bar was dragged beyond what is drawn, measure tells which row belongs there.
    const top = visible[0];
    const distance = view.getBoundingClientRect().top - rows.current.getBoundingClientRect().top;
    const index = top ? indexAt(messages, rowSeq(top)) : heights.indexAtDistance(messages, distance);
    const message = messages[index];
    if (!message) return;
    if (list.following) list.pause();
    if (top) hold({ seq: message.seq, offset: topIn(view, top) });
    else hold({ seq: message.seq, offset: 0 });
    loadWhatIsNear(index);
  };

  return {
    scroller,
    list: rows,
    range,
    above: Math.round(heights.total(messages, { first: 0, end: range.first })),
    below: Math.round(heights.total(messages, { first: range.end, end: messages.length })),
    onScroll,
    reveal: (seq) => {
      const view = scroller.current;
      const row = rows.current && messageRow(rows.current, seq);
      if (!view || !row) return hold({ seq, offset: 0 });
      const { top, bottom } = row.getBoundingClientRect();
      const box = view.getBoundingClientRect();
      const offset = top < box.top ? 0 : bottom > box.bottom ? Math.max(0, box.height - (bottom - top)) : null;
      if (offset === null) return;
      view.scrollTop += top - box.top - offset;
      // Said at once: the event of this scrolling comes later than the next draw.
      hold({ seq, offset });
    },
    holdOn: (seq) => {
      const view = scroller.current;
      const row = rows.current && messageRow(rows.current, seq);
      if (!view || !row) return;
      list.pause();
      hold({ seq, offset: topIn(view, row) });
    },
    rowsInView: () => {
      const view = scroller.current;
      return view && rows.current ? [...rows.current.children].filter((row) => isVisible(view, row)).length : 1;
    },
  };
}

function rowSeq(row: Element): number {
  return Number((row as HTMLElement).dataset.seq);
}

/** @returns the drawn row of a message */
export function messageRow(rows: Element, seq: number): HTMLElement | null {
  return rows.querySelector(`:scope > [data-seq="${seq}"]`);
}

function topIn(view: Element, row: Element): number {
  return row.getBoundingClientRect().top - view.getBoundingClientRect().top;
}

function isVisible(view: Element, row: Element): boolean {
  const box = view.getBoundingClientRect();
  const { top, bottom } = row.getBoundingClientRect();
  return bottom > box.top + 1 && top < box.bottom - 1;
}
