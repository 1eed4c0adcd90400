/**
 * What a clock deleted that was believed for a while and turned out to be wrong: as far as the log still holds it, it is
 * read again (docs/decisions/0057-whose-history.md).
 */
import type { History } from '../history/history';
import type { LogCheckpoint } from '../sources/claudeswarm/message-log';
import type { RetentionClock } from './retention-clock';

const DAY_MS = 86_400_000;

/** Whether what was deleted by age must be looked for in the log: a jump ahead was believed, and the clock went back. */
export function mustReadAgain(history: History, clock: RetentionClock): boolean {
  if (clock.believes && !history.agedByJump()) history.noteAgedByJump(true);
  return clock.jump !== null && clock.jump.by < 0 && history.agedByJump();
}

/** @returns the place from which every line of the files is compared with what is recorded */
export function fromTheStart(checkpoint: LogCheckpoint): LogCheckpoint {
  // A file that was read to its end is unknown then, and compared as any strange file.
  const generations = checkpoint.generations
    .filter(({ drained }) => !drained)
    .map((known) => ({ ...known, comparing: true, compareUntil: known.offset }));
  return { ...checkpoint, generations };
}

/**
 * Whether a line is older than what is kept, by its own time: then it was deleted rightly.
 *
 * @param sentAt when it was sent, null where it says no time
 * @param now all are milliseconds since 1970
 */
export function isPastRetention(sentAt: number | null, days: number, now: number): boolean {
  return sentAt !== null && sentAt < now - days * DAY_MS;
}
