/** Prepares an answer of the server for drawing, once: numbers instead of instants, each lane's things in order. */

import { groupBy } from '@/lib/client/group-by';
import { meaningOf, type TypeMeaning } from '@/lib/client/message-type';
import { milliseconds } from '@/lib/client/time';
import type {
  ActionMark,
  ActivitySpan,
  EarlierLock,
  LockBar,
  MessageTick,
  TaskMark,
  TimelineAnswer,
  UnknownSpan,
} from '@/lib/contract/past-schemas';
import type { AgentHealth } from '@/lib/contract/schemas';
import type { TimeSpan } from '@/lib/contract/time-span';
import { type LaneLife, laneLives } from './lane-lives';

/** `until` is infinite while the span lasts. */
export interface LaneHealth extends TimeSpan {
  health: AgentHealth;
  /** The key of the process that had the id. */
  life: string;
}

export interface LaneActivity extends TimeSpan {
  state: ActivitySpan['state'];
}

export interface LaneBar extends TimeSpan {
  lock: LockBar;
  /** Counted from 0: bars of one lane that overlap in time are in different rows. */
  row: number;
  /** The bar is older than the record: only the lock's file says how long it has been held. */
  byFile?: true;
  /** The lock still exists at the end of the answer: this bar, or one that continues it, has no end. */
  lasts: boolean;
}

export interface LaneTick {
  at: number;
  tick: MessageTick;
  meaning: TypeMeaning;
}

export interface LaneCommand {
  at: number;
  mark: ActionMark;
}

export interface LaneTask {
  at: number;
  mark: TaskMark;
}

/** From `at` on, `held` locks are held; `lost` of them are stale or orphaned. */
export interface Held {
  at: number;
  held: number;
  lost: number;
}

export interface Lane {
  agent: string;
  health: readonly LaneHealth[];
  activity: readonly LaneActivity[];
  /** The moments at which another process takes over the id. */
  lives: readonly LaneLife[];
  bars: readonly LaneBar[];
  /** The number of rows that the bars need. */
  rows: number;
  /** The number of held locks over time, for lanes with too many rows. */
  held: readonly Held[];
  ticks: readonly LaneTick[];
  /** Commands about the agent. */
  commands: readonly LaneCommand[];
  /** Changes of tasks that were assigned to the agent. */
  tasks: readonly LaneTask[];
  /** From the first to the last message that is older than the record; null if there is none. */
  spoke: TimeSpan | null;
}

export interface UnknownStretch extends TimeSpan {
  about: UnknownSpan['about'];
  reason: string;
}

export interface Lanes {
  lanes: readonly Lane[];
  unknown: readonly UnknownStretch[];
  /** When recording of agents and locks began, if that is known: older facts come from messages and lock files. */
  recordedSince: number | null;
  /** The moments of all events, sorted. */
  moments: readonly number[];
  /** The requested time range. */
  known: TimeSpan;
}

/** @returns an answer of the server prepared for drawing, without things that have no readable time */
export function makeLanes(answer: TimelineAnswer): Lanes {
  const health = groupBy(answer.health, ({ agent }) => agent);
  const activity = groupBy(answer.activity, ({ agent }) => agent);
  const locks = groupBy(answer.locks, ({ agent }) => agent);
  const earlier = groupBy(answer.earlier_locks, ({ agent }) => agent);
  const messages = groupBy(answer.messages, ({ sender }) => sender);
  const commands = groupBy(answer.actions, ({ agent }) => agent);
  // A task of nobody is not one of an unknown agent.
  const [assigned, ofNobody] = [answer.tasks.filter(isAssigned), answer.tasks.filter((mark) => !isAssigned(mark))];
  const tasks = groupBy(assigned, ({ agent }) => agent);
  const unknown = answer.unknown.map((one) => ({ ...spanOfThing(one), about: one.about, reason: one.reason }));
  const recordedSince = recordingStart(unknown);
  const lanes = answer.agents.map((agent): Lane => {
    const recorded = (locks.get(agent) ?? []).map((lock) => ({ ...spanOfThing(lock), lock }));
    const bars = stacked([...recorded, ...(earlier.get(agent) ?? []).map(barByFile)]);
    const ticks = laneTicks(messages.get(agent) ?? []);
    const healths = (health.get(agent) ?? []).map(({ health, life, ...one }) => ({
      ...spanOfThing(one),
      ...{ health, life },
    }));
    return {
      agent,
      health: healths,
      activity: (activity.get(agent) ?? []).map(({ state, ...one }) => ({ ...spanOfThing(one), state })),
      lives: laneLives(healths),
      bars,
      rows: bars.reduce((most, { row }) => Math.max(most, row + 1), 0),
      held: heldOver(bars),
      ticks,
      commands: laneMarks(commands.get(agent) ?? []),
      tasks: laneMarks(tasks.get(agent) ?? []),
      spoke: recordedSince === null ? null : spokenBefore(ticks, recordedSince),
    };
  });
  const known = { since: milliseconds(answer.since) ?? 0, until: milliseconds(answer.until) ?? 0 };
  const moments = laneMoments(lanes, unknown, laneMarks(ofNobody));
  return { lanes, unknown, recordedSince, moments, known };
}

function isAssigned({ agent }: TaskMark): boolean {
  return agent !== '';
}

