/** Who waits for whom, as the page draws and lists it. */

import { type Address, EMPTY_ADDRESS } from '@/lib/client/address';
import { groupBy } from '@/lib/client/group-by';
import { milliseconds } from '@/lib/client/time';
import { compareNaturally } from '@/lib/contract/natural-order';
import type { WaitEdge, WaitingAnswer, WaitKind } from '@/lib/contract/past-schemas';

export const WAIT_WORDS: Record<WaitKind, string> = {
  blocked: 'BLOCKED unanswered',
  question: 'QUESTION unanswered',
  conflict: 'conflict unsettled',
  task: 'task before it unfinished',
  lock_overlap: 'locks overlap',
  acknowledgement: 'not acknowledged',
};

/** All edges from one agent to another, drawn as one arrow. */
export interface WaitPair {
  from: string;
  to: string;
  edges: readonly WaitEdge[];
  /** None of its edges is declared. */
  inferred: boolean;
  /** It is part of a ring. */
  inCycle: boolean;
}

const nameOfPair = ({ from, to }: Pick<WaitPair, 'from' | 'to'>) => JSON.stringify([from, to]);

/** @returns the edges by who waits for whom; rings first, then in natural order, edges of one pair oldest first */
export function waitPairs({ edges, cycles }: WaitingAnswer): WaitPair[] {
  const cycleEdges = new Set(cycles.flatMap((cycle) => cycle.edges));
  const pairs = [...groupBy(edges, nameOfPair).values()].map((members): WaitPair => {
    const sorted = members.toSorted((one, other) => begun(one) - begun(other));
    const { from, to } = sorted[0] as WaitEdge;
    const inferred = sorted.every(({ basis }) => basis === 'inferred');
    return { from, to, edges: sorted, inferred, inCycle: sorted.some(({ id }) => cycleEdges.has(id)) };
  });
  return pairs.sort(
    (one, other) =>
      Number(other.inCycle) - Number(one.inCycle) ||
      compareNaturally(one.from, other.from) ||
      compareNaturally(one.to, other.to),
  );
}

/** One that says no time counts as the oldest. */
function begun({ since }: WaitEdge): number {
  return milliseconds(since) ?? 0;
}

/**
 * @param address the present one; filters that could hide the very thing are let go, the open view stays
 * @returns where an edge leads: its message, else its lock, else the agent that is waited for
 */
export function targetOfEdge({ evidence, to }: WaitEdge, { view, span }: Address): Address {
  const [message = null] = evidence.messages;
  const [lock = null] = evidence.locks;
  const place = { ...EMPTY_ADDRESS, view, span };
  if (message !== null) return { ...place, message };
  return lock === null ? { ...place, agent: to } : { ...place, lock };
}

interface Point {
  x: number;
  y: number;
}

/** A drawing of who waits for whom: places in columns and rows, both from 0. */
export interface WaitDrawing {
  columns: number;
  rows: number;
  /** Column by column. */
  nodes: readonly (Point & { agent: string; inCycle: boolean })[];
  /** Each runs through one point in every column between its ends. */
  arrows: readonly (WaitPair & { points: readonly Point[] })[];
}

type Slot = { agent: string } | { arrow: WaitPair };

/**
 * Lays out agents in columns, so that whoever waits stands left of whom it waits for, as far as rings allow.
 *
 * @param pairs in the order that decides where a ring is cut open: at the arrow that is met last
 */
