/**
 * Shell patterns as Python's `fnmatch.fnmatchcase` matches them, with which the swarm's tool decides that two locks
 * overlap: `*` is any run of characters, `/` too, `?` any one, `[set]` and `[!set]` one of a set, and a `[` that is
 * never closed stands for itself. Nothing escapes a character. https://docs.python.org/3/library/fnmatch.html
 */

/** Any one character, or any that a set holds (or, if negated, does not hold). */
type Part = string | typeof ANY_RUN | typeof ANY_ONE | CharacterSet;

interface CharacterSet {
  negated: boolean;
  /** Code points, bounds included; a single character is a range of one. */
  ranges: readonly (readonly [low: number, high: number])[];
}

const ANY_RUN = Symbol('*');
const ANY_ONE = Symbol('?');

/** A compiled pattern; made once where one pattern is held against many texts. */
export type Pattern = readonly Part[];

/** @returns whether a text holds a character that can make it a pattern */
export function hasPatternCharacters(text: string): boolean {
  return /[*?[]/.test(text);
}

/** @returns the pattern of a text; every text is one */
export function compilePattern(text: string): Pattern {
  const characters = [...text];
  const parts: Part[] = [];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] as string;
    if (character === '*') {
      if (parts.at(-1) !== ANY_RUN) parts.push(ANY_RUN);
    } else if (character === '?') parts.push(ANY_ONE);
    else if (character === '[') {
      const end = endOfSet(characters, at);
      if (end === null) parts.push('[');
      else {
        parts.push(characterSet(characters.slice(at + 1, end)));
        at = end;
      }
    } else parts.push(character);
  }
  return parts;
}

/** @returns where the set that opens at `start` closes; a `]` in first place belongs to the set */
function endOfSet(characters: readonly string[], start: number): number | null {
  let first = start + 1;
  if (characters[first] === '!') first++;
  const end = characters.indexOf(']', first + 1);
  return end === -1 ? null : end;
}

function characterSet(inside: readonly string[]): CharacterSet {
  let negated = inside[0] === '!';
  const members = negated ? inside.slice(1) : inside;
  const ranges: [number, number][] = [];
  for (let at = 0; at < members.length; at++) {
    const low = codeOf(members[at]);
    if (members[at] === '!' && at > 0 && ranges.length === 0 && !negated) {
      // Python drops a range that runs backwards and only then looks for the `!` in front.
      negated = true;
    } else if (members[at + 1] === '-' && at + 2 < members.length) {
      const high = codeOf(members[at + 2]);
      if (low <= high) ranges.push([low, high]);
      at += 2;
    } else ranges.push([low, low]);
  }
  return { negated, ranges };
}

function codeOf(character: string | undefined): number {
  return character?.codePointAt(0) ?? 0;
}

function matchesOne(part: Part | undefined, character: string): boolean {
  if (typeof part === 'string') return part === character;
  if (part === ANY_ONE) return true;
  if (part === undefined || typeof part === 'symbol') return false;
  const code = codeOf(character);
  return part.ranges.some(([low, high]) => low <= code && code <= high) !== part.negated;
}

/**
 * Holds a whole text against a pattern.
 *
 * Only the last `*` ever has to be widened: if the parts between two of them fit somewhere, their first fit leaves the
 * most for the rest. So it takes at most pattern times text steps, where backtracking over all of them is exponential.
 */
export function matchesPattern(pattern: Pattern, text: string): boolean {
  const characters = [...text];
  let part = 0;
  let at = 0;
  let lastRun = -1;
  let runEnd = 0;
  while (at < characters.length) {
    if (pattern[part] === ANY_RUN) {
      lastRun = part++;
      runEnd = at;
    } else if (matchesOne(pattern[part], characters[at] as string)) {
      part++;
      at++;
    } else if (lastRun >= 0) {
      part = lastRun + 1;
      at = ++runEnd;
    } else return false;
  }
  while (pattern[part] === ANY_RUN) part++;
  return part === pattern.length;
}

/** @returns whether the text matches the pattern; for many texts compile the pattern once */
export function fnmatch(text: string, pattern: string): boolean {
  return matchesPattern(compilePattern(pattern), text);
}
