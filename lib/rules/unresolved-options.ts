/** How long messages stay unresolved, and the clock that measures this. */
export interface UnresolvedOptions {
  /** A question older than this is no longer open, in milliseconds. */
  questionsMs: number;
  /** A failed delivery older than this no longer counts. */
  failuresMs: number;
  /** Reads the time of a message, milliseconds since 1970; null for a value that is not a time. */
  readTime: (timestamp: unknown) => number | null;
  /** Milliseconds since 1970. */
  now: () => number;
}
