/** A zone in doubt: the times of live messages do not fit it. */
export interface ZoneMismatch {
  /** A sentence or more: what was seen, and what to do. */
  reason: string;
  /** What would fit: `UTC-5 (for example America/New_York)`. */
  suggested: string;
}

/** So many messages in a row begin a doubt, and so many end it. */
export const MESSAGES_IN_A_ROW = 5;
