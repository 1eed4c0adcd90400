/** Who talks to whom, as the page draws it: senders in rows, recipients in columns. */

import { meaningOf, type TypeMeaning } from '@/lib/client/message-type';
import { counted } from '@/lib/client/text';
import { compareNaturally } from '@/lib/contract/natural-order';
import type { TalkPair } from '@/lib/contract/past-schemas';

/** The recipient that a message names when it is meant for everybody. */
const EVERYONE = 'all';

/** More than this many are sorted by how much they talk, so that the busiest are in sight. */
const IN_NATURAL_ORDER = 15;

export interface TalkMatrix {
  senders: readonly string[];
  recipients: readonly string[];
  cell: (sender: string, recipient: string) => TalkPair | undefined;
  /** Messages by sender, one for each recipient; and by recipient. */
  sent: ReadonlyMap<string, number>;
  received: ReadonlyMap<string, number>;
  total: number;
  unanswered: number;
  /** The largest cell. */
  most: number;
}

/** @returns the matrix of pairs; broadcasts that name `all` stand in the last column */
export function talkMatrix(pairs: readonly TalkPair[]): TalkMatrix {
  const cells = new Map(pairs.map((pair) => [JSON.stringify([pair.sender, pair.recipient]), pair]));
  const sent = totals(pairs, ({ sender }) => sender);
  const received = totals(pairs, ({ recipient }) => recipient);
  const busy = (name: string) => (sent.get(name) ?? 0) + (received.get(name) ?? 0);
  const many = new Set([...sent.keys(), ...received.keys()]).size > IN_NATURAL_ORDER;
  const order = (one: string, other: string) =>
    Number(one === EVERYONE) - Number(other === EVERYONE) ||
    (many ? busy(other) - busy(one) : 0) ||
    compareNaturally(one, other);
  return {
    senders: [...sent.keys()].sort(order),
    recipients: [...received.keys()].sort(order),
    cell: (sender, recipient) => cells.get(JSON.stringify([sender, recipient])),
    sent,
    received,
    total: pairs.reduce((sum, { count }) => sum + count, 0),
    unanswered: pairs.reduce((sum, pair) => sum + pair.unanswered, 0),
    most: pairs.reduce((most, { count }) => Math.max(most, count), 0),
  };
}

function totals(pairs: readonly TalkPair[], groupName: (pair: TalkPair) => string): Map<string, number> {
  const sums = new Map<string, number>();
  for (const pair of pairs) sums.set(groupName(pair), (sums.get(groupName(pair)) ?? 0) + pair.count);
  return sums;
}

/** @returns the types of a pair with their counts, most first */
export function typesInOrder({ types }: TalkPair): [type: string, count: number][] {
  return Object.entries(types).sort(([a, one], [b, other]) => other - one || compareNaturally(a, b));
}

const MEANINGS: readonly TypeMeaning[] = ['trouble', 'asks', 'delegates', 'done', 'tells'];

/** @returns how many messages of a pair have which meaning, without those that it has none of */
export function meaningsOf({ types }: TalkPair): { meaning: TypeMeaning; count: number }[] {
  const sums = new Map<TypeMeaning, number>();
  for (const [type, count] of Object.entries(types)) {
    sums.set(meaningOf(type), (sums.get(meaningOf(type)) ?? 0) + count);
  }
  return MEANINGS.map((meaning) => ({ meaning, count: sums.get(meaning) ?? 0 })).filter(({ count }) => count > 0);
}

/** @returns a cell in words, without its two names */
export function talkWords(pair: TalkPair | undefined): string {
  if (!pair) return 'nothing';
  const types = typesInOrder(pair).map(([type, count]) => `${count} ${type === '' ? 'without type' : type}`);
  const open = pair.unanswered === 0 ? '' : `; ${counted(pair.unanswered, 'question')} unanswered`;
  return `${counted(pair.count, 'message')}: ${types.join(', ')}${open}`;
}

/**
 * Where a key leads in a grid.
 *
 * @param at row and column, from 0
 * @returns the new place, within the grid; null for a key that is none of the grid's
 */
export function moveInGrid(
  key: string,
  at: readonly [row: number, column: number],
  size: readonly [rows: number, columns: number],
): readonly [row: number, column: number] | null {
  const [row, column] = at;
  const ways: Record<string, readonly [number, number] | undefined> = {
    ArrowUp: [row - 1, column],
    ArrowDown: [row + 1, column],
    ArrowLeft: [row, column - 1],
    ArrowRight: [row, column + 1],
    Home: [row, 0],
    End: [row, size[1] - 1],
    PageUp: [0, column],
    PageDown: [size[0] - 1, column],
  };
  const way = ways[key];
  if (way === undefined) return null;
  const within = (value: number, length: number) => Math.max(0, Math.min(length - 1, value));
  return [within(way[0], size[0]), within(way[1], size[1])];
}
