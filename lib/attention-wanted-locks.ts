/** Which locks other agents want: they wait for the file, ask for it, or hold a lock that overlaps it. */
import type { AttentionFacts } from './attention-facts';
import { textOf } from './attention-words';
import { formatCursor } from './contract/events';
import type { Lock } from './contract/schemas';
import { hasPatternCharacters } from './swarm/fnmatch';
import { findConflicts } from './swarm/lock-conflicts';
import { type LockEntry, normalizeLockPath } from './swarm/lock-entry';
import { overlapPairs } from './swarm/lock-overlaps';

/** One reason why a lock is wanted. */
export interface Want {
  /** The agent that wants it. */
  agent: string;
  /** The end of a sentence: `agent-2 waits for src/a.ts`. */
  words: string;
  /** Cursors of the messages that ask for it. */
  messages: string[];
}

/** @returns for each lock file that another agent wants the reasons, at most one for each kind and agent */
export function wantedLocks(locks: readonly Lock[], facts: AttentionFacts): Map<string, Want[]> {
  const wanted = new Map<string, Want[]>();
  const byFile = new Map(locks.map((lock) => [lock.lock_file, lock]));
  const add = (lock: Lock | undefined, agent: string, verb: string, messages: string[] = []) => {
    if (lock === undefined || agent === textOf(lock.agent_id)) return;
    const words = `${agent} ${verb} ${textOf(lock.filepath)}`;
    const wants = wanted.get(lock.lock_file) ?? [];
    if (!wants.some((want) => want.words === words)) wants.push({ agent, words, messages });
    wanted.set(lock.lock_file, wants);
  };
  for (const { kind, weak, from, evidence } of facts.waiting.edges) {
    // Of two overlapping locks both are wanted; they are added below.
    if (weak || kind === 'lock_overlap') continue;
    for (const file of evidence.locks) add(byFile.get(file), from, 'waits for');
  }
  addAskedFor(locks, facts, add);
  for (const overlap of facts.overlaps) {
    if (![overlap.lock, ...overlap.others].some(({ lock_file }) => byFile.has(lock_file))) continue;
    for (const [one, other] of overlapPairs(overlap)) {
      add(byFile.get(one.lock_file), textOf(other.agent_id), overlapVerb(other.filepath));
      add(byFile.get(other.lock_file), textOf(one.agent_id), overlapVerb(one.filepath));
    }
  }
  for (const lock of locks) {
    for (const { agent_id, filepath } of lock.conflicts_with) add(lock, textOf(agent_id), overlapVerb(filepath));
  }
  return wanted;
}

function overlapVerb(filepath: unknown): string {
  return `holds ${textOf(filepath)}, which overlaps`;
}

/** A word of an open question, and who asked. */
interface Asked {
  sender: string;
  cursor: string;
}

/** Open questions whose text names the path of a lock, or a path that its pattern covers. */
function addAskedFor(
  locks: readonly Lock[],
  { matters }: AttentionFacts,
  add: (lock: Lock | undefined, agent: string, verb: string, messages: string[]) => void,
): void {
  if (matters.questions.length === 0) return;
  const paths = new Set(locks.map(({ filepath }) => filepath));
  const askedBy = new Map<string, Asked[]>();
  for (const { sender, text, seqs } of matters.questions) {
    const cursor = formatCursor(matters.epoch, seqs[0] ?? 0);
    for (const path of pathsIn(text, paths)) {
      const asked = askedBy.get(path) ?? [];
      asked.push({ sender, cursor });
      askedBy.set(path, asked);
    }
  }
  // `findConflicts` compares entries of different holders alone: locks with questions, not locks with each other.
  const held = locks.map((lock) => ({ lock, entry: entryOf(lock.lock_file, 'lock', lock.filepath) }));
  const asked = [...askedBy.keys()].map((path) => entryOf(`asked ${path}`, 'question', path));
  const found = asked.length === 0 ? new Map() : findConflicts([...held.map(({ entry }) => entry), ...asked]);
  for (const { lock, entry } of held) {
    for (const { fields } of (found.get(entry) ?? []) as LockEntry[]) {
      for (const { sender, cursor } of askedBy.get(String(fields.filepath)) ?? [])
        add(lock, sender, 'asks for', [cursor]);
    }
  }
}

function entryOf(lockFile: string, holder: string, filepath: unknown): LockEntry {
  return { lock_file: lockFile, fields: { agent_id: holder, filepath }, lockedAt: null, warnings: [] };
}

const WORD_ENDS = /^[\s"'`(<[{*_~]+|[\s"'`)>\]}*_~.,:;!?…]+$/g;

/** Only such a word may be a path that a pattern covers: `*` would otherwise cover every word. */
const LIKE_A_PATH = /[^/]\/[^/]|\w\.\w{2,8}$/;

/** @returns the words of a text that are one of the held paths, or that may be paths below a held pattern */
function pathsIn(text: string, held: ReadonlySet<unknown>): Set<string> {
  const found = new Set<string>();
  for (const word of text.split(/\s+/)) {
    for (const form of [word, word.replace(WORD_ENDS, '')]) {
      const path = form === '' ? '' : normalizeLockPath(form);
      // A word with `*` that nobody holds is markup, or would match what was not asked for.
      if (held.has(path) || (LIKE_A_PATH.test(path) && !hasPatternCharacters(path))) found.add(path);
    }
  }
  return found;
}
