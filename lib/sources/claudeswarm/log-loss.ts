/**
 * What is known of messages that may have been destroyed before anyone could read them: never more than the evidence
 * says. Files that were rotated or replaced twice while nobody looked leave a time of which nothing can be known, and
 * lines only if bytes had been seen that were never read.
 */
import { isWhole, orNull, shape } from '../../platform/json-shape';

/** The newest ones are kept. */
export const MAX_LOSSES = 20;

/** Lines that were written in this time may be missing. Instants are milliseconds since 1970. */
export interface LogLoss {
  /** When the log was last read; null if that is not known. */
  since: number | null;
  /** When the oldest file that is left was made, or where that is not known, when it was found. */
  until: number;
  /** Bytes that had been seen, but not read, and are gone; 0 if it is unknown whether anything was written. */
  unread: number;
}

export const isLogLoss = shape<LogLoss>({ since: orNull(isWhole), until: isWhole, unread: isWhole });

/**
 * @param readAt when the log was last read, null if that is not known
 * @param madeAt when the oldest file that is left was made, as the file system says; it may be wrong
 * @param unread bytes that were seen and not read
 * @param now all instants are milliseconds since 1970
 * @returns the loss, whose end never lies before its start
 */
export function logLoss(readAt: number | null, madeAt: number | null, unread: number, now: number): LogLoss {
  // A clock that was set back proves nothing about when the log was read.
  const since = readAt !== null && readAt <= now ? Math.floor(readAt) : null;
  const isSound = madeAt !== null && madeAt > 0 && madeAt >= (since ?? 0) && madeAt <= now;
  return { since, until: Math.ceil(isSound ? madeAt : now), unread };
}
