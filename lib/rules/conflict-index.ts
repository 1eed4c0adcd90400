/**
 * Updates the overlaps of all locks after a few of them changed: such a change costs a comparison with every pattern,
 * and only a changed pattern costs one with every path. `compareLocks` finds the same for all locks at once.
 */
import {
  type CompiledPattern,
  comparisonSteps,
  compilePattern,
  hasPatternCharacters,
  isTooLongForPattern,
  matchesPattern,
} from '../contract/fnmatch';
import type { LockEntry } from '../sources/claudeswarm/lock-entry';
import { byLockFile } from '../sources/claudeswarm/lock-entry';
import { certainBegin, MAX_CONFLICTS } from './path-groups';
import { StepBudget } from './step-budget';

/** Larger changes are compared in slices, together with all other locks. About 10 ms. */
const MAX_STEPS = 10_000_000;

const NONE: readonly LockEntry[] = [];

type Found = ReadonlyMap<LockEntry, readonly LockEntry[]>;

interface HeldPattern {
  compiled: CompiledPattern;
  begin: string;
}

export class ConflictIndex {
  /** The entries of a path; mostly one, which then has no array of its own. */
  readonly #byPath = new Map<string, LockEntry | LockEntry[]>();
  readonly #patterns = new Map<string, HeldPattern>();

  /** Removes some locks and adds others. */
  change(removed: readonly LockEntry[], added: readonly LockEntry[]): void {
    for (const entry of removed) this.#drop(entry);
    for (const entry of added) this.#add(entry);
  }

  /**
   * Finds the overlaps after the last call of `change`.
   *
   * @param found the overlaps before it
   * @returns null where that takes too long for one turn of the event loop
   */
  found(found: Found, removed: readonly LockEntry[], added: readonly LockEntry[]): Found | null {
    const budget = new StepBudget(MAX_STEPS);
    const now = new Map(found);
    const gone = new Set(removed);
    for (const entry of removed) now.delete(entry);
    if (gone.size > 0) {
      for (const [entry, others] of now) {
        if (others.some((other) => gone.has(other))) set(now, entry, this.#overlapping(entry, budget));
      }
    }
    for (const entry of added) {
      const others = this.#overlapping(entry, budget);
      set(now, entry, others);
      for (const other of others) {
        const known = now.get(other) ?? NONE;
        if (known.length < MAX_CONFLICTS && !known.includes(entry)) set(now, other, [...known, entry]);
      }
      if (budget.isSpent) return null;
    }
    return budget.isSpent ? null : now;
  }

  /** @returns the locks of a path, of any holder */
  entriesAt(path: string): readonly LockEntry[] {
    const found = this.#byPath.get(path);
    return found === undefined ? NONE : Array.isArray(found) ? found : [found];
  }

  #add(entry: LockEntry): void {
    const path = pathOf(entry);
    if (path === null) return;
    const equal = this.#byPath.get(path);
    this.#byPath.set(path, equal === undefined ? entry : [equal, entry].flat());
    if (!hasPatternCharacters(path) || isTooLongForPattern(path) || this.#patterns.has(path)) return;
    this.#patterns.set(path, { compiled: compilePattern(path), begin: certainBegin(path) });
  }

  #drop(entry: LockEntry): void {
    const path = pathOf(entry);
    if (path === null) return;
    const left = this.entriesAt(path).filter((other) => other !== entry);
    if (left.length > 0) this.#byPath.set(path, left.length === 1 ? (left[0] as LockEntry) : left);
    else {
      this.#byPath.delete(path);
      this.#patterns.delete(path);
    }
  }

  /** Yields all of them, or some where the budget is spent. */
  #overlapping(entry: LockEntry, budget: StepBudget): LockEntry[] {
    const path = pathOf(entry);
    if (path === null) return [];
    const paths = new Set([path]);
    for (const [text, pattern] of this.#patterns) if (matches(pattern, path, budget)) paths.add(text);
    const own = this.#patterns.get(path);
    if (own) for (const other of this.#byPath.keys()) if (matches(own, other, budget)) paths.add(other);
    const others: LockEntry[] = [];
    for (const one of paths) {
      for (const other of this.entriesAt(one)) if (other.fields.agent_id !== entry.fields.agent_id) others.push(other);
    }
    budget.spend(others.length * 100);
    return others;
  }
}

function set(found: Map<LockEntry, readonly LockEntry[]>, entry: LockEntry, others: readonly LockEntry[]): void {
  if (others.length === 0) found.delete(entry);
  else found.set(entry, others.toSorted(byLockFile).slice(0, MAX_CONFLICTS));
}

function matches({ compiled, begin }: HeldPattern, path: string, budget: StepBudget): boolean {
  const begins = path.startsWith(begin);
  budget.spend(begins ? comparisonSteps(compiled, path.length) : 20);
  return begins && !budget.isSpent && matchesPattern(compiled, path);
}

function pathOf({ fields }: LockEntry): string | null {
  return typeof fields.filepath === 'string' ? fields.filepath : null;
}
