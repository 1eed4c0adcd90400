/** @returns an instant as the API writes it: ISO 8601 in UTC, milliseconds, offset `+00:00`. */
export function formatInstant(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, -1)}+00:00`;
}

const MAX_INSTANT = Date.parse('9999-12-31T00:00:00Z');

/** @returns the same, null for null and for a number of a file that is no time between 1970 and the year 9999 */
export function instantWithin(milliseconds: number | null): string | null {
  const isTime = milliseconds !== null && milliseconds >= 0 && milliseconds < MAX_INSTANT;
  return isTime ? formatInstant(milliseconds) : null;
}

/**
 * @returns an instant as the swarm's own tool writes it: ISO 8601 in UTC, microseconds, no fraction where it is 0; null
 *   where the year has not four digits
 */
export function formatMicroseconds(microseconds: number): string | null {
  const date = new Date(Math.floor(microseconds / 1000));
  const year = date.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) return null;
  const fraction = microseconds - Math.floor(microseconds / 1e6) * 1e6;
  const parts = fraction === 0 ? [] : ['.', String(fraction).padStart(6, '0')];
  // Joined: a template literal keeps its parts until it is read, which takes four times the memory.
  return [date.toISOString().slice(0, 19), ...parts, '+00:00'].join('');
}

/** @returns an instant of the API in milliseconds since 1970; null for null and for a text that is not a time */
export function instantOf(text: string | null): number | null {
  const at = text === null ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? null : at;
}

/** @returns whether a text, if it is a time, has neither `Z` nor an offset */
export function isNaive(timestamp: unknown): timestamp is string {
  return typeof timestamp === 'string' && !/(?:Z|[+-]\d\d:\d\d)$/.test(timestamp);
}

/** @returns the earliest time; null for an empty list */
export function least(times: readonly number[]): number | null {
  return times.length === 0 ? null : times.reduce((least, at) => Math.min(least, at));
}
