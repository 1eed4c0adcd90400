/** A span of time, milliseconds since 1970, both ends included. */
export interface TimeSpan {
  since: number;
  until: number;
}
