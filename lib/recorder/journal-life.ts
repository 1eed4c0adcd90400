/** The journal of a process that records, and the liveness file that says until when the process lived. */
import type { History } from '../history/history';
import { Journal } from '../history/journal';
import { readMark, writeMark } from './alive-mark';
import { RetentionClock } from './retention-clock';

/**
 * Begins to journal in a history.
 *
 * @param reason a sentence: why nothing is recorded since the journal ends
 * @param now milliseconds since 1970
 */
export function beginJournal(history: History, reason: string, now: number): Journal {
  const inMemory = history.file === ':memory:';
  const mark = inMemory ? null : readMark(history.file);
  const restored = !inMemory && history.renewIfRestored(mark?.head ?? null);
  // What was recorded after the copy is lost, so nothing is known of that time.
  const aliveAt = restored ? null : (mark?.alive_at ?? null);
  return new Journal(history.db, { aliveAt, reason, now });
}

/**
 * Begins to count the age of messages, from when a recorder was last alive.
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
  // A liveness file ahead of the history belongs to a database that was replaced by a copy.
  return mark !== null && mark.head <= history.head() ? mark.alive_at : null;
}

/**
 * Records that the process lives, and until when it has read the swarm's files.
 *
 * @param now milliseconds since 1970
 */
export function markAlive(history: History, journal: Journal, clock: RetentionClock, now: number): void {
  if (history.file === ':memory:') return;
  const retention = Math.round(clock.read(now));
  writeMark(history.file, { head: history.head(), alive_at: journal.lookedAt, wall: now, retention });
}
