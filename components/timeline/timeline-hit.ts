/** Finds the thing under a pointer on a timeline, and the next thing for keyboard control. */
import type { TimeSpan } from '@/lib/contract/time-span';
import type { LaneLife } from './lane-lives';
import {
  firstAt,
  isBeforeRecord,
  type Lane,
  type LaneActivity,
  type LaneBar,
  type LaneCommand,
  type LaneHealth,
  type Lanes,
  type LaneTask,
  type LaneTick,
  type UnknownStretch,
} from './timeline-lanes';
import { type Scale, timeAt, xOf } from './timeline-scale';

/** The parts of a lane, in CSS pixels from its upper edge. */
export interface LaneShape {
  height: number;
  ticks: { top: number; bottom: number };
  bars: { top: number; bottom: number };
}

/** Something on a timeline that has a description and a link. */
export type Thing =
  | { kind: 'messages'; agent: string; at: number; ticks: readonly LaneTick[] }
  | { kind: 'lock'; agent: string; at: number; bar: LaneBar }
  /** More locks than can be shown one by one. */
  | { kind: 'locks'; agent: string; at: number; held: number; lost: number }
  /** The moment at which another process takes over the id. */
  | { kind: 'life'; agent: string; at: number; life: LaneLife }
  /** Commands about the agent. */
  | { kind: 'commands'; agent: string; at: number; commands: readonly LaneCommand[] }
  /** Changes of tasks of the agent. */
  | { kind: 'tasks'; agent: string; at: number; tasks: readonly LaneTask[] }
  /** A moment on the axis, outside the lanes. */
  | { kind: 'moment'; agent: ''; at: number }
  | {
      kind: 'place';
      agent: string;
      at: number;
      health: LaneHealth | null;
      activity: LaneActivity | null;
      unknown: UnknownStretch | null;
      /** In the time before the record: the first and the last message of the agent there; null if there is none. */
      spoke: TimeSpan | null;
    };

/** A pointer within this distance hits a tick; ticks within this distance look like one. In CSS pixels. */
const NEAR = 5;
const NEAR_LINE = 3;
/** The half height of the marks of commands and tasks, and how far from them a pointer hits them. */
export const MARK_SIZE = 3.5;
const NEAR_MARK = 5;
const ONE_TO_THE_EYE = 1.5;
const THINNEST_ROW = 3;

/** @returns the shape of lanes of a height */
export function shapeOf(height: number): LaneShape {
  const middle = Math.round(height * 0.46);
  return { height, ticks: { top: 3, bottom: middle }, bars: { top: middle + 2, bottom: height - 4 } };
}

/** @returns the height of one row of a lane's bars; null if there are too many rows to show them one by one */
export function rowHeight({ rows }: Lane, { bars }: LaneShape): number | null {
  const room = (bars.bottom - bars.top) / Math.max(1, rows);
  return room < THINNEST_ROW ? null : Math.min(room, 13);
}

/**
 * Finds the thing at a place of the lanes.
 *
 * @param x from the left edge of the scale
 * @param y from the upper edge of the first lane
 * @returns null beside the lanes
 */
export function thingAt(lanes: Lanes, scale: Scale, shape: LaneShape, x: number, y: number): Thing | null {
  const lane = lanes.lanes[Math.floor(y / shape.height)];
  if (lane === undefined || x < 0 || x > scale.width) return null;
  const within = y % shape.height;
  const upper = within < shape.bars.top;
  const command = Math.abs(within - commandLine(shape)) <= NEAR_MARK ? commandsAt(lane, scale, x) : null;
  if (command) return command;
  const task = Math.abs(within - taskLine(shape)) <= MARK_SIZE ? tasksAt(lane, scale, x) : null;
  if (task) return task;
  const place = () => lifeAt(lane, scale, x) ?? placeAt(lanes, lane, timeAt(scale, x));
  if (upper) return ticksAt(lane, scale, x) ?? place();
  // A lock can be hit along its whole bar, a boundary only within a few pixels, so boundaries come first.
  return lifeAt(lane, scale, x) ?? barAt(lane, scale, shape, x, within) ?? ticksAt(lane, scale, x) ?? place();
}

