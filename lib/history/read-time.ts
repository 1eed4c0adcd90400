/** Reads the time of a message; microseconds since 1970, null for what is no time. */
export type ReadTime = (timestamp: unknown) => number | null;
