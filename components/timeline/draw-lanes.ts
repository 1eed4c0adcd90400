/** Draws the lanes: health as background, activities, locks, lives of ids, messages, commands and changes of tasks. */

import { commandLine, MARK_SIZE, rowHeight, taskLine } from '@/components/timeline/timeline-hit';
import { firstAt, type Lane, type LaneActivity, type LaneBar } from '@/components/timeline/timeline-lanes';
import { xOf } from '@/components/timeline/timeline-scale';
import { type OutcomeTone, outcomeTone } from '@/lib/client/command-words';
import type { TypeMeaning } from '@/lib/client/message-type';
import type { TaskMark } from '@/lib/contract/past-schemas';
import type { AgentHealth } from '@/lib/contract/schemas';
import { ACTIVITY_COLOURS, HEALTH_COLOURS, MEANING_COLOURS } from './colours';
import { drawFolds, drawRecordStart, hatchUnknown, labelUnknown } from './draw-unknown';
import { type Box, type Context, ends, type Picture } from './picture';

/** The most important meaning is drawn last, so that nothing covers it. */
const ORDER: readonly TypeMeaning[] = ['tells', 'done', 'delegates', 'asks', 'trouble'];
/** The line below a lane shows its health also without colour. */
export const HEALTH_DASHES: Readonly<Record<AgentHealth, number[]>> = {
  active: [],
  stale: [7, 3],
  dead: [1.5, 2.5],
  moved: [1, 5],
  unknown: [1.5, 5],
};

/** The strip at the upper edge of a lane: its height shows the activity also without colour. */
export const ACTIVITY_HEIGHTS: Readonly<Record<LaneActivity['state'], number>> = {
  waiting: 5,
  blocked: 4,
  working: 3,
  shell: 2,
  idle: 1,
};

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
    drawActivity(context, picture, lane);
    drawSpoke(context, picture, lane);
    drawLocks(context, picture, lane);
    hatchUnknown(context, picture);
    drawLives(context, picture, lane);
    drawMessages(context, picture, lane);
    drawCommands(context, picture, lane);
    drawTasks(context, picture, lane);
    context.fillStyle = colours.line;
    context.fillRect(0, shape.height - 1, scale.width, 1);
    context.restore();
  }
  labelUnknown(context, picture);
  drawRecordStart(context, picture);
  drawFolds(context, picture);
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
    // The pattern of the line below shows the same without colour.
    context.globalAlpha = 0.75;
    context.strokeStyle = context.fillStyle;
    context.lineWidth = 1.5;
    context.setLineDash(HEALTH_DASHES[state]);
    context.beginPath();
    context.moveTo(left, shape.height - 2);
    context.lineTo(right, shape.height - 2);
    context.stroke();
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

function drawActivity(context: Context, picture: Picture, { activity }: Lane): void {
  const { colours } = picture;
  context.globalAlpha = 0.8;
  for (const { since, until, state } of activity) {
    const place = ends(picture, since, until);
    if (place === null) continue;
    context.fillStyle = colours[ACTIVITY_COLOURS[state]];
    context.fillRect(place.left, 0, Math.max(1, place.right - place.left), ACTIVITY_HEIGHTS[state]);
  }
  context.globalAlpha = 1;
}

/** The time before the record: a faint line from the first to the last message there, where health has its line. */
function drawSpoke(context: Context, picture: Picture, { spoke }: Lane): void {
  const place = spoke && ends(picture, spoke.since, spoke.until);
  if (!place) return;
  const { shape, colours } = picture;
  context.fillStyle = colours.muted;
  context.globalAlpha = 0.5;
  context.fillRect(place.left, shape.height - 2.5, Math.max(2, place.right - place.left), 1);
  context.globalAlpha = 1;
}

/** A thin line through the whole lane, with a foot on each side that distinguishes it from a tick. */
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

