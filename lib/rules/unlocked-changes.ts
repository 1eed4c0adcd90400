/**
 * Attention items about files that were changed in the folder of an agent without a lock of its own, while another agent
 * held one on the same path. Concluded only from what git said within the last minute, from files that were written
 * after the lock was taken, and where the holder of the lock is known to work in another folder.
 */
import { join, relative } from 'node:path/posix';
import {
  type CompiledPattern,
  comparisonSteps,
  compilePattern,
  hasPatternCharacters,
  isTooLongForPattern,
  matchesPattern,
} from '../contract/fnmatch';
import type { GitChange, GitFolder } from '../contract/git-schemas';
import { formatInstant } from '../contract/instant';
import { normalizeLockPath } from '../contract/lock-path';
import type { HeldLock } from '../contract/schemas';
import type { AttentionFacts, AttentionItem, GitFacts } from './attention-facts';
import { StepBudget } from './step-budget';
import { valueText, wordList } from './wording';

/** What git said is no evidence after this. */
const FRESH_MS = 60_000;
const MAX_FACTS = 10;
/** Bounds all comparisons of one evaluation, about 20 ms. */
const MAX_STEPS = 2_000_000;

interface Finding {
  folder: GitFolder;
  lock: HeldLock;
  /** Each with its path as locks spell it. */
  changes: { path: string; at: number }[];
}

/** @returns one item for each lock and each folder in which files under it were changed */
export function unlockedChangeItems({ git, locks, time }: AttentionFacts): AttentionItem[] {
  const fresh = (git?.folders ?? []).filter(({ read_at, place, changes }) => {
    return place !== 'outside' && changes.length > 0 && !time.isPast(Date.parse(read_at) + FRESH_MS);
  });
  if (git === undefined || fresh.length === 0) return [];
  const held = new HoldingLocks(locks);
  const placed = new Set<unknown>(git.folders.flatMap(({ agents }) => agents.map(({ id }) => id)));
  return fresh.flatMap((folder) => findingsIn(folder, git, held, placed)).map(toItem);
}

/** The locks that hold: one that is stale, or whose holder is gone, keeps nobody off. */
class HoldingLocks {
  readonly #byPath = new Map<string, HeldLock[]>();
  readonly #patterns: { lock: HeldLock; pattern: CompiledPattern }[] = [];
  readonly #budget = new StepBudget(MAX_STEPS);

  constructor(locks: readonly HeldLock[]) {
    for (const lock of locks) {
      const { agent_id, filepath, stale, orphaned, former_holder } = lock;
      if (typeof agent_id !== 'string' || typeof filepath !== 'string') continue;
      if (stale !== false || orphaned !== false || former_holder !== null) continue;
      const path = normalizeLockPath(filepath);
      const known = this.#byPath.get(path);
      if (known) known.push(lock);
      else this.#byPath.set(path, [lock]);
      this.#addPattern(lock, filepath);
    }
  }

  #addPattern(lock: HeldLock, text: string): void {
    if (!hasPatternCharacters(text) || isTooLongForPattern(text) || this.#budget.isSpent) return;
    this.#budget.spend(50 * text.length);
    this.#patterns.push({ lock, pattern: compilePattern(text) });
  }

  /** @returns the locks that cover a path; null where too much was compared before to know all of them */
  on(path: string): HeldLock[] | null {
    const found = [...(this.#byPath.get(path) ?? [])];
    for (const { lock, pattern } of this.#patterns) {
      if (this.#budget.isSpent) break;
      this.#budget.spend(comparisonSteps(pattern, path.length));
      if (matchesPattern(pattern, path) && !found.includes(lock)) found.push(lock);
    }
    return this.#budget.isSpent ? null : found;
  }
}

/** @param placed the agents whose folders are known */
function findingsIn(
  folder: GitFolder,
  { below }: GitFacts,
  held: HoldingLocks,
  placed: ReadonlySet<unknown>,
): Finding[] {
  const inFolder = new Set<unknown>(folder.agents.map(({ id }) => id));
  // Whoever works nobody knows where may have changed it, too.
  const mayBeOwn = ({ agent_id }: HeldLock) => inFolder.has(agent_id) || !placed.has(agent_id);
  const byLock = new Map<HeldLock, Finding>();
  for (const change of folder.changes) {
    const found = changeIn(change, below);
    const locks = found === null ? null : held.on(found.path);
    // Whoever of several agents in one folder changed it: a lock of any of them is taken for its own.
    if (found === null || locks === null || locks.some(mayBeOwn)) continue;
    for (const lock of locks) {
      if (!isAfter(found.at, lock)) continue;
      const finding = byLock.get(lock) ?? { folder, lock, changes: [] };
      finding.changes.push(found);
      byLock.set(lock, finding);
    }
  }
  return [...byLock.values()];
}

/** @returns null for a file outside the swarm's root, and where it is not known when it was written */
function changeIn({ path, changed_at }: GitChange, below: string): { path: string; at: number } | null {
  const inRoot = below === '' ? path : relative(below, path);
  if (changed_at === null || inRoot === '' || inRoot.startsWith('..')) return null;
  return { path: inRoot, at: Date.parse(changed_at) };
}

function isAfter(at: number, { acquired_at }: HeldLock): boolean {
  return acquired_at !== null && at >= Date.parse(acquired_at);
}

function toItem({ folder, lock, changes }: Finding): AttentionItem {
  const { top, agents, branch, read_at } = folder;
  const names = agents.map(({ id }) => id);
  const holder = valueText(lock.agent_id);
  const [first] = changes as [Finding['changes'][number]];
  const paths = wordList(changes.map(({ path }) => path));
  const [were, it] = changes.length === 1 ? ['was', 'it'] : ['were', 'them'];
  const nobody = names.length === 1 ? `which has no lock on ${it}` : `none of which has a lock on ${it}`;
  return {
    kind: 'unlocked_change',
    key: `${lock.lock_file}:${top}`,
    severity: 'notice',
    since: Math.min(...changes.map(({ at }) => at)),
    subject: first.path,
    agent: names.join(', '),
    reason: `${paths} ${were} changed in the folder of ${wordList(names)}, ${nobody}, while ${holder} has one.`,
    why: {
      rule:
        'A file is listed that git calls changed in the folder of an agent without a lock on it, if it was written after ' +
        'an agent that works in another folder took a lock on that path. Only what git said within the last minute counts, so the item is gone ' +
        'when nobody requests it any more.',
      facts: [
        ...changes
          .slice(0, MAX_FACTS)
          .map(({ path, at }) => `${path} was written at ${formatInstant(at)} in ${join(top, '/')}.`),
        `${holder} took ${valueText(lock.filepath)} at ${lock.acquired_at}.`,
        ...(names.length > 1 ? [`Which of ${wordList(names)} changed it is not known.`] : []),
        `Git was asked at ${read_at}${branch === null ? '' : `; the branch is ${branch}`}.`,
      ],
      threshold: null,
      setting: null,
    },
    evidence: { agents: [...names, holder], locks: [lock.lock_file] },
  };
}
