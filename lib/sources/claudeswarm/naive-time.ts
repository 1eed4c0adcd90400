/**
 * Converts times as the swarm writes them into instants. Its log has local wall-clock times without an offset, its
 * registry UTC. Never sort by them: a local time repeats in autumn.
 */
import { tzOffset } from '@date-fns/tz';
import { fixedOffset, resolveZone } from './time-zone';

export interface Instant {
  /** Milliseconds since 1970, the fraction below cut off. */
  milliseconds: number;
  /** ISO 8601 in UTC, `+00:00`, with the fraction as written, up to microseconds. */
  iso: string;
}

/** Without groups: a million lines are read, and creating a dozen strings for each would take most of the time. */
const ISO_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?$/;

const MINUTE = 60_000;
const DAY = 86_400_000;

/** `Date.UTC` takes years below 100 for the 20th century; the Gregorian calendar repeats after 400 years. */
const CALENDAR_YEARS = 400;
const CALENDAR_MS = 146_097 * DAY;

/**
 * Reads a time in the form of Python's `datetime.isoformat`.
 *
 * @param text `2026-02-03T09:01:00.000001`, with `T` or a space, with or without a fraction of 1 to 9 digits, `Z` or
 *   an offset `+01:00`; anything else is not a time
 * @param zone the IANA zone of times without an offset, or a fixed one such as `UTC+05:30`; the process's own if
 *   absent. In an hour that the clocks repeat, the first one is assumed; a skipped time is read with the offset before,
 *   as `Date` does
 * @returns null for a value that is not a time, impossible dates included
 * @throws RangeError if there is no such zone
 */
export function readInstant(text: unknown, zone: string = processZone()): Instant | null {
  if (typeof text !== 'string' || !ISO_TIME.test(text)) return null;
  const wallClock = wallClockOf(text);
  if (wallClock === null) return null;
  const fraction = FRACTION.exec(text)?.[0] ?? '';
  const offset = text.slice(SECOND_END + fraction.length);
  const second = offset === '' ? zoneRules(zone).toInstant(wallClock) : wallClock - offsetMilliseconds(offset);
  const written = new Date(second).toISOString();
  if (written.length !== 24) return null; // the result is outside of the years 0000 to 9999
  return {
    milliseconds: second + (fraction === '' ? 0 : Number(fraction.slice(1).padEnd(3, '0').slice(0, 3))),
    iso: `${written.slice(0, SECOND_END)}${fraction.slice(0, 7)}+00:00`,
  };
}

/** The index after the seconds. */
const SECOND_END = '2026-02-03T08:00:00'.length;
const FRACTION = /\.\d+/;

/** @returns the wall-clock time as if it were UTC, whole seconds in milliseconds, or null if there is no such time */
function wallClockOf(text: string): number | null {
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const [month, day] = [twoDigits(text, 5), twoDigits(text, 8)];
  const [hour, minute, second] = [twoDigits(text, 11), twoDigits(text, 14), twoDigits(text, 17)];
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return null;
  const later = Date.UTC(year + CALENDAR_YEARS, month - 1, day, hour, minute, second);
  // The 31st of a shorter month rolls over into the next one.
  return day <= 28 || new Date(later).getUTCDate() === day ? later - CALENDAR_MS : null;
}

const ZERO = '0'.charCodeAt(0);

function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO;
}

/** `Z` or `+01:00` */
function offsetMilliseconds(offset: string): number {
  if (offset === 'Z') return 0;
  const minutes = twoDigits(offset, 1) * 60 + twoDigits(offset, 4);
  return (offset[0] === '-' ? -minutes : minutes) * MINUTE;
}

/** Offsets change at most every few months, and at a quarter of an hour; asking `Intl` costs 2 us, a map 50 ns. */
const BUCKET_MS = 15 * MINUTE;
/** About a year of quarters of an hour. */
const MAX_BUCKETS = 35_000;

class ZoneRules {
  readonly #zone: string;
  /** The offset in minutes of a zone that is only an offset, otherwise null. */
  readonly #fixed: number | null;
  /** The offset in milliseconds of a bucket of wall-clock time; NaN if it changes within the bucket. */
  readonly #buckets = new Map<number, number>();

  constructor(zone: string) {
    this.#fixed = fixedOffset(zone);
    // Throws where tzOffset would give a wrong answer.
    if (this.#fixed === null) new Intl.DateTimeFormat('en-US', { timeZone: zone });
    this.#zone = zone;
  }

  /** @returns the instant of a wall-clock time; both in milliseconds, the latter as if it were UTC */
  toInstant(wallClock: number): number {
    const bucket = Math.floor(wallClock / BUCKET_MS);
    let offset = this.#buckets.get(bucket);
    if (offset === undefined) {
      offset = this.#offsetOfBucket(bucket * BUCKET_MS);
      if (this.#buckets.size >= MAX_BUCKETS) this.#buckets.clear();
      this.#buckets.set(bucket, offset);
    }
    return wallClock - (Number.isNaN(offset) ? this.#offsetAtWallClock(wallClock) : offset);
  }

  #offsetOfBucket(start: number): number {
    const offset = this.#offsetAtWallClock(start);
    return offset === this.#offsetAtWallClock(start + BUCKET_MS - 1) ? offset : Number.NaN;
  }

  #offsetAtWallClock(wallClock: number): number {
    const before = this.#offsetAtInstant(wallClock - DAY);
    const after = this.#offsetAtInstant(wallClock + DAY);
    if (before === after || this.#offsetAtInstant(wallClock - before) === before) return before;
    // Neither offset matches a time that the clocks skip: the one before moves it forward.
    return this.#offsetAtInstant(wallClock - after) === after ? after : before;
  }

  #offsetAtInstant(instant: number): number {
    return (this.#fixed ?? Math.round(tzOffset(this.#zone, new Date(instant)))) * MINUTE;
  }
}

// A cache of pure functions: the values depend only on the zone's name.
const zones = new Map<string, ZoneRules>();
let ownZone: string | null = null;

function zoneRules(zone: string): ZoneRules {
  let rules = zones.get(zone);
  if (!rules) {
    rules = new ZoneRules(zone);
    zones.set(zone, rules);
  }
  return rules;
}

/** @returns the zone of this process, as `readInstant` takes it */
export function processZone(): string {
  ownZone ??= resolveZone(null).zone;
  return ownZone;
}

/**
 * @param text as for `readInstant`
 * @param zone as for `readInstant`
 * @returns microseconds since 1970, or null for a value that is not a time
 */
export function readMicroseconds(text: unknown, zone?: string): number | null {
  const instant = readInstant(text, zone);
  if (instant === null) return null;
  const belowMilliseconds = /\.\d{3}(\d{1,3})/.exec(instant.iso)?.[1] ?? '';
  return instant.milliseconds * 1000 + Number(belowMilliseconds.padEnd(3, '0'));
}

/**
 * Formats an instant as the log has it: local wall clock, no offset, six digits.
 *
 * @param milliseconds since 1970
 * @param zone as for `readInstant`
 */
export function formatNaive(milliseconds: number, zone: string): string {
  const offset = fixedOffset(zone) ?? Math.round(tzOffset(zone, new Date(milliseconds)));
  return `${new Date(milliseconds + offset * MINUTE).toISOString().slice(0, -1)}000`;
}
