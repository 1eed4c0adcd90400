/** Days and hours in a zone. */
import { tzOffset } from '@date-fns/tz';
import { fixedOffset } from './time-zone';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/**
 * @param zone an IANA zone, or a fixed one such as `UTC+05:30`
 * @param at milliseconds since 1970
 * @returns milliseconds east of UTC
 */
function offsetAt(zone: string, at: number): number {
  return (fixedOffset(zone) ?? Math.round(tzOffset(zone, new Date(at)))) * MINUTE_MS;
}

/** @returns when the day began that contains `at`; both in milliseconds since 1970 */
export function startOfDay(zone: string, at: number): number {
  return startOf(DAY_MS, zone, at);
}

/** @returns when the day ends that contains `at`; both in milliseconds since 1970 */
export function startOfNextDay(zone: string, at: number): number {
  // A day has 23 to 25 hours.
  return startOfDay(zone, startOfDay(zone, at) + 1.5 * DAY_MS);
}

/** @returns when the hour began, by the clocks of the zone, that contains `at`; both in milliseconds since 1970 */
export function startOfHour(zone: string, at: number): number {
  return startOf(HOUR_MS, zone, at);
}

/** @returns the date in the zone, `2026-02-03` */
export function dateIn(zone: string, at: number): string {
  return new Date(at + offsetAt(zone, at)).toISOString().slice(0, 10);
}

function startOf(lengthMs: number, zone: string, at: number): number {
  const offset = offsetAt(zone, at);
  const wallClock = Math.floor((at + offset) / lengthMs) * lengthMs;
  // The clocks may have changed since then.
  const start = wallClock - offsetAt(zone, wallClock - offset);
  return start <= at ? start : wallClock - offset;
}