export function drawWaiting(pairs: readonly WaitPair[]): WaitDrawing {
  const column = agentColumns(pairs);
  const columns = Math.max(-1, ...column.values()) + 1;
  const slots = Array.from({ length: columns }, (): Slot[] => []);
  for (const [agent, at] of column) slots[at]?.push({ agent });
  for (const arrow of pairs) {
    const [first, last] = [column.get(arrow.from) ?? 0, column.get(arrow.to) ?? 0].sort((a, b) => a - b);
    for (let at = (first ?? 0) + 1; at < (last ?? 0); at++) slots[at]?.push({ arrow });
  }
  untangle(slots, pairs, column);
  const rows = Math.max(0, ...slots.map(({ length }) => length));
  const place = new Map<Slot | string | WaitPair, Map<number, Point>>();
  for (const [x, list] of slots.entries()) {
    for (const [index, slot] of list.entries()) {
      const name = 'agent' in slot ? slot.agent : slot.arrow;
      const points = place.get(name) ?? new Map<number, Point>();
      place.set(name, points.set(x, { x, y: index + (rows - list.length) / 2 }));
    }
  }
  const nodeAt = (agent: string) => place.get(agent)?.get(column.get(agent) ?? 0) ?? { x: 0, y: 0 };
  const cycleAgents = new Set(pairs.filter(({ inCycle }) => inCycle).flatMap(({ from, to }) => [from, to]));
  return {
    columns,
    rows,
    nodes: [...column.keys()]
      .map((agent) => ({ agent, inCycle: cycleAgents.has(agent), ...nodeAt(agent) }))
      .sort((one, other) => one.x - other.x || one.y - other.y),
    arrows: pairs.map((pair) => {
      const [start, end] = [nodeAt(pair.from), nodeAt(pair.to)];
      const between = [...(place.get(pair)?.values() ?? [])].sort((one, other) => one.x - other.x);
      return { ...pair, points: [start, ...(start.x < end.x ? between : between.reverse()), end] };
    }),
  };
}

/** The column of each agent: the longest way that leads to it, without the arrows that close a ring. */
function agentColumns(pairs: readonly WaitPair[]): Map<string, number> {
  const next = groupBy(pairs, ({ from }) => from);
  const column = new Map<string, number>();
  const agents = [...new Set(pairs.flatMap(({ from, to }) => [from, to]))].sort(compareNaturally);
  const waited = new Set(pairs.map(({ to }) => to));
  const starts = [...agents.filter((agent) => !waited.has(agent)), ...agents];
  const order: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const closing = new Set<WaitPair>();
  const visit = (agent: string) => {
    state.set(agent, 'open');
    for (const pair of next.get(agent) ?? []) {
      if (state.get(pair.to) === 'open') closing.add(pair);
      else if (!state.has(pair.to)) visit(pair.to);
    }
    state.set(agent, 'done');
    order.unshift(agent);
  };
  for (const agent of starts) if (!state.has(agent)) visit(agent);
  for (const agent of order) {
    const at = column.get(agent) ?? 0;
    column.set(agent, at);
    for (const pair of next.get(agent) ?? []) {
      if (!closing.has(pair)) column.set(pair.to, Math.max(column.get(pair.to) ?? 0, at + 1));
    }
  }
  return column;
}

/** Sorts each column by where its neighbours in the one before stand, so that few arrows cross. */
function untangle(slots: Slot[][], pairs: readonly WaitPair[], column: ReadonlyMap<string, number>): void {
  for (let x = 1; x < slots.length; x++) {
    const before = slots[x - 1] ?? [];
    const agentRow = (agent: string, arrow: WaitPair) =>
      before.findIndex((slot) =>
        'agent' in slot ? slot.agent === agent && column.get(agent) === x - 1 : slot.arrow === arrow,
      );
    const wish = (slot: Slot): number => {
      const arrows =
        'arrow' in slot ? [slot.arrow] : pairs.filter(({ from, to }) => from === slot.agent || to === slot.agent);
      const rows = arrows
        .map((arrow) => {
          const other = 'agent' in slot && arrow.to === slot.agent ? arrow.from : arrow.to;
          const ends = 'agent' in slot ? [other] : [arrow.from, arrow.to];
          return Math.max(...ends.map((end) => agentRow(end, arrow)));
        })
        .filter((row) => row >= 0);
      return rows.length === 0 ? 0 : rows.reduce((sum, row) => sum + row, 0) / rows.length;
    };
    const wishes = new Map((slots[x] ?? []).map((slot) => [slot, wish(slot)]));
    slots[x]?.sort((one, other) => (wishes.get(one) ?? 0) - (wishes.get(other) ?? 0));
  }
}
