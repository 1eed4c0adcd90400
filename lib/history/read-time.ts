/** Converts the timestamp of a message into microseconds since 1970; null if it is unreadable. */
export type ReadTime = (timestamp: unknown) => number | null;
