import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, type RefObject, useCallback, useLayoutEffect } from 'react';

const OVERSCAN = 8;

/** The part of a long list that is drawn. */
export interface RowWindow {
  /** The drawn entries and where they stand. */
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
  /** An entry that is drawn wherever it is: it holds the focus, or is where Tab goes. */
  kept: number;
  onChange: (window: RowWindow) => void;
}

/**
 * Works out which part of a long list is seen, and draws nothing itself: few lists are long, so it is loaded beside the
 * list's own rows and takes none of them away when it comes.
 */
export default function RowWindow({ count, scroller, usualHeight, keyOf, kept, onChange }: RowWindowProps) {
  // With another function at each draw the entries would be worked out anew, and the list drawn without an end.
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

/** In order, so that whoever reads the page by its source reads the rows as they stand. */
function withKept(range: Range, kept: number): number[] {
  const indexes = defaultRangeExtractor(range);
  if (kept < 0 || kept >= range.count || indexes.includes(kept)) return indexes;
  return [...indexes, kept].sort((one, other) => one - other);
}
