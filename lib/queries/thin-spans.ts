/** Reduces spans to what can be drawn. */
import type { TimeSpan } from '../contract/time-span';
import type { Keep, SpanCells } from '../history/columns/span-cells';

export interface ThinOptions {
  /** The time range that is drawn. Spans that extend beyond it are cut at its edges. */
  span: TimeSpan;
  step: number;
  most: number;
  keep: Keep;
}

/**
 * Reduces the number of cells. Few cells are left as they are. Otherwise the cells of one life of an agent that begin
 * in the same time step and end in the same time step are merged; the step grows until at most `most` cells are left or
 * it is as long as the span.
 *
 * @returns the step that was used last
 */
export function thinSpans(cells: SpanCells, { span, step, most, keep }: ThinOptions): number {
  let thinned = step;
  for (let next = step; cells.size > most && next <= 2 * (span.until - span.since); next *= 2) {
    cells.joinAlike(next, span, keep);
    thinned = next;
  }
  return thinned;
}
