import { type RefObject, useEffect, useEffectEvent, useLayoutEffect, useRef, useState } from 'react';
import { usePrinting } from '@/lib/client/use-printing';
import type { Message } from '@/lib/contract/schemas';
import { RowHeights, type RowRange, rowsAround, rowsIn } from './message-rows';
import { indexAt } from './message-window';
import type { MessageList } from './use-message-window';

const NEAR_THE_END = 8;
/** Newer messages are added when the view is this close to the lower end of the loaded ones, in pixels. */
const LOAD_NEWER_ROWS = 120;
/** Older messages are loaded when the view is this few rows from the upper end. */
const LOAD_OLDER_ROWS = 40;
const TARGET_OFFSET = 96;

/** The row that keeps the scroll position: its upper edge stays this many pixels below that of the view. */
interface Anchor {
  seq: number;
  offset: number;
}

export interface MessageRows {
  scroller: RefObject<HTMLElement | null>;
  list: RefObject<HTMLOListElement | null>;
  range: RowRange;
  /** The first and the last message that are in view as a whole; null at the end of the list that follows. */
  inView: { first: number; last: number } | null;
  /** Room for the rows that are not rendered, in pixels. */
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
 * Renders a part of a long list whose rows have any height. The list is anchored at its lower end (`flex-col-reverse`),
 * so the newest rows are in place without a script. While the reader is elsewhere, one row is kept in place by
 * measuring it: neither rows that come or go at the ends nor heights that differ from the estimate move the visible
 * text.
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
  const [inView, setInView] = useState<MessageRows['inView']>(null);
  const [target, setTarget] = useState<MessageList['target']>(null);
  const place = list.following ? null : anchored;
  if (list.following && anchored !== null) setAnchored(null);
  if (list.target !== target) {
    setTarget(list.target);
    if (list.target) setAnchored(list.target.seq);
  }
  const printing = usePrinting();
  const range = printing ? { first: 0, end: messages.length } : rowsAround(messages, place, mostInView);
  const { window, loading } = list;

  const hold = (next: Anchor) => {
    anchor.current = next;
    setAnchored(next.seq);
  };

  /** Records the current heights and moves the anchor row back to its place. */
  const settle = () => {
    const view = scroller.current;
    // At the end heights are not needed, and a collapsed panel has none. Measuring forces the browser to lay out the
    // page at once, which is the largest part of a render.
    if (!view || !rows.current || list.following || printing || view.clientHeight === 0) return;
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
    // A list that a filter has just created is at its end already; scrolling it would force a layout in the middle of
    // the render. The list from the server may have been scrolled before hydration.
    if (anchor.current === null && measured()) return;
    anchor.current = null;
    // Only on the way back to the end: at each render it would pull back a reader who begins to scroll away.
    if (scroller.current) scroller.current.scrollTop = 0;
  }, [list.following]);
  useLayoutEffect(settle);
  const onResize = useEffectEvent(() => {
    // On paper the view is as high as its content.
    if (printing) return;
    settle();
    if (scroller.current) onMostInView(rowsIn(scroller.current.clientHeight));
  });
  useEffect(() => {
    // Heights also change without a render: when a font or Markdown has loaded, or a panel is made wider.
    const observer = new ResizeObserver(() => onResize());
    if (rows.current) observer.observe(rows.current);
    if (scroller.current) observer.observe(scroller.current);
    return () => observer.disconnect();
  }, []);

  const loadWhatIsNear = (first: number) => {
    const view = scroller.current;
    if (!view) return;
    if (first < LOAD_OLDER_ROWS) list.store.loadOlder();
    if (-view.scrollTop < LOAD_NEWER_ROWS) list.store.loadNewer();
  };

  const fill = useEffectEvent(() => {
    const view = scroller.current;
    // Enough rows fill the view for certain; asking the browser would force a layout in the middle of a task.
    if (mostInView === null || printing || messages.length >= mostInView) return;
    // If the rows do not fill the view, the reader cannot scroll up to load more.
    if (view && !list.loading && !list.error && view.scrollHeight <= view.clientHeight) list.store.loadOlder();
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: any change of the rows may leave the view unfilled
  useEffect(() => fill(), [window, loading, mostInView]);

  const onScroll = () => {
    const view = scroller.current;
    if (!view || !rows.current) return;
    const drawn = [...rows.current.children];
    const visible = drawn.filter((row) => isVisible(view, row));
    const last = visible.at(-1);
    const whole = visible.filter((row) => isWhole(view, row));
    const [from = visible[0], to = last] = [whole[0], whole.at(-1)];
    if (from && to) setInView((now) => sameOr(now, { first: rowSeq(from), last: rowSeq(to) }));
    if (last) list.store.see(rowSeq(last));
    const atEnd = view.scrollTop > -NEAR_THE_END;
    // What waits is shown when the list goes on, not by a scroll event that a change of the layout causes.
    if (atEnd && list.held !== null) return;
    if (atEnd && window?.last && list.pending === 0) {
      if (!list.following) list.store.follow();
      return;
    }
    // If the scroll bar was dragged beyond the rendered rows, the heights show which row belongs there.
    const top = visible[0];
    const distance = view.getBoundingClientRect().top - rows.current.getBoundingClientRect().top;
    const index = top ? indexAt(messages, rowSeq(top)) : heights.indexAtDistance(messages, distance);
    const message = messages[index];
    if (!message) return;
    if (list.following) list.store.pause();
    if (top) hold({ seq: message.seq, offset: topIn(view, top) });
    else hold({ seq: message.seq, offset: 0 });
    loadWhatIsNear(index);
  };

  return {
    scroller,
    list: rows,
    range,
    inView: list.following ? null : inView,
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
      // Set at once: the scroll event comes after the next render.
      hold({ seq, offset });
    },
    holdOn: (seq) => {
      const view = scroller.current;
      const row = rows.current && messageRow(rows.current, seq);
      if (!view || !row) return;
      list.store.pause();
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

/** @returns the rendered row of a message */
export function messageRow(rows: Element, seq: number): HTMLElement | null {
  return rows.querySelector(`:scope > [data-seq="${seq}"]`);
}

function topIn(view: Element, row: Element): number {
  return row.getBoundingClientRect().top - view.getBoundingClientRect().top;
}

function isWhole(view: Element, row: Element): boolean {
  const box = view.getBoundingClientRect();
  const { top, bottom } = row.getBoundingClientRect();
  return top >= box.top - 1 && bottom <= box.bottom + 1;
}

/** @returns the object before if the other equals it, so that nothing renders again */
function sameOr(before: MessageRows['inView'], now: NonNullable<MessageRows['inView']>): MessageRows['inView'] {
  return before?.first === now.first && before.last === now.last ? before : now;
}

function isVisible(view: Element, row: Element): boolean {
  const box = view.getBoundingClientRect();
  const { top, bottom } = row.getBoundingClientRect();
  return bottom > box.top + 1 && top < box.bottom - 1;
}
