/**
 * Restores what was deleted because of a wrong clock: as far as the log still contains it, it is read again
 * (docs/decisions/0057-whose-history.md).
 */
import type { History, Retention } from '../history/history';
import { DAY_MS } from '../history/time-units';
import type { LogCheckpoint } from '../sources/claudeswarm/message-log';
import { committedCheckpoint } from './checkpoint';
import type { LogRecorder } from './log-recorder';
import type { RetentionClock } from './retention-clock';

export interface ReadAgainOptions {
  log: Pick<LogRecorder, 'readAgain'>;
  clock: RetentionClock;
  retention: Retention;
  /** Reads the time of a message; microseconds since 1970, null for what is not a time. */
  readTime: (timestamp: unknown) => number | null;
  /** Milliseconds since 1970. */
  now: number;
}

/**
 * Makes the log be read again from its start if messages were deleted by a clock that was ahead and has been set back.
 *
 * @throws what SQLite throws
 */
export function readDeletedAgain(history: History, options: ReadAgainOptions): void {
  const { log, clock, retention, readTime, now } = options;
  if (clock.believes && !history.agedByJump()) history.noteAgedByJump(true);
  const wasSetBack = clock.jump !== null && clock.jump.by < 0;
  if (!wasSetBack || !history.agedByJump()) return;
  const checkpoint = committedCheckpoint(history);
  // At the maximum number, missing messages may have been dropped because of the number.
  if (checkpoint !== null && history.summary(now).count < retention.messages) {
    const keptSince = (now - retention.days * DAY_MS) * 1000;
    // A line that is too old by its own time was rightly deleted; one without a time may not have been.
    log.readAgain(fromTheStart(checkpoint), ({ fields }) => (readTime(fields.timestamp) ?? keptSince) < keptSince);
  }
  history.noteAgedByJump(false);
  clock.forgetBelief();
}

/** @returns the place from which every line of the files is compared with what is recorded */
function fromTheStart(checkpoint: LogCheckpoint): LogCheckpoint {
  // A file that was read to its end counts as unknown then, and is compared like any unknown file.
  const generations = checkpoint.generations
    .filter(({ drained }) => !drained)
    .map((known) => ({ ...known, comparing: true, compareUntil: known.offset }));
  return { ...checkpoint, generations };
}