/** @returns whether an unknown time is the one before the record, of which messages and lock files tell a part */
export function isBeforeRecord({ since, until, about }: UnknownStretch): boolean {
  return since === Number.NEGATIVE_INFINITY && Number.isFinite(until) && about === 'everything';
}

function recordingStart(unknown: readonly UnknownStretch[]): number | null {
  return unknown.find(isBeforeRecord)?.until ?? null;
}

function barByFile(lock: EarlierLock): PlacedBar {
  return { ...spanOfThing(lock), lock: { ...lock, state: 'held', count: 1 }, byFile: true };
}

function spokenBefore(ticks: readonly LaneTick[], recordedSince: number): TimeSpan | null {
  const [first] = ticks;
  const last = ticks[firstAt(ticks, recordedSince) - 1];
  return first && last ? { since: first.at, until: last.at } : null;
}

/** @returns prepared ticks in order of time */
export function laneTicks(ticks: readonly MessageTick[]): LaneTick[] {
  return ticks
    .map((tick) => ({ at: milliseconds(tick.at) ?? Number.NaN, tick, meaning: meaningOf(tick.type) }))
    .filter(({ at }) => !Number.isNaN(at))
    .sort((one, other) => one.at - other.at);
}

/** @returns prepared marks in order of time */
function laneMarks<Mark extends { at: string }>(marks: readonly Mark[]): { at: number; mark: Mark }[] {
  return marks
    .map((mark) => ({ at: milliseconds(mark.at) ?? Number.NaN, mark }))
    .filter(({ at }) => !Number.isNaN(at))
    .sort((one, other) => one.at - other.at);
}

function spanOfThing({ since, until }: { since: string | null; until: string | null }): TimeSpan {
  return {
    since: milliseconds(since) ?? Number.NEGATIVE_INFINITY,
    until: milliseconds(until) ?? Number.POSITIVE_INFINITY,
  };
}

/** A bar before its relation to the other bars of its lane is known. */
type PlacedBar = Omit<LaneBar, 'row' | 'lasts'>;

/**
 * @returns the bars in order of their start, each in the first row that is free then; the next bar of the same lock
 *   stays in its row, and tells the bars before it whether the lock lasts
 */
export function stacked(bars: readonly PlacedBar[]): LaneBar[] {
  const rows: { until: number; lockFile: string }[] = [];
  const ends = new Set(bars.map(({ until, lock }) => endKey(until, lock)));
  const continues = ({ since, lock }: PlacedBar) => ends.has(endKey(since, lock));
  const lasting = lastingBars(bars);
  return (
    [...bars]
      // Of bars that start together, a continued lock takes its row before another bar can.
      .sort((one, other) => one.since - other.since || Number(continues(other)) - Number(continues(one)))
      .map((bar) => {
        const { since, until, lock } = bar;
        const isFree = (row: { until: number }) => row.until <= since;
        const own = rows.findIndex((row) => isFree(row) && row.until === since && row.lockFile === lock.lock_file);
        const free = own === -1 ? rows.findIndex(isFree) : own;
        const row = free === -1 ? rows.length : free;
        rows[row] = { until, lockFile: lock.lock_file };
        return { ...bar, row, lasts: lasting.has(bar) };
      })
  );
}

/** @returns the bars without an end, and those that one of them continues */
function lastingBars(bars: readonly PlacedBar[]): Set<PlacedBar> {
  const lasting = new Set<PlacedBar>();
  const starts = new Set<string>();
  for (const bar of [...bars].sort((one, other) => other.since - one.since)) {
    if (bar.until !== Number.POSITIVE_INFINITY && !starts.has(endKey(bar.until, bar.lock))) continue;
    lasting.add(bar);
    starts.add(endKey(bar.since, bar.lock));
  }
  return lasting;
}

function endKey(time: number, { lock_file }: LockBar): string {
  return `${time} ${lock_file}`;
}

/** @returns the changes of the number of held locks, in order of time; a bar for several locks counts each of them */
export function heldOver(bars: readonly LaneBar[]): Held[] {
  const changes = bars.flatMap(({ since, until, lock: { count, state } }) => {
    const lost = state === 'held' ? 0 : count;
    return [
      { at: since, held: count, lost },
      { at: until, held: -count, lost: -lost },
    ];
  });
  changes.sort((one, other) => one.at - other.at);
  const steps: Held[] = [];
  let held = 0;
  let lost = 0;
  for (const change of changes) {
    held += change.held;
    lost += change.lost;
    if (steps.at(-1)?.at === change.at) steps.pop();
    steps.push({ at: change.at, held, lost });
  }
  return steps;
}

/** @param others things outside the lanes */
function laneMoments(
  lanes: readonly Lane[],
  unknown: readonly TimeSpan[],
  others: readonly { at: number }[],
): number[] {
  const spans = [...lanes.flatMap(({ health, activity, bars }) => [...health, ...activity, ...bars]), ...unknown];
  const things = lanes.flatMap(({ ticks, commands, tasks }) => [...ticks, ...commands, ...tasks]);
  const moments = [...things, ...others].map(({ at }) => at);
  for (const { since, until } of spans) moments.push(since, until);
  return [...new Set(moments.filter(Number.isFinite))].sort((one, other) => one - other);
}

/** @returns the index of the first thing at or after a moment; the length if all are earlier */
export function firstAt(times: readonly { at: number }[], time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as { at: number }).at < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
