/** Finds the locks that other agents want: they wait for the file, ask for it, or hold a lock that overlaps it. */

import { formatCursor } from '../contract/events';
import { comparisonSteps, compilePattern, hasPatternCharacters, matchesPattern } from '../contract/fnmatch';
import { normalizeLockPath } from '../contract/lock-path';
import type { HeldLock } from '../contract/schemas';
import type { AttentionFacts } from './attention-facts';
import { overlapPairs } from './lock-overlaps';
import { StepBudget } from './step-budget';
import { valueText } from './wording';

/** One reason why a lock is wanted. */
export interface Want {
  /** The agent that wants it. */
  agent: string;
  /** The end of a sentence: `agent-2 waits for src/a.ts`. */
  words: string;
  /** Cursors of the messages that ask for it. */
  messages: string[];
}

/** The largest number of reasons kept for one lock; an item names fewer. */
const MAX_WANTS = 50;
/** Many locks of one file are very many pairs; each lock has its first reasons long before the last pair. */
const MAX_OVERLAP_PAIRS = 20_000;

/** @returns for each lock file that another agent wants the reasons, at most one for each kind and agent */
export function wantedLocks(locks: readonly HeldLock[], facts: AttentionFacts): Map<string, Want[]> {
  const wanted = new Map<string, Want[]>();
  const byFile = new Map(namedLocks(locks, facts).map((lock) => [lock.lock_file, lock]));
  const add = (lock: HeldLock | undefined, agent: string, verb: string, messages: string[] = []) => {
    if (lock === undefined || agent === valueText(lock.agent_id)) return;
    const wants = wanted.get(lock.lock_file) ?? [];
    if (wants.length === MAX_WANTS) return;
    const words = `${agent} ${verb} ${valueText(lock.filepath)}`;
    if (!wants.some((want) => want.words === words)) wants.push({ agent, words, messages });
    wanted.set(lock.lock_file, wants);
  };
  for (const { kind, weak, from, evidence } of facts.waiting.edges) {
    // Of two overlapping locks both are wanted; they are added below.
    if (weak || kind === 'lock_overlap') continue;
    for (const file of evidence.locks) add(byFile.get(file), from, 'waits for');
  }
  addAskedFor(locks, facts, add);
  let pairs = 0;
  for (const overlap of facts.overlaps) {
    if (![overlap.lock, ...overlap.others].some(({ lock_file }) => byFile.has(lock_file))) continue;
    for (const [one, other] of overlapPairs(overlap)) {
      if (++pairs > MAX_OVERLAP_PAIRS) break;
      add(byFile.get(one.lock_file), valueText(other.agent_id), overlapVerb(other.filepath));
      add(byFile.get(other.lock_file), valueText(one.agent_id), overlapVerb(one.filepath));
    }
  }
  for (const lock of locks) {
    for (const { agent_id, filepath } of lock.conflicts_with) add(lock, valueText(agent_id), overlapVerb(filepath));
  }
  return wanted;
}

/**
 * @returns the locks that others wait for or overlap: these are few, and a map of all locks would be built at every
 * change
 */
function namedLocks(locks: readonly HeldLock[], { waiting, overlaps }: AttentionFacts): HeldLock[] {
  const named = new Set(waiting.edges.flatMap(({ evidence }) => evidence.locks));
  for (const { lock, others } of overlaps) for (const one of [lock, ...others]) named.add(one.lock_file);
  return named.size === 0 ? [] : locks.filter(({ lock_file }) => named.has(lock_file));
}

function overlapVerb(filepath: unknown): string {
  return `holds ${valueText(filepath)}, which overlaps`;
}

/** A word of an open question, and its asker. */
interface Asked {
  sender: string;
  cursor: string;
}

/** Finds open questions whose text names the path of a lock, or a path that its pattern covers. */
function addAskedFor(
  locks: readonly HeldLock[],
  { unresolved }: AttentionFacts,
  add: (lock: HeldLock | undefined, agent: string, verb: string, messages: string[]) => void,
): void {
  if (unresolved.questions.length === 0) return;
  const paths = new Set(locks.map(({ filepath }) => filepath));
  const askedBy = new Map<string, Asked[]>();
  for (const { sender, text, seqs } of unresolved.questions) {
    const cursor = formatCursor(unresolved.epoch, seqs[0] ?? 0);
    for (const path of pathsIn(text, paths)) {
      const asked = askedBy.get(path) ?? [];
      asked.push({ sender, cursor });
      askedBy.set(path, asked);
    }
  }
  for (const [lock, path] of coveredPaths(locks, [...askedBy.keys()].sort())) {
    for (const { sender, cursor } of askedBy.get(path) ?? []) add(lock, sender, 'asks for', [cursor]);
  }
}

/** About 20 ms. Beyond that a question counts only for exactly the path that it names. */
const MAX_STEPS = 20_000_000;

/** @returns each lock with each of the paths that it covers, by the rule of the swarm's tool */
function* coveredPaths(
  locks: readonly HeldLock[],
  paths: readonly string[],
): Generator<[lock: HeldLock, path: string]> {
  const budget = new StepBudget(MAX_STEPS);
  const asked = new Set(paths);
  const askedPatterns = paths.filter(hasPatternCharacters).map((path) => ({ path, pattern: compilePattern(path) }));
  for (const lock of locks) {
    const { filepath } = lock;
    if (typeof filepath !== 'string') continue;
    if (asked.has(filepath)) yield [lock, filepath];
    if (budget.isSpent) continue;
    const pattern = hasPatternCharacters(filepath) ? compilePattern(filepath) : null;
    budget.spend(pattern ? 50 * filepath.length : 0);
    for (const path of pattern ? paths : []) {
      budget.spend(pattern ? comparisonSteps(pattern, path.length) : 0);
      if (pattern && path !== filepath && !budget.isSpent && matchesPattern(pattern, path)) yield [lock, path];
    }
    for (const { path, pattern: askedPattern } of askedPatterns) {
      budget.spend(comparisonSteps(askedPattern, filepath.length));
      if (path !== filepath && !budget.isSpent && matchesPattern(askedPattern, filepath)) yield [lock, path];
    }
  }
}

const WORD_ENDS = /^[\s"'`(<[{*_~]+|[\s"'`)>\]}*_~.,:;!?…]+$/g;

/** A word with a slash or a dot may be a path that a pattern covers: `*` would otherwise cover every word. */
const LIKE_A_PATH = /[^/]\/[^/]|\w\.\w{2,8}$/;

/** @returns the words of a text that are one of the held paths, or that may be paths below a held pattern */
function pathsIn(text: string, held: ReadonlySet<unknown>): Set<string> {
  const found = new Set<string>();
  for (const word of text.split(/\s+/)) {
    for (const form of [word, word.replace(WORD_ENDS, '')]) {
      const path = form === '' ? '' : normalizeLockPath(form);
      // A word with `*` that is not a held path is markup, or would match files that were not asked for.
      if (held.has(path) || (LIKE_A_PATH.test(path) && !hasPatternCharacters(path))) found.add(path);
    }
  }
  return found;
}
