import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, type RefObject, useCallback, useLayoutEffect } from 'react';

const OVERSCAN = 8;

/** The part of a long list that is rendered. */
export interface RowWindow {
  /** The rendered entries with their places. */
  places: { index: number; style: CSSProperties }[];
  style: CSSProperties;
  measure: (row: HTMLElement | null) => void;
  scrollTo: (index: number) => void;
}

interface RowWindowProps {
  count: number;
  scroller: RefObject<HTMLElement | null>;
  usualHeight: number;
  keyOf: (index: number) => string | number;
  /** An entry that is always rendered: it has the focus, or Tab goes to it. */
  kept: number;
  onChange: (window: RowWindow) => void;
}

/**
 * Computes the visible part of a long list and renders nothing itself. Few lists are long, so it is loaded lazily
 * beside the list's rows, which stay in place when it arrives.
 */
export default function RowWindow({ count, scroller, usualHeight, keyOf, kept, onChange }: RowWindowProps) {
  // With another function at each render the entries would be computed again, and the list would render endlessly.
  const rangeExtractor = useCallback((range: Range) => withKept(range, kept), [kept]);
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => usualHeight,
    getItemKey: keyOf,
    overscan: OVERSCAN,
    rangeExtractor,
  });
  const items = virtualizer.getVirtualItems();
  const height = virtualizer.getTotalSize();
  useLayoutEffect(() => {
    onChange({
      places: items.map(({ index, start }) => ({
        index,
        style: { position: 'absolute', insetInline: 0, top: 0, transform: `translateY(${start}px)` },
      })),
      style: { position: 'relative', height },
      measure: virtualizer.measureElement,
      scrollTo: (index) => virtualizer.scrollToIndex(index),
    });
  }, [items, height, virtualizer, onChange]);
  return null;
}

/** In order, so that screen readers read the rows in their visible order. */
function withKept(range: Range, kept: number): number[] {
  const indexes = defaultRangeExtractor(range);
  if (kept < 0 || kept >= range.count || indexes.includes(kept)) return indexes;
  return [...indexes, kept].sort((one, other) => one - other);
}
