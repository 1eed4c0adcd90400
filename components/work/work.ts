/** The files about work as the page shows them: which parts there are, and what is said of each. */

import { asText, counted, formatCount } from '@/lib/client/text';
import type { GitChange, GitFolder } from '@/lib/contract/git-schemas';
import type { UnreadMessages, WorkFileName, WorkState } from '@/lib/contract/work-schemas';

export const WORK_PARTS = [
  'contexts',
  'conflicts',
  'delegations',
  'learning',
  'memory',
  'coordination',
  'unread',
  'git',
] as const;
export type WorkPart = (typeof WORK_PARTS)[number];

export const PART_NAMES: Record<WorkPart, string> = {
  contexts: 'Contexts',
  conflicts: 'Conflicts',
  delegations: 'Delegations',
  learning: 'Success by skill',
  memory: 'Memory',
  coordination: 'Coordination',
  unread: 'Unread messages',
  git: 'Git',
};

/** @returns the part with a name; the first one for any other text */
export function partNamed(name: string | null): WorkPart {
  return WORK_PARTS.find((part) => part === name) ?? WORK_PARTS[0];
}

/** @returns how many entries a part has; null where that is not known before it is loaded */
export function partCount(part: WorkPart, { files, unread }: WorkState): number | null {
  if (part === 'git') return null;
  if (part === 'unread') return unread.filter(({ count }) => count > 0).length;
  return files.find(({ name }) => name === part)?.count ?? 0;
}

/** @returns what the state says of the content of a file; another text after each change, null while it does not exist */
export function versionOf(name: WorkFileName, { files }: WorkState): string | null {
  return files.find((file) => file.name === name)?.version ?? null;
}

/** @returns a rate from 0 to 1 as a percentage; a dash where there is none */
export function rateWords(rate: number | null): string {
  return rate === null || !Number.isFinite(rate) ? '–' : `${formatCount(Math.round(rate * 100))} %`;
}

/**
 * @returns a success rate as a percentage; a dash where nothing ended yet: the swarm's tool begins with 50 % then
 */
export function successWords(rate: number | null, successes: number | null, failures: number | null): string {
  return successes === 0 && failures === 0 ? '–' : rateWords(rate);
}

/** @returns a number of the file; a dash where it has none */
export function figureWords(figure: number | null): string {
  return figure === null ? '–' : formatCount(Math.round(figure * 100) / 100);
}

/** @returns such as "more than 100 unread messages" */
export function unreadWords({ count, more }: Pick<UnreadMessages, 'count' | 'more'>): string {
  return `${more ? 'more than ' : ''}${counted(count, 'unread message')}`;
}

/** @returns what git says of a changed file, in words */
export function changeWords({ kind, staged, unstaged }: GitChange): string {
  if (kind === 'untracked') return 'new';
  if (kind === 'unmerged') return 'conflict';
  const letters = new Set([staged, unstaged].filter((letter) => letter !== null));
  if (kind === 'renamed') return letters.has('C') ? 'copied' : 'renamed';
  if (letters.has('D')) return 'deleted';
  return letters.has('A') ? 'added' : 'changed';
}

/** @returns the branch of a folder, or what is checked out without one */
export function branchWords({ branch, commit }: Pick<GitFolder, 'branch' | 'commit'>): string {
  return branch ?? (commit === null ? 'no branch' : `no branch, at ${commit.hash.slice(0, 9)}`);
}

/** @returns such as "2 ahead of and 1 behind origin/main"; null without an upstream */
export function upstreamWords({ upstream, ahead, behind }: GitFolder): string | null {
  if (upstream === null) return null;
  if (ahead === null || behind === null) return `compared with ${upstream}`;
  if (ahead === 0 && behind === 0) return `even with ${upstream}`;
  const parts = [...(ahead > 0 ? [`${ahead} ahead of`] : []), ...(behind > 0 ? [`${behind} behind`] : [])];
  return `${parts.join(' and ')} ${upstream}`;
}

/** @returns each text once: a file may list one twice, and a list on the page needs names that differ */
export function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

/** @returns texts that a file has in a list, without those that say nothing */
export function spoken(texts: readonly (string | null | undefined)[]): string[] {
  return texts.map(asText).filter((text) => text.trim() !== '');
}
