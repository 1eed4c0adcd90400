/**
 * The overlaps of locks, kept up to date as locks come and go: a change costs a comparison with every pattern, and only a
 * changed pattern one with every path. `findConflicts` finds the same for all locks at once.
 */
import { compilePattern, hasPatternCharacters, matchesPattern, type Pattern } from './fnmatch';
import { byLockFile, findConflicts, MAX_CONFLICTS } from './lock-conflicts';
import type { LockEntry } from './lock-entry';

/** From so many changes at once on, all overlaps are found anew, which then costs less. */
const MAX_SINGLE_CHANGES = 50;

/** A pattern, and what every path that it matches begins and ends with: most paths are refused by that alone. */
interface HeldPattern {
  pattern: Pattern;
  begins: string;
  ends: string;
}

const NONE: readonly LockEntry[] = [];

export class ConflictIndex {
  /** The entries of a path; mostly one, and then without an array of its own. */
  readonly #byPath = new Map<string, LockEntry | LockEntry[]>();
  readonly #patterns = new Map<string, HeldPattern>();
  #found = new Map<LockEntry, readonly LockEntry[]>();

  /** @returns the locks of other holders that overlap a lock, by name of file, at most 20 */
  of(entry: LockEntry): readonly LockEntry[] {
    return this.#found.get(entry) ?? NONE;
  }

  /**
   * Takes locks out and adds others.
   *
   * @param all every lock after the change
   * @returns the locks whose overlaps are different now, also those that were added and have some
   */
  update(removed: readonly LockEntry[], added: readonly LockEntry[], all: readonly LockEntry[]): Set<LockEntry> {
    for (const entry of removed) this.#drop(entry);
    for (const entry of added) this.#add(entry);
    if (removed.length + added.length > MAX_SINGLE_CHANGES) return this.#findAll(all);
    const changed = new Set<LockEntry>();
    const gone = new Set(removed);
    for (const entry of removed) this.#found.delete(entry);
    for (const [entry, others] of removed.length === 0 ? [] : this.#found) {
      if (others.some((other) => gone.has(other))) this.#set(entry, this.#overlapping(entry), changed);
    }
    for (const entry of added) {
      const others = this.#overlapping(entry);
      this.#set(entry, others, changed);
      for (const other of others) {
        const known = this.of(other);
        if (known.length < MAX_CONFLICTS && !known.includes(entry)) this.#set(other, [...known, entry], changed);
      }
    }
    return changed;
  }

  #findAll(all: readonly LockEntry[]): Set<LockEntry> {
    const before = this.#found;
    this.#found = findConflicts(all);
    const changed = new Set<LockEntry>();
    for (const [entry, others] of this.#found) if (!sameEntries(before.get(entry) ?? NONE, others)) changed.add(entry);
    for (const entry of before.keys()) if (!this.#found.has(entry)) changed.add(entry);
    return changed;
  }

  #set(entry: LockEntry, others: readonly LockEntry[], changed: Set<LockEntry>): void {
    const kept = others.toSorted(byLockFile).slice(0, MAX_CONFLICTS);
    if (sameEntries(this.of(entry), kept)) return;
    if (kept.length === 0) this.#found.delete(entry);
    else this.#found.set(entry, kept);
    changed.add(entry);
  }

  #add(entry: LockEntry): void {
    const path = pathOf(entry);
    if (path === null) return;
    const equal = this.#byPath.get(path);
    this.#byPath.set(path, equal === undefined ? entry : [equal, entry].flat());
    if (hasPatternCharacters(path) && !this.#patterns.has(path)) this.#patterns.set(path, heldPattern(path));
  }

  #drop(entry: LockEntry): void {
    const path = pathOf(entry);
    if (path === null) return;
    const left = this.#entriesOf(path).filter((other) => other !== entry);
    if (left.length > 0) this.#byPath.set(path, left.length === 1 ? (left[0] as LockEntry) : left);
    else {
      this.#byPath.delete(path);
      this.#patterns.delete(path);
    }
  }

  #entriesOf(path: string): readonly LockEntry[] {
    const found = this.#byPath.get(path);
    return found === undefined ? NONE : Array.isArray(found) ? found : [found];
  }

  /** All of them, however many. */
  #overlapping(entry: LockEntry): LockEntry[] {
    const path = pathOf(entry);
    if (path === null) return [];
    const paths = new Set([path]);
    for (const [text, pattern] of this.#patterns) if (matches(pattern, path)) paths.add(text);
    const own = this.#patterns.get(path);
    if (own) for (const other of this.#byPath.keys()) if (matches(own, other)) paths.add(other);
    const others = [...paths].flatMap((one) => this.#entriesOf(one));
    return others.filter((other) => other.fields.agent_id !== entry.fields.agent_id);
  }
}

function heldPattern(text: string): HeldPattern {
  const begins = text.slice(0, text.search(/[*?[]/));
  // After the last `*`, `?` or `]` every character stands for itself; so does an unclosed `[`, but not safely.
  const ends = /[^*?[\]]*$/.exec(text)?.[0] ?? '';
  return { pattern: compilePattern(text), begins, ends };
}

function matches({ pattern, begins, ends }: HeldPattern, path: string): boolean {
  return path.startsWith(begins) && path.endsWith(ends) && matchesPattern(pattern, path);
}

function pathOf({ fields }: LockEntry): string | null {
  return typeof fields.filepath === 'string' ? fields.filepath : null;
}

function sameEntries(some: readonly LockEntry[], others: readonly LockEntry[]): boolean {
  return some.length === others.length && some.every((entry, index) => entry === others[index]);
}
