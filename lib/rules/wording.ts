/** The words of attention entries, from values that may be of any JSON type. */
import type { HeldLock } from '../contract/schemas';
import { readName } from '../sources/claudeswarm/message-fields';

const NO_NAME = '(no name)';
const MAX_WORDS = 4;

/** @returns a holder or path of a lock as text */
export function valueText(value: unknown): string {
  return readName(typeof value === 'object' && value !== null ? JSON.stringify(value) : value) ?? NO_NAME;
}

/** @returns `a lock on a.ts` or `3 locks` */
export function lockWords(locks: readonly HeldLock[]): string {
  const [first] = locks;
  return locks.length === 1 && first ? `a lock on ${valueText(first.filepath)}` : `${locks.length} locks`;
}

/** @returns `a, b and c`; of a long list the first three and how many more */
export function wordList(words: readonly string[]): string {
  const distinct = [...new Set(words)];
  const named = distinct.length <= MAX_WORDS ? distinct : withRest(distinct);
  return named.length < 2 ? named.join('') : `${named.slice(0, -1).join(', ')} and ${named.at(-1)}`;
}

function withRest(words: readonly string[]): string[] {
  return [...words.slice(0, MAX_WORDS - 1), `${words.length - MAX_WORDS + 1} more`];
}

/** @returns what a message says, as the end of a sentence */
export function quoted(text: string): string {
  return text === '' ? 'it holds no text.' : `"${text}"`;
}

/** @returns a length of time in milliseconds as `5 minutes`, `1 hour` or `90 seconds` */
export function durationWords(milliseconds: number): string {
  for (const [unit, length] of [
    ['hour', 3_600_000],
    ['minute', 60_000],
  ] as const) {
    if (milliseconds >= length && milliseconds % length === 0) return counted(milliseconds / length, unit);
  }
  return counted(milliseconds / 1000, 'second');
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
