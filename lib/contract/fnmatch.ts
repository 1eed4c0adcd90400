/**
 * Shell patterns as Python's `fnmatch.fnmatchcase` matches them, with which the swarm's tool decides that two locks
 * overlap: `*` is any run of characters, `/` too, `?` any one, `[set]` and `[!set]` one of a set, and a `[` that is
 * never closed is an ordinary character. Nothing escapes a character. https://docs.python.org/3/library/fnmatch.html
 *
 * A pattern is split at its `*`. Each part between two of them is searched for from where the one before it ended: its
 * first match leaves the most text for the rest, so no search is ever repeated. Backtracking would be exponential.
 */
import { ANY_ONE, type Part, PartsSearch } from './fnmatch-search';
import { characterSet, endOfSet, isInSet } from './fnmatch-set';

/** Linux's PATH_MAX: a longer text is no path of a file, and is compared as plain text. */
export const MAX_PATTERN_BYTES = 4096;

/** The part before or after all `*`; as text where every character is fixed, since texts are compared much faster. */
type End = string | readonly Part[];

/** The part between two `*`. */
type Middle = string | PartsSearch;

/** A compiled pattern. Compile it once to compare one pattern with many texts. */
export interface CompiledPattern {
  /** The beginning of a text; the whole pattern if it has no `*`. */
  head: End;
  middle: readonly Middle[];
  /** The end of a text, after the last `*`; null if there is no `*`. */
  tail: End | null;
}

/** @returns whether a text contains a character that can make it a pattern */
export function hasPatternCharacters(text: string): boolean {
  return /[*?[]/.test(text);
}

/** @returns whether a text is longer than any path of a file (4,096 bytes), and so is never compared as a pattern */
export function isTooLongForPattern(text: string): boolean {
  // A UTF-16 unit takes at least one byte and at most three.
  if (text.length * 3 <= MAX_PATTERN_BYTES) return false;
  return text.length > MAX_PATTERN_BYTES || new TextEncoder().encode(text).length > MAX_PATTERN_BYTES;
}

/** @returns the pattern of a text; every text is one, and one of more than 4,096 bytes matches itself alone */
export function compilePattern(text: string): CompiledPattern {
  if (isTooLongForPattern(text)) return { head: text, middle: [], tail: null };
  const [head = [], ...rest] = partsBetweenRuns(text);
  const tail = rest.pop();
  const middle = rest.filter(({ length }) => length > 0).map(asMiddle);
  return { head: asEnd(head), middle, tail: tail === undefined ? null : asEnd(tail) };
}

/** @returns the parts of a pattern, split at each `*` */
function partsBetweenRuns(text: string): Part[][] {
  const segments: Part[][] = [[]];
  const characters = [...text];
  const lastEnd = characters.lastIndexOf(']');
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] as string;
    const segment = segments.at(-1) as Part[];
    const end = character === '[' ? endOfSet(characters, at, lastEnd) : null;
    if (character === '*') segments.push([]);
    else if (character === '?') segment.push(ANY_ONE);
    else if (end !== null) {
      segment.push(characterSet(characters.slice(at + 1, end)));
      at = end;
    } else segment.push(character.codePointAt(0) as number);
  }
  return segments;
}

function asEnd(parts: readonly Part[]): End {
  return asText(parts) ?? parts;
}

function asMiddle(parts: readonly Part[]): Middle {
  return asText(parts) ?? new PartsSearch(parts);
}

/**
 * A half of a surrogate pair could be found within a whole one, so a part that begins or ends with a half is no text.
 */
function asText(parts: readonly Part[]): string | null {
  if (!parts.every((part) => typeof part === 'number')) return null;
  const text = parts.map((code) => String.fromCodePoint(code)).join('');
  return /^[\udc00-\udfff]|[\ud800-\udbff]$/.test(text) ? null : text;
}

/**
 * Estimates the cost of a comparison. The searches for the parts of a pattern divide the text between them, so only the
 * most expensive part counts.
 *
 * @param length of the text, in UTF-16 units
 * @returns steps of about a nanosecond
 */
export function comparisonSteps({ middle }: CompiledPattern, length: number): number {
  let maxSteps = length;
  for (const part of middle) {
    // Measured: a search for a text costs at worst a tenth of a comparison at every place.
    const steps = typeof part === 'string' ? Math.ceil((length * part.length) / 10) : part.steps(length);
    if (steps > maxSteps) maxSteps = steps;
  }
  return 50 + maxSteps;
}

/** @returns whether a whole text matches; a text of more than 4,096 bytes matches only a pattern of the same text */
export function matchesPattern({ head, middle, tail }: CompiledPattern, text: string): boolean {
  if (isTooLongForPattern(text)) return tail === null && head === text;
  const start = endOfHead(head, text);
  if (start === null || tail === null) return start === text.length;
  const end = startOfTail(tail, text);
  if (end === null || end < start) return false;
  let at = start;
  for (const segment of middle) {
    const found = typeof segment === 'string' ? endOfText(segment, text, at) : segment.firstEnd(text, at);
    if (found === null || found > end) return false;
    at = found;
  }
  return true;
}

/** @returns whether the text matches the pattern; for many texts compile the pattern once */
export function fnmatch(text: string, pattern: string): boolean {
  return matchesPattern(compilePattern(pattern), text);
}

function endOfHead(head: End, text: string): number | null {
  if (typeof head === 'string') return text.startsWith(head) ? head.length : null;
  return endOfPartsAt(head, text, 0);
}

function startOfTail(tail: End, text: string): number | null {
  if (typeof tail === 'string') return text.endsWith(tail) ? text.length - tail.length : null;
  let at = text.length;
  for (let part = 0; part < tail.length; part++) {
    if (at === 0) return null;
    at -= at > 1 && (text.codePointAt(at - 2) as number) > 0xffff ? 2 : 1;
  }
  return endOfPartsAt(tail, text, at) === null ? null : at;
}

/** @returns the end of the first match from `from` on */
function endOfText(segment: string, text: string, from: number): number | null {
  const found = text.indexOf(segment, from);
  return found === -1 ? null : found + segment.length;
}

/** @returns the end of parts that match exactly at a place */
function endOfPartsAt(parts: readonly Part[], text: string, start: number): number | null {
  let at = start;
  for (const part of parts) {
    const code = text.codePointAt(at);
    if (code === undefined) return null;
    if (typeof part === 'number' ? part !== code : part !== ANY_ONE && !isInSet(part, code)) return null;
    at += code > 0xffff ? 2 : 1;
  }
  return at;
}

/** @returns whether the swarm's tool takes two paths for overlapping: either matches the other as a pattern */
export function patternsOverlap(a: string, b: string): boolean {
  return a === b || fnmatch(a, b) || fnmatch(b, a);
}
