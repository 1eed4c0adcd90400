/** The sets of characters in patterns, `[a-z]` and `[!a-z]`, read as Python's `fnmatch` reads them. */

export interface CharacterSet {
  negated: boolean;
  /** Ranges of code points, bounds included, sorted, without overlap; a single character is a range of one. */
  ranges: readonly CodeRange[];
}

type CodeRange = readonly [low: number, high: number];

/**
 * @param lastEnd where the last `]` of the pattern is; -1 if there is none
 * @returns where the set that opens at `start` closes, null if it never does; a `]` in first place belongs to the set
 */
export function endOfSet(characters: readonly string[], start: number, lastEnd: number): number | null {
  let first = start + 1;
  if (characters[first] === '!') first++;
  // Without this, a row of `[` without `]` would be searched again for each of them.
  return first + 1 > lastEnd ? null : characters.indexOf(']', first + 1);
}

/** @param inside the characters between the brackets */
export function characterSet(inside: readonly string[]): CharacterSet {
  let negated = inside[0] === '!';
  const members = negated ? inside.slice(1) : inside;
  const ranges: CodeRange[] = [];
  for (let at = 0; at < members.length; at++) {
    const low = characterCode(members[at]);
    if (members[at] === '!' && at > 0 && ranges.length === 0 && !negated) {
      // Python drops a range that runs backwards and only then checks for the `!` in front.
      negated = true;
    } else if (members[at + 1] === '-' && at + 2 < members.length) {
      const high = characterCode(members[at + 2]);
      if (low <= high) ranges.push([low, high]);
      at += 2;
    } else ranges.push([low, low]);
  }
  return { negated, ranges: merged(ranges) };
}

function characterCode(character: string | undefined): number {
  return character?.codePointAt(0) ?? 0;
}

function merged(ranges: readonly CodeRange[]): CodeRange[] {
  const apart: CodeRange[] = [];
  for (const [low, high] of ranges.toSorted(([one], [other]) => one - other)) {
    const last = apart.at(-1);
    if (last && low <= last[1] + 1) apart[apart.length - 1] = [last[0], Math.max(last[1], high)];
    else apart.push([low, high]);
  }
  return apart;
}

/** @returns whether a set matches a code point; by binary search, since a set may contain thousands of ranges */
export function isInSet({ negated, ranges }: CharacterSet, code: number): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle] as CodeRange)[1] < code) low = middle + 1;
    else high = middle;
  }
  const found = ranges[low];
  return (found !== undefined && found[0] <= code) !== negated;
}
