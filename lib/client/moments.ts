/** Past moments in the address. Pure; times are milliseconds since 1970. */

import type { PastState } from '../contract/past-schemas';
import { milliseconds } from './time';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/;

/** Why the moment in an address cannot be shown: it is not a valid time, or it is in the future. */
export type RefusedMoment = 'malformed' | 'future';

/**
 * Reads the moment in an address.
 *
 * @param text ISO 8601 with an offset; null for none
 * @param now the present; later moments are refused
 * @returns the moment, null for the present, or why it cannot be shown
 */
export function readMoment(text: string | null, now: number): number | null | RefusedMoment {
  if (text === null) return null;
  // A plus sign that was not percent-encoded arrives as a blank.
  const written = text.replace(/ (?=\d\d:?\d\d$)/, '+');
  const moment = INSTANT.test(written) ? Date.parse(written) : Number.NaN;
  if (Number.isNaN(moment)) return 'malformed';
  return moment > now ? 'future' : moment;
}

/** @returns a moment in the format of the address, without a fraction of zero */
export function formatMoment(moment: number): string {
  return new Date(moment).toISOString().replace('.000Z', 'Z');
}

/** @returns the earlier of a filter's end and the moment on the page, as instants; null if there is neither */
export function earlierInstant(until: string | null, at: string | null): string | null {
  const [end, moment] = [milliseconds(until), milliseconds(at)];
  if (moment === null) return until;
  return end === null || end > moment ? at : until;
}

/** @returns whether anything is known about agents and locks at a moment, even if only the last state before it */
export function isKnown({ at, known_since }: Pick<PastState, 'at' | 'known_since'>): boolean {
  const [moment, since] = [milliseconds(at), milliseconds(known_since)];
  return moment !== null && since !== null && since <= moment;
}
