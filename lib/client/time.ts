/** Times in words. Instants are ISO 8601 texts as in the API, `now` is milliseconds since 1970. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** @returns milliseconds since 1970, or null if the value is not an instant */
export function milliseconds(instant: string | null | undefined): number | null {
  if (typeof instant !== 'string') return null;
  const value = Date.parse(instant);
  return Number.isNaN(value) ? null : value;
}

/**
 * Describes how long ago an instant was.
 *
 * @param form `ago` for a sentence ("5 min ago"), `age` for a column with a heading ("5 min")
 * @returns "no time" if the value is not an instant; a date for long times; "in ..." for the future
 */
export function relativeTime(instant: string | null | undefined, now: number, form: 'ago' | 'age' = 'ago'): string {
  const then = milliseconds(instant);
  if (then === null) return 'no time';
  const elapsed = now - then;
  if (Math.abs(elapsed) > 99 * DAY) return new Date(then).toISOString().slice(0, 10);
  // Clocks of two machines differ slightly; a recent instant is not reported as future.
  if (elapsed < -2 * SECOND) return `in ${span(-elapsed)}`;
  if (form === 'age') return span(Math.max(0, elapsed));
  return elapsed < SECOND ? 'now' : `${span(elapsed)} ago`;
}

/**
 * @returns how long ago an agent sent its last message: "last spoke 5 min ago"; "has not spoken" if there is no time
 */
export function lastSpoke(instant: string | null | undefined, now: number): string {
  if (milliseconds(instant) === null) return 'has not spoken';
  const age = relativeTime(instant, now);
  return `last spoke ${/^\d{4}-/.test(age) ? `on ${age}` : age}`;
}

function span(length: number): string {
  if (length < MINUTE) return `${Math.floor(length / SECOND)} s`;
  if (length < HOUR) return `${Math.floor(length / MINUTE)} min`;
  if (length < 2 * DAY) return `${Math.floor(length / HOUR)} h`;
  return `${Math.floor(length / DAY)} d`;
}

/** @returns a length of time in its two largest units ("3 h 12 min"), from seconds */
export function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return `${Math.max(0, Math.floor(seconds))} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/**
 * Formats an instant in full.
 *
 * @param zone an IANA zone; the viewer's own if absent. The server and the hydrating page use UTC, formatted without
 *   Intl: their versions of Intl differ, and the two texts must be equal.
 */
export function absoluteTime(instant: string | null | undefined, zone?: string): string {
  const then = milliseconds(instant);
  if (then === null) return 'no time';
  if (zone === 'UTC') return `${inUtc(then).date} ${inUtc(then).time} UTC`;
  return formatter('medium', 'long', zone).format(then);
}

/**
 * Formats the time of day, "19:04:05", with the date before it unless it is today.
 *
 * @param zone as for `absoluteTime`
 */
export function clockTime(instant: string | null | undefined, now: number, zone?: string): string {
  const then = milliseconds(instant);
  if (then === null) return 'an unknown time';
  if (zone === 'UTC') {
    const { date, time } = inUtc(then);
    return date === inUtc(now).date ? time : `${date}, ${time}`;
  }
  const day = formatter('medium', undefined, zone);
  const time = formatter(undefined, 'medium', zone).format(then);
  return day.format(then) === day.format(now) ? time : `${day.format(then)}, ${time}`;
}

type Style = Intl.DateTimeFormatOptions['dateStyle'];

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Creating a formatter takes longer than the rest of a row in a busy list, so each is created once. */
function formatter(dateStyle: Style, timeStyle: Style, timeZone: string | undefined): Intl.DateTimeFormat {
  const key = `${dateStyle} ${timeStyle} ${timeZone}`;
  const known = formatters.get(key) ?? new Intl.DateTimeFormat('en-GB', { dateStyle, timeStyle, timeZone });
  formatters.set(key, known);
  return known;
}

function inUtc(then: number): { date: string; time: string } {
  const text = new Date(then).toISOString();
  return { date: text.slice(0, 10), time: text.slice(11, 19) };
}

/** A run of text, or an instant inside it. */
export type TimedPiece = { text: string } | { instant: string };

/** @returns a sentence of the server split at the instants in it, so that each can be shown in the viewer's zone */
export function withInstants(sentence: string): TimedPiece[] {
  const pieces = sentence.split(/(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))/);
  return pieces.map((piece, index) => (index % 2 === 0 ? { text: piece } : { instant: piece }));
}
