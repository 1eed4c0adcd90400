/** Draws what lies over whole lanes: unknown times, the beginning of the record, and breaks. */
import type { LaneShape } from '@/components/timeline/timeline-hit';
import { isBeforeRecord, type UnknownStretch } from '@/components/timeline/timeline-lanes';
import { xOf } from '@/components/timeline/timeline-scale';
import { durationText } from '@/components/timeline/timeline-words';
import type { TimeSpan } from '@/lib/contract/time-span';
import { type Box, type Context, ends, type Picture } from './picture';

/**
 * Hatches unknown times: the whole lane, or the half that would show the unknown data; messages are in the upper half.
 */
export function hatchUnknown(context: Context, picture: Picture): void {
  for (const stretch of picture.lanes.unknown) {
    if (isBeforeRecord(stretch)) continue;
    const place = ends(picture, stretch.since, stretch.until);
    if (place === null) continue;
    const [top, bottom] = partOf(stretch, picture.shape);
    context.fillStyle = picture.hatch ?? picture.colours.line;
    context.fillRect(place.left, top, Math.max(2, place.right - place.left), bottom - top);
  }
}

/** Draws the start, the end and the label of an unknown time over the lanes. */
export function labelUnknown(context: Context, picture: Picture): void {
  const { lanes, shape, scale, colours, from, to, font } = picture;
  const top = from * shape.height;
  const height = Math.min(to, lanes.lanes.length) * shape.height - top;
  context.font = font;
  for (const stretch of lanes.unknown) {
    if (isBeforeRecord(stretch)) continue;
    const { since, until, about } = stretch;
    const place = ends(picture, since, until);
    if (place === null) continue;
    const { left, right } = place;
    context.fillStyle = colours.muted;
    context.globalAlpha = 0.6;
    for (const x of [left, right - 1]) if (x > 0 && x < scale.width - 1) context.fillRect(x, top, 1, height);
    context.globalAlpha = 1;
    drawLabel(context, picture, UNKNOWN_WORDS[about], {
      x: left,
      y: top + height / 2,
      width: right - left,
      height: 16,
    });
  }
}

const UNKNOWN_WORDS = {
  everything: 'not known',
  registry: 'agents not known',
  locks: 'locks not known',
  log: 'messages not known',
};

function partOf({ about }: UnknownStretch, { height, ticks, bars }: LaneShape): [number, number] {
  if (about === 'locks') return [bars.top, bars.bottom];
  if (about === 'log') return [ticks.top, ticks.bottom];
  return [0, height - 1];
}

/** Draws words on a background in the middle of a box; omitted if they do not fit. */
function drawLabel(context: Context, { colours }: Picture, text: string, { x, y, width }: Box): void {
  const wide = context.measureText(text).width + 12;
  if (wide > width - 4) return;
  context.fillStyle = colours.paper;
  context.fillRect(x + (width - wide) / 2, y - 8, wide, 16);
  context.fillStyle = colours.muted;
  context.textBaseline = 'middle';
  context.textAlign = 'center';
  context.fillText(text, x + width / 2, y + 0.5);
  context.textAlign = 'left';
}

/** Draws a break: two edges where the lanes are cut. Its length is on the axis. */
export function drawFolds(context: Context, picture: Picture): void {
  const { scale, shape, colours, lanes, from, to, hatch } = picture;
  const top = from * shape.height;
  const height = Math.min(to, lanes.lanes.length) * shape.height - top;
  for (const { left, right, folded, since } of scale.pieces) {
    if (!folded) continue;
    context.fillStyle = colours.paper;
    context.fillRect(left, top, right - left, height);
    const unknown = lanes.unknown.some((one) => !isBeforeRecord(one) && one.since <= since && since < one.until);
    context.fillStyle = unknown && hatch ? hatch : colours.tint;
    context.fillRect(left, top, right - left, height);
    context.strokeStyle = colours.muted;
    context.globalAlpha = 0.55;
    context.lineWidth = 1;
    for (const x of [left + 0.5, right - 0.5]) {
      context.beginPath();
      for (let y = top, side = 1; y <= top + height; y += 4, side = -side) context.lineTo(x + side * 1.5, y);
      context.stroke();
    }
    context.globalAlpha = 1;
  }
}

/** @returns the label of a break: its length */
export function foldWords({ since, until }: TimeSpan): string {
  return durationText(until - since);
}

/** A line through all lanes where the record begins, with a label on the side of the time before it. */
export function drawRecordStart(context: Context, picture: Picture): void {
  const { lanes, shape, scale, colours, from, to, font } = picture;
  const { recordedSince } = lanes;
  if (recordedSince === null || recordedSince < scale.span.since || recordedSince > scale.span.until) return;
  const x = Math.round(xOf(scale, recordedSince));
  const top = from * shape.height;
  const height = Math.min(to, lanes.lanes.length) * shape.height - top;
  context.fillStyle = colours.muted;
  for (let y = top; y < top + height; y += 6) context.fillRect(x, y, 1, 3);
  context.font = font;
  const width = context.measureText(RECORD_WORDS).width + 12;
  if (x < width + 4) return;
  context.fillStyle = colours.paper;
  context.fillRect(x - width - 2, top + 2, width, 14);
  context.fillStyle = colours.muted;
  context.textBaseline = 'middle';
  context.fillText(RECORD_WORDS, x - width + 4, top + 9.5);
}

const RECORD_WORDS = 'first record';
