import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import type { CSSProperties, RefObject } from 'react';

const OVERSCAN = 8;

interface RowWindowOptions {
  count: number;
  enabled: boolean;
  scroller: RefObject<HTMLElement | null>;
  usualHeight: number;
  keyOf: (index: number) => string | number;
  /** An entry that is drawn wherever it is: it holds the focus, or is where Tab goes. */
  kept: number;
}

interface RowWindow {
  /** The drawn entries and where they stand; null if all are drawn, one under the other. */
  places: { index: number; style: CSSProperties }[] | null;
  style: CSSProperties | undefined;
  measure: ((row: HTMLElement | null) => void) | undefined;
  scrollTo: (index: number) => void;
}

/** The part of a long list that is seen. */
export function useRowWindow({ count, enabled, scroller, usualHeight, keyOf, kept }: RowWindowOptions): RowWindow {
  const virtualizer = useVirtualizer({
    count,
    enabled,
    getScrollElement: () => scroller.current,
    estimateSize: () => usualHeight,
    getItemKey: keyOf,
    overscan: OVERSCAN,
    rangeExtractor: (range) => withKept(range, kept),
  });
  if (!enabled) {
    return {
      places: null,
      style: undefined,
      measure: undefined,
      scrollTo: (index) =>
        scroller.current
          ?.querySelector(`[data-index="${index}"]`)
          ?.scrollIntoView({ block: 'nearest', behavior: 'instant' }),
    };
  }
  return {
    places: virtualizer.getVirtualItems().map(({ index, start }) => ({
      index,
      style: { position: 'absolute', insetInline: 0, top: 0, transform: `translateY(${start}px)` },
    })),
    style: { position: 'relative', height: virtualizer.getTotalSize() },
    measure: virtualizer.measureElement,
    scrollTo: (index) => virtualizer.scrollToIndex(index),
  };
}

/** In order, so that whoever reads the page by its source reads the rows as they stand. */
function withKept(range: Range, kept: number): number[] {
  const indexes = defaultRangeExtractor(range);
  if (kept < 0 || kept >= range.count || indexes.includes(kept)) return indexes;
  return [...indexes, kept].sort((one, other) => one - other);
}
