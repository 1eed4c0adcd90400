/** Draws the axis above the lanes, and the overlay: the pointer's moment, the marked thing, and arrows. */
import { axisMarks } from '@/components/timeline/timeline-axis';
import { type LaneShape, rowHeight, type Thing } from '@/components/timeline/timeline-hit';
import type { Lanes } from '@/components/timeline/timeline-lanes';
import { type Scale, xOf } from '@/components/timeline/timeline-scale';
import { type Colours, MEANING_COLOURS } from './colours';
import { foldWords } from './draw-unknown';

type Context = CanvasRenderingContext2D;

/** In CSS pixels; `.timeline-axis` is one hairline higher. */
export const AXIS_HEIGHT = 22;
const LABELS_APART = 84;

interface Axis {
  scale: Scale;
  colours: Colours;
  font: string;
  /** The past moment that the page shows; null for the present. */
  at: number | null;
  now: number;
}

/** Draws the time axis into a canvas of its own height. */
export function drawAxis(context: Context, { scale, colours, font, at, now }: Axis): void {
  context.clearRect(0, 0, scale.width, AXIS_HEIGHT);
  context.font = font;
  context.textBaseline = 'middle';
  const taken: { left: number; right: number }[] = [];
  context.fillStyle = colours.muted;
  for (const piece of scale.pieces) {
    if (!piece.folded) continue;
    const words = foldWords(piece);
    const wide = context.measureText(words).width;
    const left = Math.min(scale.width - wide - 2, Math.max(2, (piece.left + piece.right - wide) / 2));
    if (taken.some((one) => left < one.right + 8)) continue;
    taken.push({ left, right: left + wide });
    context.fillText(words, left, AXIS_HEIGHT / 2 - 1);
    context.fillRect(piece.left, AXIS_HEIGHT - 4, piece.right - piece.left, 1);
  }
  for (const { x, label, day } of axisMarks(scale, LABELS_APART)) {
    context.fillStyle = colours.line;
    context.fillRect(Math.round(x), AXIS_HEIGHT - 6, 1, 6);
    const wide = context.measureText(label).width;
    const left = x - wide / 2;
    if (left < 0 || left + wide > scale.width) continue;
    if (taken.some((one) => left < one.right + 8 && left + wide > one.left - 8)) continue;
    context.fillStyle = day ? colours.ink : colours.muted;
    context.fillText(label, left, AXIS_HEIGHT / 2 - 1);
  }
  drawMoment(context, scale, at, colours.warn);
  if (at !== null || now > scale.span.until + 1) return;
  context.fillStyle = colours.accent;
  context.fillRect(scale.width - 1, AXIS_HEIGHT - 6, 1, 6);
}

function drawMoment(context: Context, scale: Scale, at: number | null, colour: string): void {
  if (at === null || at < scale.span.since || at > scale.span.until) return;
  const x = Math.round(xOf(scale, at));
  context.fillStyle = colour;
  context.beginPath();
  context.moveTo(x - 4, AXIS_HEIGHT - 7);
  context.lineTo(x + 5, AXIS_HEIGHT - 7);
  context.lineTo(x + 0.5, AXIS_HEIGHT);
  context.fill();
}

export interface Overlay {
  lanes: Lanes;
  scale: Scale;
  shape: LaneShape;
  colours: Colours;
  at: number | null;
  /** The selected moment; null for none. */
  selected: number | null;
  /** The thing under the pointer or the keyboard's cursor. */
  thing: Thing | null;
  height: number;
}

/** Draws the overlay of the lanes, the only part that is drawn while a pointer moves. */
export function drawOverlay(context: Context, overlay: Overlay): void {
  const { scale, shape, colours, at, selected, thing, height } = overlay;
  context.clearRect(0, 0, scale.width, height);
  const drawLine = (time: number | null, colour: string, width: number) => {
    if (time === null || time < scale.span.since || time > scale.span.until) return;
    context.fillStyle = colour;
    context.fillRect(Math.round(xOf(scale, time)), 0, width, height);
  };
  drawLine(at, colours.warn, 1);
  drawLine(selected, colours.accent, 2);
  if (thing === null) return;
  const index = overlay.lanes.lanes.findIndex(({ agent }) => agent === thing.agent);
  const top = index * shape.height;
  if (thing.kind === 'messages') drawArrows(context, overlay, thing, top);
  else if (thing.kind === 'lock') markBar(context, overlay, thing, top);
  else {
    context.fillStyle = colours.muted;
    context.fillRect(Math.round(xOf(scale, thing.at)), 0, 1, height);
  }
}

function markBar(
  context: Context,
  { lanes, scale, shape, colours }: Overlay,
  { bar, agent }: Extract<Thing, { kind: 'lock' }>,
  top: number,
): void {
  const lane = lanes.lanes.find((one) => one.agent === agent);
  const height = lane && rowHeight(lane, shape);
  if (!height) return;
  const left = Math.max(0, xOf(scale, bar.since));
  const right = Math.min(scale.width, xOf(scale, bar.until));
  context.strokeStyle = colours.ink;
  context.lineWidth = 1.5;
  context.strokeRect(
    left - 0.5,
    top + shape.bars.top + bar.row * height - 1,
    Math.max(3, right - left) + 1,
    height + 1,
  );
}

/** Draws arrows from the sender's lane to each recipient's, or to all lanes for a broadcast. */
function drawArrows(
  context: Context,
  { lanes, scale, shape, colours }: Overlay,
  { ticks, agent }: Extract<Thing, { kind: 'messages' }>,
  top: number,
): void {
  const [first] = ticks;
  if (first === undefined) return;
  const x = Math.round(xOf(scale, first.at)) + 0.5;
  const from = top + (shape.ticks.top + shape.ticks.bottom) / 2;
  const named = new Set(first.tick.recipients);
  const all = named.has('all');
  context.strokeStyle = colours[MEANING_COLOURS[first.meaning]];
  context.fillStyle = context.strokeStyle;
  context.lineWidth = 1.5;
  context.beginPath();
  context.rect(x - 2.5, top + shape.ticks.top - 1, 5, shape.ticks.bottom - shape.ticks.top + 2);
  context.stroke();
  for (const [index, lane] of lanes.lanes.entries()) {
    if (lane.agent === agent || !(all || named.has(lane.agent))) continue;
    const down = index * shape.height > top ? 1 : -1;
    const to = index * shape.height + shape.height / 2;
    const away = Math.min(scale.width - x - 8, 14);
    context.beginPath();
    context.moveTo(x, from);
    context.bezierCurveTo(x + away, from + down * 8, x + away, to - down * 12, x + 3, to);
    context.stroke();
    context.beginPath();
    context.moveTo(x, to + down * 2);
    context.lineTo(x + 7, to - down * 1);
    context.lineTo(x + 3, to - down * 6);
    context.fill();
  }
}
