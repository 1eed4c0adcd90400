/** What would happen if an agent locked a path now, as far as the page knows the locks. */

import { asText } from '@/lib/client/text';
import { compilePattern, hasPatternCharacters, isTooLongForPattern, matchesPattern } from '@/lib/contract/fnmatch';
import { normalizeLockPath } from '@/lib/contract/lock-path';
import type { Lock, LocksAnswer } from '@/lib/contract/schemas';

/** Many locks on long patterns take long to compare: after this time the preview says that it is not complete. */
const MAX_PREVIEW_MS = 20;

export interface LockPreview {
  /** The path as it would be locked. */
  path: string;
  /** The agent's own lock of exactly that path, which would be refreshed. */
  own: Lock | null;
  /** Locks of other agents that refuse it. */
  conflicts: Lock[];
  /** Those past the timeout, which would be taken over. */
  takenOver: Lock[];
  /** Whether every lock of the swarm was compared. */
  complete: boolean;
}

/** @param timeoutSeconds the timeout that is asked for; null for the swarm's own, by which the page marks locks */
export function previewLock(
  { locks, truncated }: Pick<LocksAnswer, 'locks' | 'truncated'>,
  wanted: { agent: string; path: string; timeoutSeconds: number | null },
  now: number,
  monotonic: () => number = () => performance.now(),
): LockPreview {
  const path = normalizeLockPath(wanted.path);
  const preview: LockPreview = { path, own: null, conflicts: [], takenOver: [], complete: truncated === 0 };
  const overlaps = overlapWith(path);
  const begun = monotonic();
  for (const lock of locks) {
    const isOwn = asText(lock.agent_id) === wanted.agent;
    if (isOwn && lock.filepath === path) preview.own = lock;
    if (isOwn || typeof lock.filepath !== 'string') continue;
    if (monotonic() - begun > MAX_PREVIEW_MS) {
      preview.complete = false;
      break;
    }
    if (!overlaps(lock.filepath)) continue;
    (isPast(lock, wanted.timeoutSeconds, now) ? preview.takenOver : preview.conflicts).push(lock);
  }
  return preview;
}

function overlapWith(path: string): (other: string) => boolean {
  const pattern = hasPatternCharacters(path) && !isTooLongForPattern(path) ? compilePattern(path) : null;
  return (other) =>
    other === path ||
    (pattern !== null && matchesPattern(pattern, other)) ||
    (hasPatternCharacters(other) && matchesPattern(compilePattern(other), path));
}

function isPast({ acquired_at, stale }: Lock, timeoutSeconds: number | null, now: number): boolean {
  if (timeoutSeconds === null || acquired_at === null) return stale === true;
  return now - Date.parse(acquired_at) > timeoutSeconds * 1000;
}
