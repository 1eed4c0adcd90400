/** The journal of a process that records, with the mark that says until when it lived. */
import type { History } from '../history/history';
import { Journal } from '../history/journal';
import { readLiveness, writeLiveness } from './liveness-file';
import { RetentionClock } from './retention-clock';

/**
 * Begins to journal in a history.
 *
 * @param reason a sentence: why nobody has looked since the journal ends
 * @param now milliseconds since 1970
 */
export function beginJournal(history: History, reason: string, now: number): Journal {
  const inMemory = history.file === ':memory:';
  const liveness = inMemory ? null : readLiveness(history.file);
  const restored = !inMemory && history.renewIfRestored(liveness?.head ?? null);
  // Of what followed the copy nothing is left, though somebody looked.
  const aliveAt = restored ? null : (liveness?.alive_at ?? null);
  return new Journal(history.db, { aliveAt, reason, now });
}

/**
 * Begins to count the age of what is kept, from when a recorder was last seen alive.
 *
 * @param now milliseconds since 1970
 * @param monotonic milliseconds since any instant
 */
export function beginRetention(history: History, now: number, monotonic: () => number): RetentionClock {
  const liveness = history.file === ':memory:' ? null : readLiveness(history.file);
  const wall = liveness?.wall ?? liveness?.alive_at ?? history.lastRecordedAt();
  return new RetentionClock(wall === null ? null : { wall, retention: liveness?.retention ?? wall }, now, monotonic);
}

/** @returns when a recorder of this very history last lived, milliseconds since 1970; null if that is not known */
export function lastAlive(history: History): number | null {
  const liveness = history.file === ':memory:' ? null : readLiveness(history.file);
  // A mark ahead of the history belongs to what was replaced by a copy.
  return liveness !== null && liveness.head <= history.head() ? liveness.alive_at : null;
}

/**
 * Marks that the process lives, as far as it has looked at the swarm.
 *
 * @param now milliseconds since 1970
 */
export function touchAlive(history: History, journal: Journal, clock: RetentionClock, now: number): void {
  if (history.file === ':memory:') return;
  const retention = Math.round(clock.read(now));
  writeLiveness(history.file, { head: history.head(), alive_at: journal.refreshedAt, wall: now, retention });
}
