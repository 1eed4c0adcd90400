/** Draws the lanes: background by health, locks, lives of ids, messages, what is not known, and breaks. */

import { type LaneShape, rowHeight } from '@/components/timeline/timeline-hit';
import {
  firstAt,
  type Lane,
  type LaneBar,
  type Lanes,
  type UnknownStretch,
} from '@/components/timeline/timeline-lanes';
import { type Scale, xOf } from '@/components/timeline/timeline-scale';
import { durationText } from '@/components/timeline/timeline-words';
import type { TypeMeaning } from '@/lib/client/message-type';
import type { TimeSpan } from '@/lib/contract/time-span';
import { type Colours, HEALTH_COLOURS, MEANING_COLOURS } from './colours';

export interface Picture {
  lanes: Lanes;
  scale: Scale;
  shape: LaneShape;
  colours: Colours;
  /** The present, in milliseconds: what lasts is drawn so far. */
  now: number;
  font: string;
  hatch: CanvasPattern | null;
  /** The lanes that can be seen: the first, and the one after the last. */
  from: number;
  to: number;
}

type Context = CanvasRenderingContext2D;

/** What matters most is drawn last, so that nothing covers it. */
const ORDER: readonly TypeMeaning[] = ['tells', 'done', 'delegates', 'asks', 'trouble'];
const DASHES = { active: [], stale: [7, 3], dead: [1.5, 2.5], moved: [1, 5], unknown: [1.5, 5] };

/** Draws one picture; the context is scaled to CSS pixels, its origin the upper left corner of the first lane. */
export function drawLanes(context: Context, picture: Picture): void {
  const { lanes, scale, shape, colours, from, to } = picture;
  const top = from * shape.height;
  context.clearRect(0, top, scale.width, (to - from) * shape.height);
  for (let index = from; index < to; index++) {
    const lane = lanes.lanes[index];
    if (lane === undefined) break;
    context.save();
    context.translate(0, index * shape.height);
    drawHealth(context, picture, lane);
    drawLocks(context, picture, lane);
    hatchUnknown(context, picture);
    drawLives(context, picture, lane);
    drawMessages(context, picture, lane);
    context.fillStyle = colours.line;
    context.fillRect(0, shape.height - 1, scale.width, 1);
    context.restore();
  }
  labelUnknown(context, picture);
  drawFolds(context, picture);
}

/** Both ends of a span in pixels, cut to what is in view; null for what is not. */
function ends({ scale, now }: Picture, since: number, until: number): { left: number; right: number } | null {
  const end = Math.min(until, now);
  if (end < scale.span.since || since > scale.span.until) return null;
  return { left: Math.max(0, xOf(scale, since)), right: Math.min(scale.width, xOf(scale, end)) };
}

