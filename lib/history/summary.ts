/** Exact figures over all kept messages. */
export interface Summary {
  count: number;
  /** By type; see `boundedTypes`. */
  types: Record<string, number>;
  /** How many types are not listed. */
  otherTypes: number;
  failed: number;
  /** The raw timestamp of the newest message that has one. */
  latestActivity: unknown;
  /** Messages by minute of sending (minutes since 1970), the last hour. */
  minutes: [minute: number, count: number][];
  /** Messages by second of sending (seconds since 1970), the last minute. */
  seconds: [second: number, count: number][];
}
