/** Lengths of time: the history stores instants in microseconds and compares ages in milliseconds. */
export const SECOND_US = 1_000_000;
export const MINUTE_US = 60 * SECOND_US;
export const HOUR_US = 60 * MINUTE_US;
export const DAY_MS = 86_400_000;
