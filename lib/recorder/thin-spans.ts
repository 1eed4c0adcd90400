/** Thins what lasted to what can be drawn. Pure. */
import type { TimeSpan } from '../history/message-times';
import type { SpanCell } from '../history/span-cells';

export interface Thinned {
  cells: SpanCell[];
  /** Spans that begin in one step of so many milliseconds and end in one stand together. */
  step: number;
}

export interface ThinOptions {
  /** What is drawn; what reaches beyond it counts as beginning or ending at its edge. */
  span: TimeSpan;
  step: number;
  most: number;
  /** Who stands for several: the first of them, whose values are alike, or the longest of whatever value. */
  keep: 'first' | 'longest';
}

/**
 * Leaves cells as they are while they are few enough. Else those of one agent that begin in one step of time and end
 * in one are drawn as one, with ever longer steps, until no more than `most` are left or the step is as long as the span.
 *
 * @param cells in order of their beginning
 */
export function thinSpans(cells: readonly SpanCell[], { span, step, most, keep }: ThinOptions): Thinned {
  let thinned: Thinned = { cells: [...cells], step };
  for (let next = step; thinned.cells.length > most && next <= 2 * (span.until - span.since); next *= 2) {
    thinned = { cells: merge(thinned.cells, span, next, keep), step: next };
  }
  return thinned;
}

function merge(cells: readonly SpanCell[], span: TimeSpan, step: number, keep: ThinOptions['keep']): SpanCell[] {
  const drawn: SpanCell[] = [];
  // Numbers as keys: a joined text for each of many thousand spans costs more than all the rest.
  const lanes = new Lanes();
  const places = new Map<number, number>();
  const first = Math.floor(span.since / step);
  const steps = Math.floor(span.until / step) - first + 2;
  for (const cell of cells) {
    const begin = Math.floor(Math.max(cell.since, span.since) / step) - first;
    const end = cell.until === null ? steps - 1 : Math.floor(Math.min(cell.until, span.until) / step) - first;
    const lane = lanes.numberOf(cell.agent, keep === 'first' ? cell.value : '');
    const key = (lane * steps + begin) * steps + end;
    const place = places.get(key);
    if (place === undefined) places.set(key, drawn.push(cell) - 1);
    else drawn[place] = joined(drawn[place] as SpanCell, cell, keep);
  }
  return drawn;
}

/** Numbers for agents with a value, in the order of asking. */
class Lanes {
  readonly #numbers = new Map<string, Map<string, number>>();
  #count = 0;

  numberOf(agent: string, value: string): number {
    let values = this.#numbers.get(agent);
    if (!values) {
      values = new Map();
      this.#numbers.set(agent, values);
    }
    let known = values.get(value);
    if (known === undefined) {
      known = this.#count++;
      values.set(value, known);
    }
    return known;
  }
}

function joined(one: SpanCell, other: SpanCell, keep: ThinOptions['keep']): SpanCell {
  const { agent, value, id, since, until } = keep === 'longest' && lengthOf(other) > lengthOf(one) ? other : one;
  return { agent, value, count: one.count + other.count, id, since, until };
}

function lengthOf({ since, until }: SpanCell): number {
  return (until ?? Number.POSITIVE_INFINITY) - since;
}
