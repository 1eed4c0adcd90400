/**
 * Divides a time range into whole hours, which are counted already, and the rest, whose messages are counted singly.
 */
import type { TimeSpan } from '../contract/time-span';
import { HOUR_US } from './time-units';

/** Microseconds since 1970, hours since 1970. */
export interface HourParts {
  /** The whole hours from `firstHour` up to but without `hourAfter`; none if both are 0. */
  firstHour: number;
  hourAfter: number;
  /** Before them: from `from` up to but without `before`. */
  from: number;
  before: number;
  /** After them: from `after` to `to`, both included. */
  after: number;
  to: number;
}

export function hourParts({ since, until }: TimeSpan): HourParts {
  const [from, to] = [since * 1000, until * 1000 + 999];
  const [firstHour, hourAfter] = [Math.ceil(from / HOUR_US), Math.floor((to + 1) / HOUR_US)];
  if (firstHour >= hourAfter) return { firstHour: 0, hourAfter: 0, from, before: to + 1, after: to + 1, to };
  return { firstHour, hourAfter, from, before: firstHour * HOUR_US, after: hourAfter * HOUR_US, to };
}
