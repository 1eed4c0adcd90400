/** Which locks of different holders overlap, by the rule with which the swarm's tool refuses a lock. */
import { compilePattern, fnmatch, hasPatternCharacters, matchesPattern } from './fnmatch';
import type { LockEntry } from './lock-entry';

/** @returns whether the swarm's tool takes two spellings for the same files: either matches the other as a pattern */
export function patternsOverlap(a: string, b: string): boolean {
  return a === b || fnmatch(a, b) || fnmatch(b, a);
}

/** A lock of everything would else list everything, and everything would list it. */
export const MAX_CONFLICTS = 20;

/**
 * Finds the locks of other holders that overlap each lock.
 *
 * Literal paths meet by equality, so a map finds them. A pattern meets only paths that begin as it does and end as it
 * does, so it is held against the fewer of the two, found in sorted lists. Without these, 10,000 locks would take
 * 50,000,000 comparisons.
 *
 * @returns for each lock with conflicts the other ones (at most 20), each once, by name of file
 */
export function findConflicts(entries: readonly LockEntry[]): Map<LockEntry, LockEntry[]> {
  const found = new Map<LockEntry, Set<LockEntry>>();
  const meet = (a: LockEntry, b: LockEntry) => {
    if (a.fields.agent_id === b.fields.agent_id) return;
    add(found, a, b);
    add(found, b, a);
  };
  const byPath = groupByPath(entries);
  for (const equal of byPath.values()) {
    for (const [i, a] of equal.entries()) for (const b of equal.slice(i + 1)) meet(a, b);
  }
  const patterns = [...byPath.keys()].filter(hasPatternCharacters);
  if (patterns.length > 0) {
    const index = new PathIndex([...byPath.keys()]);
    for (const text of patterns) {
      const pattern = compilePattern(text);
      for (const path of index.candidates(text)) {
        if (path === text || !matchesPattern(pattern, path)) continue;
        for (const a of byPath.get(text) ?? []) for (const b of byPath.get(path) ?? []) meet(a, b);
      }
    }
  }
  return new Map([...found].map(([entry, others]) => [entry, [...others].sort(byLockFile)]));
}

function groupByPath(entries: readonly LockEntry[]): Map<string, LockEntry[]> {
  const byPath = new Map<string, LockEntry[]>();
  for (const entry of entries) {
    const { filepath } = entry.fields;
    if (typeof filepath !== 'string') continue;
    const equal = byPath.get(filepath);
    if (equal) equal.push(entry);
    else byPath.set(filepath, [entry]);
  }
  return byPath;
}

/** Orders locks by the name of their file. */
export function byLockFile(a: Pick<LockEntry, 'lock_file'>, b: Pick<LockEntry, 'lock_file'>): number {
  return a.lock_file < b.lock_file ? -1 : a.lock_file > b.lock_file ? 1 : 0;
}

function add(found: Map<LockEntry, Set<LockEntry>>, entry: LockEntry, other: LockEntry): void {
  const others = found.get(entry);
  if (others && others.size >= MAX_CONFLICTS) return;
  if (others) others.add(other);
  else found.set(entry, new Set([other]));
}

/** Paths by how they begin and by how they end. */
class PathIndex {
  readonly #forward: string[];
  readonly #backward: string[];

  constructor(paths: readonly string[]) {
    this.#forward = [...paths].sort();
    this.#backward = paths.map(reversed).sort();
  }

  /** @returns the paths that begin and end as the pattern does, and more */
  candidates(pattern: string): string[] {
    const prefix = pattern.slice(0, pattern.search(/[*?[]/));
    // After the last `*`, `?` or `]` every character stands for itself; so does an unclosed `[`, but not safely.
    const suffix = /[^*?[\]]*$/.exec(pattern)?.[0] ?? '';
    const begins = range(this.#forward, prefix);
    const ends = range(this.#backward, reversed(suffix));
    if (begins.to - begins.from <= ends.to - ends.from) return this.#forward.slice(begins.from, begins.to);
    return this.#backward.slice(ends.from, ends.to).map(reversed);
  }
}

/** Reversed by UTF-16 units: that keeps equality, and twice gives the text again. */
function reversed(text: string): string {
  return text.split('').reverse().join('');
}

/** @returns where in a sorted list the texts with a prefix stand */
function range(sorted: readonly string[], prefix: string): { from: number; to: number } {
  const from = firstIndex(sorted, (text) => text >= prefix);
  const to = firstIndex(sorted, (text) => text >= prefix && !text.startsWith(prefix));
  return { from, to };
}

/** @returns the first index at which a condition holds that holds for all later ones; the length if there is none */
function firstIndex(sorted: readonly string[], holds: (text: string) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(sorted[middle] as string)) high = middle;
    else low = middle + 1;
  }
  return low;
}