function drawHealth(context: Context, picture: Picture, { health }: Lane): void {
  const { shape, colours } = picture;
  for (const { since, until, health: state } of health) {
    const place = ends(picture, since, until);
    if (place === null) continue;
    const { left, right } = place;
    context.fillStyle = colours[HEALTH_COLOURS[state]];
    context.globalAlpha = state === 'active' ? 0.05 : 0.1;
    context.fillRect(left, 0, right - left, shape.height - 1);
    // The line below says the same by its pattern, for whoever does not see the colour.
    context.globalAlpha = 0.75;
    context.strokeStyle = context.fillStyle;
    context.lineWidth = 1.5;
    context.setLineDash(DASHES[state]);
    context.beginPath();
    context.moveTo(left, shape.height - 2);
    context.lineTo(right, shape.height - 2);
    context.stroke();
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/** A thin line through the whole lane, with a foot on each side that no tick has. */
function drawLives(context: Context, { scale, shape, colours }: Picture, { lives }: Lane): void {
  context.fillStyle = colours.ink;
  for (const { at } of lives) {
    if (at < scale.span.since || at > scale.span.until) continue;
    const x = Math.round(xOf(scale, at));
    context.fillRect(x, 0, 1, shape.height - 1);
    context.fillRect(x - 2, 0, 5, 1);
    context.fillRect(x - 2, shape.height - 2, 5, 1);
  }
}

function drawLocks(context: Context, picture: Picture, lane: Lane): void {
  const height = rowHeight(lane, picture.shape);
  if (height === null) {
    drawHeld(context, picture, lane);
    return;
  }
  const gap = height > 5 ? 1.5 : 1;
  for (const bar of lane.bars) {
    const place = ends(picture, bar.since, bar.until);
    if (place === null) continue;
    const width = Math.max(2, place.right - place.left);
    drawBar(context, picture, bar, {
      x: place.left,
      y: picture.shape.bars.top + bar.row * height,
      width,
      height: Math.max(1.5, height - gap),
    });
  }
  context.globalAlpha = 1;
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Held is filled, stale is filled half, orphaned is an outline: three shapes besides three colours. */
function drawBar(context: Context, { colours, font }: Picture, { lock }: LaneBar, { x, y, width, height }: Box): void {
  const colour = { held: colours.muted, stale: colours.warn, orphaned: colours.bad }[lock.state];
  context.fillStyle = colour;
  context.strokeStyle = colour;
  context.globalAlpha = { held: 0.32, stale: 0.4, orphaned: 0.12 }[lock.state];
  context.fillRect(x, y, width, height);
  context.globalAlpha = 0.9;
  if (lock.state === 'orphaned' && width > 3 && height > 3) {
    context.lineWidth = 1;
    context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
  } else if (lock.state === 'stale') {
    context.fillRect(x, y + height - 1, width, 1);
  }
  // Where it was taken, it begins with a hard edge.
  context.fillRect(x, y, 1, height);
  if (height < 10 || width < 36) return;
  context.font = font;
  context.fillStyle = colours.ink;
  context.textBaseline = 'middle';
  const name = lock.count > 1 ? `${lock.count} locks` : (lock.filepath.split('/').at(-1) ?? '');
  context.fillText(fitting(context, name, width - 9), x + 5, y + height / 2 + 0.5);
}

/** @returns the text, cut so that it takes no more than a width */
function fitting(context: Context, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  const each = context.measureText(text).width / text.length;
  const most = Math.floor(width / each) - 1;
  return most < 3 ? '' : `${text.slice(0, most)}…`;
}

/** How many locks are held, as an area: the highest fills the room. */
function drawHeld(context: Context, picture: Picture, { held }: Lane): void {
  const { shape, colours, scale, now } = picture;
  const { top, bottom } = shape.bars;
  const most = held.reduce((highest, step) => Math.max(highest, step.held), 1);
  const area = (count: (index: number) => number) => {
    context.beginPath();
    const first = Math.max(0, firstAt(held, scale.span.since) - 1);
    for (let index = first; index < held.length; index++) {
      const { at } = held[index] as { at: number };
      if (at > scale.span.until) break;
      const place = ends(picture, at, held[index + 1]?.at ?? now);
      const height = (count(index) / most) * (bottom - top);
      if (place) context.rect(place.left, bottom - height, Math.max(0.5, place.right - place.left), height);
    }
    context.fill();
  };
  context.globalAlpha = 0.45;
  context.fillStyle = colours.muted;
  area((index) => held[index]?.held ?? 0);
  context.globalAlpha = 0.9;
  context.fillStyle = colours.bad;
  area((index) => held[index]?.lost ?? 0);
  context.globalAlpha = 1;
}

/** Ticks of one colour are one path: twenty thousand of them are drawn within a frame. */
function drawMessages(context: Context, { scale, shape, colours, font }: Picture, { ticks }: Lane): void {
  const from = firstAt(ticks, scale.span.since);
  const to = firstAt(ticks, scale.span.until + 1);
  const { top, bottom } = shape.ticks;
  const drawn = new Map<TypeMeaning, { path: Path2D; last: number }>();
  const columns: { x: number; count: number }[] = [];
  for (let index = from; index < to; index++) {
    const { at, meaning, tick } = ticks[index] as Lane['ticks'][number];
    const x = Math.round(xOf(scale, at) * 2) / 2;
    const last = columns.at(-1);
    if (last && x - last.x < 2) last.count += tick.count;
    else columns.push({ x, count: tick.count });
    const own = drawn.get(meaning) ?? { path: new Path2D(), last: Number.NaN };
    drawn.set(meaning, own);
    if (own.last === x) continue;
    own.last = x;
    // The more there are, the higher it stands, up to the lane's upper edge.
    const height = Math.min(bottom - top, (bottom - top) * (0.62 + Math.log10(tick.count) * 0.2));
    own.path.rect(x - 0.75, bottom - height, 1.5, height);
  }
  for (const meaning of ORDER) {
    const own = drawn.get(meaning);
    if (own === undefined) continue;
    context.fillStyle = colours[MEANING_COLOURS[meaning]];
    context.fill(own.path);
  }
  context.font = font;
  context.fillStyle = colours.muted;
  context.textBaseline = 'middle';
  for (const [index, { x, count }] of columns.entries()) {
    const room = (columns[index + 1]?.x ?? scale.width) - x;
    if (count > 1 && room > 22) context.fillText(countText(count), x + 3, (top + bottom) / 2);
  }
}

function countText(count: number): string {
  return count < 1000 ? String(count) : `${Math.round(count / 1000)}k`;
}

/** Hatched where something is not known: the whole lane, or that half of it in which it would stand; messages are above. */
function hatchUnknown(context: Context, picture: Picture): void {
  for (const stretch of picture.lanes.unknown) {
    const place = ends(picture, stretch.since, stretch.until);
    if (place === null) continue;
    const [top, bottom] = partOf(stretch, picture.shape);
    context.fillStyle = picture.hatch ?? picture.colours.line;
    context.fillRect(place.left, top, Math.max(2, place.right - place.left), bottom - top);
  }
}

/** Over the lanes: where it begins and ends, and what it is. */
function labelUnknown(context: Context, picture: Picture): void {
  const { lanes, shape, scale, colours, from, to, font } = picture;
  const top = from * shape.height;
  const height = Math.min(to, lanes.lanes.length) * shape.height - top;
  context.font = font;
  for (const { since, until, about } of lanes.unknown) {
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

/** Words on a patch of paper, in the middle of a box; left out where they do not fit. */
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

/** A break: the lanes are cut, and two edges stand where the paper is folded. How long it is stands on the axis. */
function drawFolds(context: Context, picture: Picture): void {
  const { scale, shape, colours, lanes, from, to, hatch } = picture;
  const top = from * shape.height;
  const height = Math.min(to, lanes.lanes.length) * shape.height - top;
  for (const { left, right, folded, since } of scale.pieces) {
    if (!folded) continue;
    context.fillStyle = colours.paper;
    context.fillRect(left, top, right - left, height);
    const unknown = lanes.unknown.some((one) => one.since <= since && since < one.until);
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

/** @returns the words of a break: how long it is */
export function foldWords({ since, until }: TimeSpan): string {
  return durationText(until - since);
}
