/** Thins what lasted to what can be drawn. */
import type { TimeSpan } from '../contract/time-span';
import type { Keep, SpanCells } from '../history/columns/span-cells';

export interface ThinOptions {
  /** What is drawn; what reaches beyond it counts as beginning or ending at its edge. */
  span: TimeSpan;
  step: number;
  most: number;
  keep: Keep;
}

/**
 * Leaves cells as they are while they are few enough. Else those of one life of an agent that begin in one step of time and end
 * in one are made one, with ever longer steps, until no more than `most` are left or the step is as long as the span.
 *
 * @returns the step at last
 */
export function thinSpans(cells: SpanCells, { span, step, most, keep }: ThinOptions): number {
  let thinned = step;
  for (let next = step; cells.size > most && next <= 2 * (span.until - span.since); next *= 2) {
    cells.joinAlike(next, span, keep);
    thinned = next;
  }
  return thinned;
}
