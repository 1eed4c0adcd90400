/** Finds which locks of different holders overlap, by the rule with which the swarm's tool refuses a lock. */

import { comparisonSteps, compilePattern, isTooLongForPattern, matchesPattern } from '../contract/fnmatch';
import type { LockEntry } from '../sources/claudeswarm/lock-entry';
import { byLockFile } from '../sources/claudeswarm/lock-entry';
import {
  certainBegin,
  folderOfPattern,
  groupByFolder,
  groupByPath,
  isPattern,
  MAX_CONFLICTS,
  type PathGroup,
} from './path-groups';
import { finish, StepBudget } from './step-budget';

/** About a second of work. 1,000 patterns of everything take a tenth of it with 10,000 paths. */
export const MAX_COMPARISON_STEPS = 1_000_000_000;

/** The result of a comparison of many locks. */
export interface LockConflicts {
  /**
   * The locks of other holders that overlap a lock, at most 20, each once, by name of file; locks with none are absent.
   */
  found: ReadonlyMap<LockEntry, readonly LockEntry[]>;
  /** Locks that were not compared with all others, because that takes too long: their overlaps may be incomplete. */
  unknown: ReadonlySet<LockEntry>;
}

export const NO_CONFLICTS: LockConflicts = { found: new Map(), unknown: new Set() };

interface ComparisonOptions {
  /** The path by which a lock is compared; that of its file if absent. */
  pathOf?: (entry: LockEntry) => unknown;
  maxSteps?: number;
}

/** @returns the result of `compareLocks`, computed in this turn of the event loop */
export function findConflicts(entries: readonly LockEntry[], options?: ComparisonOptions): LockConflicts {
  return finish(compareLocks(entries, options));
}

/**
 * Finds the locks of other holders that overlap each lock, a little at each step.
 *
 * Equal literal paths are found with a map. A pattern is compared with the paths below the folder that it begins with.
 * Otherwise 10,000 locks would take 50,000,000 comparisons. The shortest patterns come first, so that patterns made to
 * be slow prevent no comparison of ordinary ones.
 *
 * @returns a generator that pauses about every 0.1 ms; the same locks in the same order give the same result
 */
export function* compareLocks(
  entries: readonly LockEntry[],
  { pathOf = pathOfFile, maxSteps = MAX_COMPARISON_STEPS }: ComparisonOptions = {},
): Generator<void, LockConflicts> {
  const budget = new StepBudget(maxSteps);
  const meetings = new Meetings(budget);
  const groups = yield* groupByPath(entries, pathOf, budget);
  for (const group of groups) if (group.entries.length > 1) yield* meetings.meet(group, group);
  const unknown = new Set<LockEntry>();
  const patterns = patternsOf(groups);
  if (patterns.length > 0) {
    const byFolder = yield* groupByFolder(groups, new Set(patterns.map(({ text }) => folderOfPattern(text))), budget);
    const left = yield* comparePatterns(patterns, byFolder, meetings, budget);
    yield* addUncompared(left, byFolder, unknown);
  }
  return { found: meetings.sorted(), unknown };
}

function pathOfFile({ fields }: LockEntry): unknown {
  return fields.filepath;
}

/** @returns the patterns, the shortest first */
function patternsOf(groups: readonly PathGroup[]): PathGroup[] {
  return groups
    .filter((group) => isPattern(group) && !isTooLongForPattern(group.text))
    .sort((one, other) => one.text.length - other.text.length || (one.text < other.text ? -1 : 1));
}

/** @returns the patterns that were not compared with all paths */
function* comparePatterns(
  patterns: readonly PathGroup[],
  byFolder: ReadonlyMap<string, readonly PathGroup[]>,
  meetings: Meetings,
  budget: StepBudget,
): Generator<void, readonly PathGroup[]> {
  for (const [index, group] of patterns.entries()) {
    const begin = certainBegin(group.text);
    const pattern = compilePattern(group.text);
    if (budget.spend(500 + 50 * group.text.length)) yield;
    for (const other of byFolder.get(folderOfPattern(group.text)) ?? []) {
      if (budget.isSpent) return patterns.slice(index);
      if (other === group || (group.isFull && other.isFull)) continue;
      const begins = other.text.startsWith(begin);
      if (budget.spend(begins ? comparisonSteps(pattern, other.text.length) : 20)) yield;
      if (begins && matchesPattern(pattern, other.text)) yield* meetings.meet(group, other);
    }
  }
  return [];
}

function* addUncompared(
  patterns: readonly PathGroup[],
  byFolder: ReadonlyMap<string, readonly PathGroup[]>,
  unknown: Set<LockEntry>,
): Generator<void> {
  for (const folder of new Set(patterns.map(({ text }) => folderOfPattern(text)))) {
    for (const { entries } of byFolder.get(folder) ?? []) for (const entry of entries) unknown.add(entry);
    yield;
  }
}

/** Collects for each lock those that it overlaps. */
class Meetings {
  readonly #found = new Map<LockEntry, Set<LockEntry>>();
  readonly #budget: StepBudget;

  constructor(budget: StepBudget) {
    this.#budget = budget;
  }

  /** Notes that two paths overlap, or that one path has several locks. */
  *meet(one: PathGroup, other: PathGroup): Generator<void> {
    yield* this.#add(one, other);
    if (other !== one) yield* this.#add(other, one);
  }

  *#add(group: PathGroup, others: PathGroup): Generator<void> {
    if (group.isFull) return;
    let isFull = true;
    for (const entry of group.entries) {
      const found = this.#found.get(entry) ?? new Set();
      for (const other of others.ofOthers(entry.fields.agent_id)) {
        if (found.size === MAX_CONFLICTS) break;
        if (found.add(other).size === 1) this.#found.set(entry, found);
      }
      isFull &&= found.size === MAX_CONFLICTS;
      if (this.#budget.spend(500)) yield;
    }
    group.isFull = isFull;
  }

  sorted(): Map<LockEntry, readonly LockEntry[]> {
    return new Map([...this.#found].map(([entry, others]) => [entry, [...others].sort(byLockFile)]));
  }
}
