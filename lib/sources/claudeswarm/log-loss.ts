/**
 * What is known of messages that may have been destroyed before they were read: never more than the evidence shows.
 * Files that were rotated or replaced twice while the log was not read leave a time of which nothing is known. Lines
 * are known to be lost only if bytes had been seen that were never read.
 */
import { isWhole, orNull, shape } from '../../platform/json-shape';

/** How many losses are kept, the newest ones. */
export const MAX_LOSSES = 20;

/** A time in which written lines may be missing. Instants are milliseconds since 1970. */
export interface LogLoss {
  /** When the log was last read; null if that is not known. */
  since: number | null;
  /** When the oldest remaining file was created; where that is not known, when it was found. */
  until: number;
  /** Bytes that had been seen, were not read and are gone; 0 if it is unknown whether anything was written. */
  unread: number;
}

export const isLogLoss = shape<LogLoss>({ since: orNull(isWhole), until: isWhole, unread: isWhole });

/**
 * @param readAt when the log was last read, null if that is not known
 * @param madeAt when the oldest remaining file was created, as the file system says, which may be wrong
 * @param unread bytes that were seen and not read
 * @param now all instants are milliseconds since 1970
 * @returns the loss, whose end is never before its start
 */
export function logLoss(readAt: number | null, madeAt: number | null, unread: number, now: number): LogLoss {
  // After a clock rewind it is not known when the log was read.
  const since = readAt !== null && readAt <= now ? Math.floor(readAt) : null;
  const isSound = madeAt !== null && madeAt > 0 && madeAt >= (since ?? 0) && madeAt <= now;
  return { since, until: Math.ceil(isSound ? madeAt : now), unread };
}
