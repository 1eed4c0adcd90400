/** What is said of few locks: of a holder that no longer has its id, and of a pattern. */
import { asText } from '@/lib/client/text';
import type { Lock } from '@/lib/contract/schemas';
import { wildcardAt } from './locks';

/** @returns one sentence about a holder that no longer has its id, instants as ISO 8601; null for other holders */
export function formerHolderSentence(lock: Lock): string | null {
  if (lock.former_holder === null) return null;
  const { reason, since, now } = lock.former_holder;
  const id = asText(lock.agent_id) || 'its holder';
  switch (reason) {
    case 'moved':
      return `Held under the former id ${id}; ${now === null ? 'the agent has another id now' : `now ${now}`}.`;
    case 'replaced':
      return `Held by the former ${id}${since === null ? '' : `, gone since ${since}`}; another process has this id now.`;
    case 'left':
      return `Held by ${id}, which left the registry${since === null ? '' : ` at ${since}`}.`;
  }
}

export interface PatternScope {
  /** What every covered path begins and ends with. */
  begins: string;
  ends: string;
  /** The pattern has a `*`, which also matches slashes and therefore paths in subfolders. */
  anyRun: boolean;
}

/** @returns the parts of a pattern outside its character sets; a `]` in first place belongs to its set */
function outsideSets(pattern: string): string {
  const lastEnd = pattern.lastIndexOf(']');
  const outside: string[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const first = at + (pattern[at + 1] === '!' ? 2 : 1);
    // Without this, a missing `]` would be searched for again at each of many `[`.
    const isSet = pattern[at] === '[' && first + 1 <= lastEnd;
    if (isSet) at = pattern.indexOf(']', first + 1);
    else outside.push(pattern[at] as string);
  }
  return outside.join('');
}

/** @returns what a pattern may cover, in the terms of a short sentence; null if it covers only itself */
export function patternScope(pattern: string): PatternScope | null {
  const outside = outsideSets(pattern);
  const anyRun = outside.includes('*');
  if (outside === pattern && !anyRun && !pattern.includes('?')) return null;
  const lastSpecial = Math.max(...['*', '?', '[', ']'].map((character) => pattern.lastIndexOf(character)));
  return {
    begins: pattern.slice(0, wildcardAt(pattern)),
    ends: pattern.slice(lastSpecial + 1),
    anyRun,
  };
}
