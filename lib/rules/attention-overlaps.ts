/** Attention items about locks of different holders that cover the same files. */

import { instantOf, least } from '../contract/instant';
import type { HeldLock } from '../contract/schemas';
import { lockFileName } from '../sources/claudeswarm/lock-entry';
import type { AttentionFacts, AttentionItem } from './attention-facts';
import { lockFacts } from './attention-holders';
import type { LockOverlap } from './lock-overlaps';
import { valueText, wordList } from './wording';

/** The sentence of an item says at most so much about overlaps within it; the facts say more. */
const MAX_INNER_SENTENCES = 2;
const MAX_INNER_FACTS = 10;

/** An overlap with all of its locks. */
interface Group extends LockOverlap {
  all: readonly HeldLock[];
}

/** @returns one item for each overlap; one whose locks are all part of another is said in that one */
export function overlapItems({ overlaps, startedAt }: AttentionFacts): AttentionItem[] {
  const groups = overlaps.map((overlap): Group => ({ ...overlap, all: [overlap.lock, ...overlap.others] }));
  const byLock = new Map<string, Set<Group>>();
  for (const group of groups) {
    for (const { lock_file } of group.all) byLock.set(lock_file, (byLock.get(lock_file) ?? new Set()).add(group));
  }
  const innerOf = new Map<Group, Group[]>();
  const outermost: Group[] = [];
  // The largest first, so that what contains others is not contained itself.
  for (const group of groups.toSorted((one, other) => other.all.length - one.all.length)) {
    const outer = outerOf(group, innerOf, byLock);
    if (outer) innerOf.get(outer)?.push(group);
    else {
      outermost.push(group);
      innerOf.set(group, []);
    }
  }
  return outermost.map((group) => overlapItem(group, innerOf.get(group) ?? [], startedAt));
}

function outerOf(group: Group, outermost: ReadonlyMap<Group, unknown>, byLock: ReadonlyMap<string, Set<Group>>) {
  for (const other of byLock.get(group.lock.lock_file) ?? []) {
    if (other === group || !outermost.has(other)) continue;
    if (group.all.every(({ lock_file }) => byLock.get(lock_file)?.has(other))) return other;
  }
  return null;
}

function overlapItem(group: Group, inner: readonly Group[], startedAt: number): AttentionItem {
  const { lock, all, file } = group;
  const holders = all.map(({ agent_id }) => valueText(agent_id));
  const within = [...new Set(inner.map(overlapWords))];
  return {
    kind: 'lock_overlap',
    // Holds no time and, of one file, no holder: a refreshed lock or one holder more changes no id.
    key: file === null ? `${lock.lock_file}:${holders[0]}` : lockFileName(file),
    severity: 'warning',
    since: beginOf(group, startedAt),
    subject: file ?? valueText(lock.filepath),
    agent: holders[0],
    reason: [overlapWords(group), ...within.slice(0, MAX_INNER_SENTENCES)].join(' '),
    why: {
      rule: 'Locks of different holders that cover the same file are listed, in whatever way they spell its path.',
      facts: [...lockFacts(all), ...within.slice(0, MAX_INNER_FACTS)],
      threshold: null,
      setting: null,
    },
    evidence: { agents: holders, locks: all.map(({ lock_file }) => lock_file) },
  };
}

function overlapWords({ lock, others, all, file }: Group): string {
  if (file === null) {
    const theirs = others.map((other) => `${valueText(other.filepath)} of ${valueText(other.agent_id)}`);
    return `${valueText(lock.agent_id)} holds ${valueText(lock.filepath)}, which overlaps ${wordList(theirs)}.`;
  }
  const spellings = new Set(all.map(({ filepath }) => valueText(filepath)));
  const spelled = spellings.size === 1 ? `: ${[...spellings][0]}` : `, spelled ${wordList([...spellings])}`;
  return `${wordList(all.map(({ agent_id }) => valueText(agent_id)))} hold the same file${spelled}.`;
}

/** An overlap is as old as the lock that made it one: of one file the first of a second holder. */
function beginOf({ lock, others, all, file }: Group, startedAt: number): number {
  const takenAt = (one: HeldLock) => instantOf(one.acquired_at);
  if (file === null) {
    const begun = others.map((other) => {
      const times = [takenAt(lock), takenAt(other)];
      return times.includes(null) ? startedAt : Math.max(...(times as number[]));
    });
    return least(begun) ?? startedAt;
  }
  const byHolder = new Map<unknown, number>();
  for (const one of all) {
    const at = takenAt(one) ?? startedAt;
    byHolder.set(one.agent_id, Math.min(byHolder.get(one.agent_id) ?? at, at));
  }
  return [...byHolder.values()].toSorted((one, other) => one - other)[1] ?? startedAt;
}
