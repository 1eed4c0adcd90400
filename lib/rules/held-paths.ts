/** Finds which lock of a holder covers a path, by the rule of the swarm's tool, for many paths and within a bound. */

import {
  type CompiledPattern,
  comparisonSteps,
  compilePattern,
  hasPatternCharacters,
  isTooLongForPattern,
  matchesPattern,
} from '../contract/fnmatch';
import { normalizeLockPath } from '../contract/lock-path';
import type { HeldLock } from '../contract/schemas';
import type { StepBudget } from './step-budget';

interface HeldPattern {
  lock: HeldLock;
  pattern: CompiledPattern;
}

export class HeldPaths {
  readonly #locks: readonly HeldLock[];
  readonly #budget: StepBudget;
  readonly #byPath = new Map<string, HeldLock>();
  readonly #patternTexts: [lock: HeldLock, text: string][] = [];
  /** Compiled when first compared. */
  readonly #patterns: HeldPattern[] = [];

  /**
   * @param locks of one holder
   * @param budget bounds all comparisons, together with those of other holders
   */
  constructor(locks: readonly HeldLock[], budget: StepBudget) {
    this.#locks = locks;
    this.#budget = budget;
    for (const lock of locks) {
      const { filepath } = lock;
      if (typeof filepath !== 'string') continue;
      const path = normalizeLockPath(filepath);
      if (!this.#byPath.has(path)) this.#byPath.set(path, lock);
      if (hasPatternCharacters(filepath) && !isTooLongForPattern(filepath)) this.#patternTexts.push([lock, filepath]);
    }
  }

  /**
   * @returns the lock of the path itself, else the first that overlaps it; `unknown` where the budget was spent before
   */
  lockOn(path: string): HeldLock | 'unknown' | null {
    return this.#byPath.get(normalizeLockPath(path)) ?? this.#patternOn(path) ?? this.#matchedBy(path);
  }

  #patternOn(path: string): HeldLock | 'unknown' | null {
    for (const [index, [lock, text]] of this.#patternTexts.entries()) {
      if (this.#budget.isSpent) return 'unknown';
      const known = this.#patterns[index] ?? this.#compile(lock, text);
      this.#budget.spend(comparisonSteps(known.pattern, path.length));
      if (matchesPattern(known.pattern, path)) return known.lock;
    }
    return null;
  }

  #compile(lock: HeldLock, text: string): HeldPattern {
    this.#budget.spend(50 * text.length);
    const held = { lock, pattern: compilePattern(text) };
    this.#patterns.push(held);
    return held;
  }

  #matchedBy(path: string): HeldLock | 'unknown' | null {
    if (!hasPatternCharacters(path) || isTooLongForPattern(path)) return null;
    const pattern = compilePattern(path);
    this.#budget.spend(50 * path.length);
    for (const lock of this.#locks) {
      if (this.#budget.isSpent) return 'unknown';
      if (typeof lock.filepath !== 'string') continue;
      this.#budget.spend(comparisonSteps(pattern, lock.filepath.length));
      if (matchesPattern(pattern, lock.filepath)) return lock;
    }
    return null;
  }
}
