/** A zone in doubt: the times of live messages do not fit it. */
export interface ZoneMismatch {
  /** One or more sentences: what was observed, and what to do. */
  reason: string;
  /** The zone that would fit: `UTC-5 (for example America/New_York)`. */
  suggested: string;
}

/** How many messages in a row begin a doubt, and how many end it. */
export const MESSAGES_IN_A_ROW = 5;
