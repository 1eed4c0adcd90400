/** The journal of a process that records, with the mark that says until when it lived. */
import type { History } from '../history/history';
import { Journal } from '../history/journal';
import { readMark, writeMark } from './mark';

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

/** Marks that the process lives, as far as it has looked at the swarm. */
export function markAlive(history: History, journal: Journal): void {
  if (history.file === ':memory:') return;
  writeMark(history.file, { head: history.head(), alive_at: journal.lookedAt });
}
