/** Where the drawing of waits places agents and arrows. */

import type { WaitPair } from '@/components/waits/waits';
import { groupBy } from '@/lib/client/group-by';
import { compareNaturally } from '@/lib/contract/natural-order';

interface Point {
  x: number;
  y: number;
}

/** A drawing of waits: places in columns and rows, both counted from 0. */
export interface WaitDrawing {
  columns: number;
  rows: number;
  /** Column by column. */
  nodes: readonly (Point & { agent: string; inCycle: boolean })[];
  /** Each arrow has one point in every column between its ends. */
  arrows: readonly (WaitPair & { points: readonly Point[] })[];
}

type Slot = { agent: string } | { arrow: WaitPair };

/**
 * Arranges agents in columns: root blockers are in the first one, and each agent is right of those it waits for, except
 * where a wait cycle makes this impossible.
 *
 * @param pairs their order decides where a wait cycle is opened: at the arrow that comes last
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
  const firstPair = new Map(pairs.toReversed().map((pair, index) => [pair.to, -index]));
  const rootPlace = (slot: Slot) => ('agent' in slot ? (firstPair.get(slot.agent) ?? 1) : 1);
  slots[0]?.sort((one, other) => rootPlace(one) - rootPlace(other));
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

/** The column of each agent: the longest path to a root blocker, without the arrows that close a wait cycle. */
function agentColumns(pairs: readonly WaitPair[]): Map<string, number> {
  const waiters = groupBy(pairs, ({ to }) => to);
  const column = new Map<string, number>();
  const agents = [...new Set(pairs.flatMap(({ from, to }) => [from, to]))].sort(compareNaturally);
  const waiting = new Set(pairs.map(({ from }) => from));
  const starts = [...agents.filter((agent) => !waiting.has(agent)), ...agents];
  const order: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const closing = new Set<WaitPair>();
  const visit = (agent: string) => {
    state.set(agent, 'open');
    for (const pair of waiters.get(agent) ?? []) {
      if (state.get(pair.from) === 'open') closing.add(pair);
      else if (!state.has(pair.from)) visit(pair.from);
    }
    state.set(agent, 'done');
    order.unshift(agent);
  };
  for (const agent of starts) if (!state.has(agent)) visit(agent);
  for (const agent of order) {
    const at = column.get(agent) ?? 0;
    column.set(agent, at);
    for (const pair of waiters.get(agent) ?? []) {
      if (!closing.has(pair)) column.set(pair.from, Math.max(column.get(pair.from) ?? 0, at + 1));
    }
  }
  return column;
}

/** Sorts each column by the places of its neighbours in the previous column, so that few arrows cross. */
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
