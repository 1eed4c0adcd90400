/** @returns an instant as the API writes it: ISO 8601 in UTC, milliseconds, offset `+00:00`. */
export function formatInstant(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, -1)}+00:00`;
}

const DAY_MS = 86_400_000;

/** @returns `formatInstant` for many instants of few days, at a fifth of its cost */
export function instantWriter(): (milliseconds: number) => string {
  let day = Number.NaN;
  let date = '';
  return (milliseconds) => {
    const begin = Math.floor(milliseconds / DAY_MS) * DAY_MS;
    if (begin !== day) {
      day = begin;
      date = new Date(begin).toISOString().slice(0, -'00:00:00.000Z'.length);
    }
    const rest = milliseconds - begin;
    const seconds = Math.floor(rest / 1000);
    const minutes = Math.floor(seconds / 60);
    const time = `${TWO_DIGITS[Math.floor(minutes / 60)]}:${TWO_DIGITS[minutes % 60]}:${TWO_DIGITS[seconds % 60]}`;
    return `${date}${time}.${THREE_DIGITS[rest % 1000]}+00:00`;
  };
}

const TWO_DIGITS = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'));
const THREE_DIGITS = Array.from({ length: 1000 }, (_, value) => String(value).padStart(3, '0'));

/**
 * @returns an instant as the swarm's own tool writes it: ISO 8601 in UTC, microseconds, no fraction where it is 0; null
 *   where the year has not four digits
 */
export function formatMicroseconds(microseconds: number): string | null {
  const date = new Date(Math.floor(microseconds / 1000));
  const year = date.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) return null;
  const fraction = microseconds - Math.floor(microseconds / 1e6) * 1e6;
  return `${date.toISOString().slice(0, 19)}${fraction === 0 ? '' : `.${String(fraction).padStart(6, '0')}`}+00:00`;
}

/** @returns an instant of the API in milliseconds since 1970; null for none and for what is no time */
export function instantOf(text: string | null): number | null {
  const at = text === null ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? null : at;
}

/** @returns the earliest of some times; null for none */
export function least(times: readonly number[]): number | null {
  return times.length === 0 ? null : times.reduce((least, at) => Math.min(least, at));
}