function lifeAt(lane: Lane, scale: Scale, x: number): Thing | null {
  const near = lane.lives.findLast(({ at }) => Math.abs(xOf(scale, at) - x) <= NEAR_LINE);
  return near ? { kind: 'life', agent: lane.agent, at: near.at, life: near } : null;
}

/** @returns where the marks of commands have their middle: between messages and locks */
export function commandLine({ bars }: LaneShape): number {
  return bars.top - 1;
}

/** @returns where the marks of tasks have their middle: above the messages */
export function taskLine({ ticks }: LaneShape): number {
  return ticks.top + 1;
}

function commandsAt(lane: Lane, scale: Scale, x: number): Thing | null {
  const commands = marksAt(lane.commands, scale, x);
  const [first] = commands;
  return first ? { kind: 'commands', agent: lane.agent, at: first.at, commands } : null;
}

function tasksAt(lane: Lane, scale: Scale, x: number): Thing | null {
  const tasks = marksAt(lane.tasks, scale, x);
  const [first] = tasks;
  return first ? { kind: 'tasks', agent: lane.agent, at: first.at, tasks } : null;
}

/** @returns the marks at a place that look like one; none if there are none */
function marksAt<Mark extends { at: number }>(marks: readonly Mark[], scale: Scale, x: number): readonly Mark[] {
  const near = marks.findLast(({ at }) => Math.abs(xOf(scale, at) - x) <= NEAR_MARK);
  if (near === undefined) return [];
  return markGroups(marks, scale).find((group) => group.includes(near)) ?? [near];
}

/** @returns the marks in view, those in one group that look like one */
function markGroups<Mark extends { at: number }>(marks: readonly Mark[], scale: Scale): [Mark, ...Mark[]][] {
  const groups: [Mark, ...Mark[]][] = [];
  for (const mark of marks) {
    if (mark.at < scale.span.since || mark.at > scale.span.until) continue;
    const group = groups.at(-1);
    if (group && xOf(scale, mark.at) - xOf(scale, group[0].at) <= MARK_SIZE) group.push(mark);
    else groups.push([mark]);
  }
  return groups;
}

function ticksAt(lane: Lane, scale: Scale, x: number): Thing | null {
  const from = firstAt(lane.ticks, timeAt(scale, x - NEAR));
  let nearest: LaneTick | null = null;
  let distance = NEAR;
  for (let index = from; index < lane.ticks.length; index++) {
    const tick = lane.ticks[index] as LaneTick;
    const off = xOf(scale, tick.at) - x;
    if (off > NEAR) break;
    if (Math.abs(off) <= distance) [nearest, distance] = [tick, Math.abs(off)];
  }
  return nearest && messagesNear(lane, scale, nearest);
}

/** The tick and those that look the same. */
function messagesNear(lane: Lane, scale: Scale, tick: LaneTick): Thing {
  const x = xOf(scale, tick.at);
  const ticks: LaneTick[] = [];
  for (let index = firstAt(lane.ticks, timeAt(scale, x - ONE_TO_THE_EYE)); index < lane.ticks.length; index++) {
    const one = lane.ticks[index] as LaneTick;
    if (xOf(scale, one.at) > x + ONE_TO_THE_EYE) break;
    ticks.push(one);
  }
  return { kind: 'messages', agent: lane.agent, at: (ticks[0] ?? tick).at, ticks: ticks.length > 0 ? ticks : [tick] };
}

function barAt(lane: Lane, scale: Scale, shape: LaneShape, x: number, y: number): Thing | null {
  const height = rowHeight(lane, shape);
  const at = timeAt(scale, x);
  if (height === null) {
    const step = lane.held[firstAt(lane.held, at) - 1];
    if (step === undefined || step.held === 0) return null;
    return { kind: 'locks', agent: lane.agent, at, held: step.held, lost: step.lost };
  }
  const row = Math.floor((y - shape.bars.top) / height);
  // A bar has a minimum width in pixels and can be hit in all of it.
  const bar = lane.bars.findLast(
    (one) => one.row === row && xOf(scale, one.since) <= x + 2 && xOf(scale, one.until) >= x - 2,
  );
  return bar ? { kind: 'lock', agent: lane.agent, at: bar.since, bar } : null;
}

