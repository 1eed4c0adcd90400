/** The journal of a process that records, with the mark that says until when it lived. */
import type { History } from '../history/history';
import { Journal } from '../history/journal';
import { readMark, writeMark } from './alive-mark';
import { RetentionClock } from './retention-clock';

/**
 * Begins to journal in a history.
 *
 * @param reason a sentence: why nobody has looked since the journal ends
 * @param now milliseconds since 1970
 */
export function beginJournal(history: History, reason: string, now: number): Journal {
  const inMemory = history.file === ':memory:';
  const mark = inMemory ? null : readMark(history.file);
  const restored = !inMemory && history.renewIfRestored(mark?.head ?? null);
  // Of what followed the copy nothing is left, though somebody looked.
  const aliveAt = restored ? null : (mark?.alive_at ?? null);
  return new Journal(history.db, { aliveAt, reason, now });
}

/**
 * Begins to count the age of what is kept, from when a recorder was last seen alive.
 *
 * @param now milliseconds since 1970
 * @param monotonic milliseconds since any instant
 */
export function beginRetention(history: History, now: number, monotonic: () => number): RetentionClock {
  const mark = history.file === ':memory:' ? null : readMark(history.file);
  const wall = mark?.wall ?? mark?.alive_at ?? history.lastRecordedAt();
  return new RetentionClock(wall === null ? null : { wall, retention: mark?.retention ?? wall }, now, monotonic);
}

/** @returns when a recorder of this very history last lived, milliseconds since 1970; null if that is not known */
export function lastAlive(history: History): number | null {
  const mark = history.file === ':memory:' ? null : readMark(history.file);
  // A mark ahead of the history belongs to what was replaced by a copy.
  return mark !== null && mark.head <= history.head() ? mark.alive_at : null;
}

/**
 * Marks that the process lives, as far as it has looked at the swarm.
 *
 * @param now milliseconds since 1970
 */
export function markAlive(history: History, journal: Journal, clock: RetentionClock, now: number): void {
  if (history.file === ':memory:') return;
  const retention = Math.round(clock.read(now));
  writeMark(history.file, { head: history.head(), alive_at: journal.lookedAt, wall: now, retention });
}