/** Held is filled, stale is half filled, orphaned is an outline: three shapes in addition to three colours. */
function drawBar(context: Context, picture: Picture, bar: LaneBar, { x, y, width, height }: Box): void {
  const { colours, font } = picture;
  const { lock } = bar;
  const colour = { held: colours.muted, stale: colours.warn, orphaned: colours.bad }[lock.state];
  context.fillStyle = colour;
  context.strokeStyle = colour;
  context.globalAlpha = bar.byFile ? 0.14 : { held: 0.32, stale: 0.4, orphaned: 0.12 }[lock.state];
  context.fillRect(x, y, width, height);
  context.globalAlpha = 0.9;
  if (bar.byFile) {
    for (let from = x; from < x + width; from += 5) {
      for (const edge of [y, y + height - 1]) context.fillRect(from, edge, Math.min(3, x + width - from), 1);
    }
  } else if (lock.state === 'orphaned' && width > 3 && height > 3) {
    context.lineWidth = 1;
    context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
  } else if (lock.state === 'stale') {
    context.fillRect(x, y + height - 1, width, 1);
  }
  // A hard edge marks the time of the acquisition.
  context.fillRect(x, y, 1, height);
  if (height < 10 || width < 36) return;
  context.font = font;
  context.fillStyle = colours.ink;
  context.textBaseline = 'middle';
  const name = lock.count > 1 ? `${lock.count} locks` : (lock.filepath.split('/').at(-1) ?? '');
  context.fillText(fitting(context, name, width - 9), x + 5, y + height / 2 + 0.5);
}

/** @returns the text, cut to fit a width */
function fitting(context: Context, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  const each = context.measureText(text).width / text.length;
  const most = Math.floor(width / each) - 1;
  return most < 3 ? '' : `${text.slice(0, most)}…`;
}

/** Draws the number of held locks as an area; the maximum fills the height. */
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

/** Draws ticks of one colour as one path: twenty thousand of them fit into a frame. */
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
    // A tick is higher the more messages it stands for, up to the lane's upper edge.
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

/** A small diamond for each command; one that failed, was refused or is unknown is an outline. */
function drawCommands(context: Context, picture: Picture, { commands }: Lane): void {
  const middle = commandLine(picture.shape);
  for (const { at, mark } of commands) {
    drawMark(context, picture, at, outcomeTone(mark.outcome), (x) => {
      context.moveTo(x, middle - MARK_SIZE);
      context.lineTo(x + MARK_SIZE, middle);
      context.lineTo(x, middle + MARK_SIZE);
      context.lineTo(x - MARK_SIZE, middle);
    });
  }
}

/** A small triangle for each change of a task; one to failed or blocked is an outline. */
function drawTasks(context: Context, picture: Picture, { tasks }: Lane): void {
  const middle = taskLine(picture.shape);
  for (const { at, mark } of tasks) {
    drawMark(context, picture, at, taskTone(mark), (x) => {
      context.moveTo(x - MARK_SIZE, middle - MARK_SIZE + 1);
      context.lineTo(x + MARK_SIZE, middle - MARK_SIZE + 1);
      context.lineTo(x, middle + MARK_SIZE);
    });
  }
}

function taskTone({ status }: TaskMark): OutcomeTone {
  if (status === 'failed') return 'bad';
  return status === 'blocked' ? 'warn' : 'plain';
}

/** @param trace adds the shape of the mark to the path, without its last side */
function drawMark(
  context: Context,
  { scale, colours }: Picture,
  at: number,
  tone: OutcomeTone,
  trace: (x: number) => void,
): void {
  if (at < scale.span.since || at > scale.span.until) return;
  const colour = { bad: colours.bad, warn: colours.warn, plain: colours.ink }[tone];
  context.beginPath();
  trace(Math.round(xOf(scale, at) * 2) / 2);
  context.closePath();
  // A margin in the colour of the page, so that it is seen on bars and ticks.
  context.strokeStyle = colours.paper;
  context.lineWidth = 3;
  context.stroke();
  context.fillStyle = tone === 'plain' ? colour : colours.paper;
  context.fill();
  if (tone === 'plain') return;
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.stroke();
}

function countText(count: number): string {
  return count < 1000 ? String(count) : `${Math.round(count / 1000)}k`;
}
