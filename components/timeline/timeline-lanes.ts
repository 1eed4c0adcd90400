/** What a timeline draws, made ready once for each answer: numbers instead of instants, each lane's things in order. */

import { groupBy } from '@/lib/client/group-by';
import { meaningOf, type TypeMeaning } from '@/lib/client/message-type';
import { milliseconds } from '@/lib/client/time';
import type { LockBar, MessageTick, TimelineAnswer, UnknownSpan } from '@/lib/contract/past-schemas';
import type { AgentHealth } from '@/lib/contract/schemas';
import type { TimeSpan } from '@/lib/contract/time-span';
import { type LaneLife, laneLives } from './lane-lives';

/** `until` is infinite while it lasts. */
export interface LaneHealth extends TimeSpan {
  health: AgentHealth;
  /** Which life of the id it belongs to. */
  life: string;
}

export interface LaneBar extends TimeSpan {
  lock: LockBar;
  /** Counted from 0: bars of one lane that last at the same time stand in different rows. */
  row: number;
}

export interface LaneTick {
  at: number;
  tick: MessageTick;
  meaning: TypeMeaning;
}

/** From `at` on so many locks are held, `lost` of them stale or orphaned. */
export interface Held {
  at: number;
  held: number;
  lost: number;
}

export interface Lane {
  agent: string;
  health: readonly LaneHealth[];
  /** Where another process has the id from then on. */
  lives: readonly LaneLife[];
  bars: readonly LaneBar[];
  /** How many rows the bars need. */
  rows: number;
  /** How many locks are held when, for lanes with too many rows. */
  held: readonly Held[];
  ticks: readonly LaneTick[];
}

export interface UnknownStretch extends TimeSpan {
  about: UnknownSpan['about'];
  reason: string;
}

export interface Lanes {
  lanes: readonly Lane[];
  unknown: readonly UnknownStretch[];
  /** When anything happens, sorted. */
  moments: readonly number[];
  /** The time that was asked for. */
  known: TimeSpan;
}

/** @returns an answer of the server made ready for drawing; what has no readable time is left out */
export function makeLanes(answer: TimelineAnswer): Lanes {
  const health = groupBy(answer.health, ({ agent }) => agent);
  const locks = groupBy(answer.locks, ({ agent }) => agent);
  const messages = groupBy(answer.messages, ({ sender }) => sender);
  const lanes = answer.agents.map((agent): Lane => {
    const bars = stacked((locks.get(agent) ?? []).map((lock) => ({ ...spanOfThing(lock), lock })));
    const healths = (health.get(agent) ?? []).map(({ health, life, ...one }) => ({
      ...spanOfThing(one),
      ...{ health, life },
    }));
    return {
      agent,
      health: healths,
      lives: laneLives(healths),
      bars,
      rows: bars.reduce((most, { row }) => Math.max(most, row + 1), 0),
      held: heldOver(bars),
      ticks: laneTicks(messages.get(agent) ?? []),
    };
  });
  const unknown = answer.unknown.map((one) => ({ ...spanOfThing(one), about: one.about, reason: one.reason }));
  const known = { since: milliseconds(answer.since) ?? 0, until: milliseconds(answer.until) ?? 0 };
  return { lanes, unknown, moments: laneMoments(lanes, unknown), known };
}

/** @returns ticks made ready, in the order of time */
export function laneTicks(ticks: readonly MessageTick[]): LaneTick[] {
  return ticks
    .map((tick) => ({ at: milliseconds(tick.at) ?? Number.NaN, tick, meaning: meaningOf(tick.type) }))
    .filter(({ at }) => !Number.isNaN(at))
    .sort((one, other) => one.at - other.at);
}

function spanOfThing({ since, until }: { since: string | null; until: string | null }): TimeSpan {
  return {
    since: milliseconds(since) ?? Number.NEGATIVE_INFINITY,
    until: milliseconds(until) ?? Number.POSITIVE_INFINITY,
  };
}

/** @returns the bars in the order of their beginning, each in the first row that is free by then */
export function stacked(bars: readonly Omit<LaneBar, 'row'>[]): LaneBar[] {
  const ends: number[] = [];
  return [...bars]
    .sort((one, other) => one.since - other.since)
    .map((bar) => {
      const free = ends.findIndex((end) => end <= bar.since);
      const row = free === -1 ? ends.length : free;
      ends[row] = bar.until;
      return { ...bar, row };
    });
}

/** @returns how many locks are held from when on, in order; a bar that stands for several counts as so many */
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

function laneMoments(lanes: readonly Lane[], unknown: readonly TimeSpan[]): number[] {
  const spans = [...lanes.flatMap(({ health, bars }) => [...health, ...bars]), ...unknown];
  const moments = [...lanes.flatMap(({ ticks }) => ticks.map(({ at }) => at))];
  for (const { since, until } of spans) moments.push(since, until);
  return [...new Set(moments.filter(Number.isFinite))].sort((one, other) => one - other);
}

/** @returns the index of the first thing at or after a moment; the length if all are before */
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
