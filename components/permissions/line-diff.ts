/** The difference of two texts, line by line. */
import { diffLines } from 'diff';

/** Lines that were removed, added or kept. */
export interface DiffPart {
  sign: '-' | '+' | ' ';
  /** The lines, each with its sign before it. */
  text: string;
}

/** Comparing texts that have little in common takes the square of their length. */
const TIMEOUT_MS = 100;

/** @returns the parts in order; where comparing takes too long, everything removed and then everything added */
export function lineDiff(before: string, after: string): DiffPart[] {
  const changes = diffLines(before, after, { timeout: TIMEOUT_MS });
  if (changes === undefined) return [...part('-', before), ...part('+', after)];
  return changes.flatMap(({ value, added, removed }) => part(removed ? '-' : added ? '+' : ' ', value));
}

/** @returns a text whose lines were all added */
export function allAdded(text: string): DiffPart[] {
  return part('+', text);
}

function part(sign: DiffPart['sign'], text: string): DiffPart[] {
  if (text === '') return [];
  const lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
  return [{ sign, text: lines.map((line) => `${sign} ${line}`).join('\n') }];
}
