/** Where a moment stands on a timeline, and which moment stands at a place, with idle stretches folded into breaks. */
import type { TimeSpan } from '@/lib/contract/time-span';

/** How wide a folded stretch is drawn, in CSS pixels. */
export const FOLD_WIDTH = 32;
/** A stretch is idle if nothing happens for this part of the span. */
const IDLE = 0.1;
/** So much of the span stays beside whatever happens. */
const MARGIN = 0.012;

interface Piece extends TimeSpan {
  left: number;
  right: number;
  folded: boolean;
}

export interface Scale {
  span: TimeSpan;
  /** CSS pixels. */
  width: number;
  /** From the left to the right, without holes. */
  pieces: readonly Piece[];
}

/**
 * The stretches in which nothing happens.
 *
 * @param moments when something happens, sorted
 * @param known the time of which the moments are known
 * @param length of the span that is drawn, in milliseconds: what is idle depends on how much is looked at
 * @returns stretches in order, a little shorter than they are, so that what bounds them stands clear of the break
 */
export function idleStretches(moments: readonly number[], known: TimeSpan, length: number): TimeSpan[] {
  if (moments.length === 0) return [];
  const found: TimeSpan[] = [];
  const margin = length * MARGIN;
  let last = known.since - margin;
  const take = (end: number) => {
    if (end - last > length * IDLE) found.push({ since: last + margin, until: end - margin });
    last = Math.max(last, end);
  };
  for (const moment of moments) if (moment <= known.until) take(moment);
  take(known.until + margin);
  return found;
}

/** @returns the scale of a span over a width, each stretch of `folds` that is in it drawn as a break */
export function makeScale(span: TimeSpan, width: number, folds: readonly TimeSpan[]): Scale {
  const length = span.until - span.since;
  const breaks = folds
    .map((fold) => ({ since: Math.max(fold.since, span.since), until: Math.min(fold.until, span.until) }))
    // One that only begins to come into view is folded where it would take more room unfolded, so that nothing jumps.
    .filter(({ since, until }) => ((until - since) / length) * width > FOLD_WIDTH);
  const room = width - breaks.length * FOLD_WIDTH;
  const open = length - breaks.reduce((sum, fold) => sum + fold.until - fold.since, 0);
  if (open <= 0 || room < width / 3)
    return { span, width, pieces: [{ ...span, left: 0, right: width, folded: false }] };

  const pieces: Piece[] = [];
  let time = span.since;
  let x = 0;
  const add = (until: number, wide: number, folded: boolean) => {
    if (until <= time) return;
    pieces.push({ since: time, until, left: x, right: x + wide, folded });
    time = until;
    x += wide;
  };
  for (const fold of breaks) {
    add(fold.since, ((fold.since - time) / open) * room, false);
    add(fold.until, FOLD_WIDTH, true);
  }
  add(span.until, ((span.until - time) / open) * room, false);
  return { span, width, pieces };
}

/** @returns the place of a moment in CSS pixels; outside the scale what its end piece would give, also for infinite ones */
export function xOf({ pieces, width }: Scale, time: number): number {
  const piece = pieces.find(({ until }) => time <= until) ?? pieces.at(-1);
  if (piece === undefined || time === Number.NEGATIVE_INFINITY) return -width;
  if (time === Number.POSITIVE_INFINITY) return 2 * width;
  return piece.left + ((time - piece.since) / (piece.until - piece.since)) * (piece.right - piece.left);
}

/** @returns the moment at a place, in milliseconds */
export function timeAt({ pieces, span }: Scale, x: number): number {
  const piece = pieces.find(({ right }) => x <= right) ?? pieces.at(-1);
  if (piece === undefined) return span.since;
  return piece.since + ((x - piece.left) / (piece.right - piece.left)) * (piece.until - piece.since);
}

/**
 * The span in which a moment stands at a place: what zooming at a pointer and dragging both come to.
 *
 * @param length of the span that is looked for, in milliseconds
 * @param scaleOf gives the scale of a span; folds come and go with it, so the place is found by steps
 */
export function spanWith(time: number, x: number, length: number, scaleOf: (span: TimeSpan) => Scale): TimeSpan {
  let span = { since: time - length, until: time };
  for (let step = 0; step < 6; step++) {
    const off = time - timeAt(scaleOf(span), x);
    if (Math.abs(off) < length * 1e-5) break;
    span = { since: span.since + off, until: span.until + off };
  }
  return span;
}
