/** What the drawing of lanes shares: the picture, its context, and where a span of time is in it. */
import type { LaneShape } from '@/components/timeline/timeline-hit';
import type { Lanes } from '@/components/timeline/timeline-lanes';
import { type Scale, xOf } from '@/components/timeline/timeline-scale';
import type { Colours } from './colours';

export interface Picture {
  lanes: Lanes;
  scale: Scale;
  shape: LaneShape;
  colours: Colours;
  /** The present, in milliseconds: the end of spans that still last. */
  now: number;
  font: string;
  hatch: CanvasPattern | null;
  /** The visible lanes: the first, and the one after the last. */
  from: number;
  to: number;
}

export type Context = CanvasRenderingContext2D;

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Both ends of a span in pixels, cut to the view; null outside the view. */
export function ends({ scale, now }: Picture, since: number, until: number): { left: number; right: number } | null {
  const end = Math.min(until, now);
  if (end < scale.span.since || since > scale.span.until) return null;
  return { left: Math.max(0, xOf(scale, since)), right: Math.min(scale.width, xOf(scale, end)) };
}