function placeAt({ unknown }: Lanes, lane: Lane, at: number): Thing {
  const holds = ({ since, until }: TimeSpan) => since <= at && at < until;
  const health = lane.health.findLast(holds) ?? null;
  const activity = lane.activity.findLast(holds) ?? null;
  // Health that is kept from before the record is known all the same.
  const notKnown = unknown.find((one) => holds(one) && !(health !== null && isBeforeRecord(one))) ?? null;
  const spoke = notKnown !== null && isBeforeRecord(notKnown) ? lane.spoke : null;
  return { kind: 'place', agent: lane.agent, at, health, activity, unknown: notKnown, spoke };
}

/**
 * Lists the visible things of a lane in order of time.
 *
 * @returns messages, commands and changes of tasks grouped as they look, each lock in view, and each moment at which
 *   another process takes over the id
 */
export function thingsOf(lane: Lane, scale: Scale): Thing[] {
  const { since, until } = scale.span;
  const things: Thing[] = [];
  for (let index = firstAt(lane.ticks, since); index < lane.ticks.length; ) {
    const tick = lane.ticks[index] as LaneTick;
    if (tick.at > until) break;
    const x = xOf(scale, tick.at);
    let end = index + 1;
    while (end < lane.ticks.length && xOf(scale, (lane.ticks[end] as LaneTick).at) - x <= ONE_TO_THE_EYE) end++;
    things.push({ kind: 'messages', agent: lane.agent, at: tick.at, ticks: lane.ticks.slice(index, end) });
    index = end;
  }
  for (const bar of lane.bars) {
    if (bar.since <= until && bar.until >= since) things.push({ kind: 'lock', agent: lane.agent, at: bar.since, bar });
  }
  for (const commands of markGroups(lane.commands, scale)) {
    things.push({ kind: 'commands', agent: lane.agent, at: commands[0].at, commands });
  }
  for (const tasks of markGroups(lane.tasks, scale)) {
    things.push({ kind: 'tasks', agent: lane.agent, at: tasks[0].at, tasks });
  }
  for (const life of lane.lives) {
    if (life.at >= since && life.at <= until) things.push({ kind: 'life', agent: lane.agent, at: life.at, life });
  }
  return things.sort((one, other) => one.at - other.at);
}

/**
 * Moves the cursor from a thing to the next one.
 *
 * @param from the thing at the cursor; null before the first step
 * @param step 1 to the next later thing, -1 to the next earlier one
 * @returns the new thing; null if the lane has nothing in view
 */
export function nextThing(things: readonly Thing[], from: Thing | null, step: 1 | -1): Thing | null {
  if (from === null) return (step === 1 ? things[0] : things.at(-1)) ?? null;
  const here = things.findIndex((thing) => isSame(thing, from));
  if (here !== -1) return things[Math.min(things.length - 1, Math.max(0, here + step))] ?? null;
  const beside = step === 1 ? things.find(({ at }) => at > from.at) : things.findLast(({ at }) => at < from.at);
  return beside ?? (step === 1 ? things.at(-1) : things[0]) ?? null;
}

/** @returns the thing nearest to a moment, at which the cursor arrives from another lane */
export function nearestThing(things: readonly Thing[], time: number): Thing | null {
  let nearest: Thing | null = null;
  for (const thing of things) {
    if (nearest === null || Math.abs(thing.at - time) < Math.abs(nearest.at - time)) nearest = thing;
  }
  return nearest;
}

/** @returns whether two things are the same, even if the lanes were computed again in between */
export function isSame(one: Thing | null, other: Thing | null): boolean {
  if (one === null || other === null) return one === other;
  if (one.agent !== other.agent || one.kind !== other.kind || one.at !== other.at) return false;
  if (one.kind === 'lock' && other.kind === 'lock') return one.bar.lock.lock_file === other.bar.lock.lock_file;
  if (one.kind === 'tasks' && other.kind === 'tasks') return one.tasks.length === other.tasks.length;
  if (one.kind === 'commands' && other.kind === 'commands') return one.commands.length === other.commands.length;
  if (one.kind === 'messages' && other.kind === 'messages') return one.ticks.length === other.ticks.length;
  return true;
}
