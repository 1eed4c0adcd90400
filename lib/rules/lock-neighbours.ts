/** The overlaps of one lock that was not compared with all others yet, because its file was read just now. */
import {
  type CompiledPattern,
  comparisonSteps,
  compilePattern,
  hasPatternCharacters,
  matchesPattern,
} from '../contract/fnmatch';
import type { LockEntry } from '../sources/claudeswarm/lock-entry';
import { MAX_CONFLICTS } from './path-groups';
import { StepBudget } from './step-budget';

/** About 2 ms. */
const MAX_STEPS = 2_000_000;

/** The locks of other holders that overlap one; `complete` is false if it was not compared with all. */
export interface Neighbours {
  conflicts: readonly LockEntry[];
  complete: boolean;
}

/** Compares one lock with others, in this turn of the event loop. */
export function findNeighbours(entry: LockEntry, others: Iterable<LockEntry>, maxSteps = MAX_STEPS): Neighbours {
  const { filepath, agent_id } = entry.fields;
  if (typeof filepath !== 'string') return { conflicts: [], complete: true };
  const budget = new StepBudget(maxSteps);
  const own = hasPatternCharacters(filepath) ? compilePattern(filepath) : null;
  const conflicts: LockEntry[] = [];
  for (const other of others) {
    if (budget.isSpent) return { conflicts, complete: false };
    const path = other.fields.filepath;
    budget.spend(20);
    if (typeof path !== 'string' || other.fields.agent_id === agent_id || other.lock_file === entry.lock_file) continue;
    if (overlaps(filepath, own, path, budget) && conflicts.push(other) === MAX_CONFLICTS) break;
  }
  return { conflicts, complete: true };
}

function overlaps(path: string, pattern: CompiledPattern | null, other: string, budget: StepBudget): boolean {
  if (path === other) return true;
  if (pattern !== null) {
    budget.spend(comparisonSteps(pattern, other.length));
    if (matchesPattern(pattern, other)) return true;
  }
  if (!hasPatternCharacters(other)) return false;
  const compiled = compilePattern(other);
  budget.spend(50 * other.length + comparisonSteps(compiled, path.length));
  return matchesPattern(compiled, path);
}
