/** What the controls of a past moment compute: slider, keys, date field and export. Pure; times are milliseconds since 1970. */

import type { UnknownSpan } from '../contract/past-schemas';
import { BUNDLE_PATH } from '../contract/paths';
import type { TimeSpan } from '../contract/time-span';
import { requestPath } from './api';
import { formatMoment } from './moments';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export const SCALES = ['all', 'day', 'hour'] as const;
/** How much time the slider spans. */
export type Scale = (typeof SCALES)[number];

/**
 * Computes the range of the slider.
 *
 * @param known the time range that can be shown
 * @param scale a day or an hour starts where the clock starts it, so that the slider keeps its range while it moves
 * @returns whole seconds; never empty, always contains the moment
 */
export function sliderRange(moment: number, known: TimeSpan, scale: Scale): TimeSpan {
  const begin = new Date(moment);
  if (scale === 'hour') begin.setMinutes(0, 0, 0);
  else begin.setHours(0, 0, 0, 0);
  const whole =
    scale === 'all' ? known : { since: begin.getTime(), until: begin.getTime() + sliderLength(begin, scale) };
  const since = Math.floor(Math.min(moment, Math.max(whole.since, known.since)) / SECOND) * SECOND;
  const until = Math.ceil(Math.max(moment, Math.min(whole.until, known.until)) / SECOND) * SECOND;
  return { since, until: Math.max(until, since + SECOND) };
}

/** A day has 23 or 25 hours when the clocks change. */
function sliderLength(begin: Date, scale: Scale): number {
  if (scale === 'hour') return HOUR;
  const next = new Date(begin);
  next.setDate(next.getDate() + 1);
  return next.getTime() - begin.getTime();
}

const STEPS: ReadonlyMap<string, number> = new Map([
  ['ArrowLeft', -SECOND],
  ['ArrowDown', -SECOND],
  ['ArrowRight', SECOND],
  ['ArrowUp', SECOND],
  ['PageDown', -MINUTE],
  ['PageUp', MINUTE],
]);

/** @returns how far a key moves on the slider, in milliseconds; null for other keys */
export function keyStep(key: string, shift: boolean): number | null {
  const step = STEPS.get(key);
  if (step === undefined) return null;
  return shift && key.startsWith('Arrow') ? step * 10 : step;
}

/**
 * @returns a moment in the format of a date-time field, `2026-11-22T03:12:07`, in UTC or in the zone of this process
 */
export function fieldValue(moment: number, zone?: 'UTC'): string {
  const shift = zone === 'UTC' ? 0 : new Date(moment).getTimezoneOffset() * MINUTE;
  return new Date(moment - shift).toISOString().slice(0, 19);
}

/** @returns the moment in a date-time field, in the zone of this process; null while the entry is incomplete */
export function readField(value: string): number | null {
  const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(moment) ? null : moment;
}

/** @returns the path of the bundle of a time range; `blank` omits texts */
export function bundlePath({ since, until, blank }: TimeSpan & { blank: boolean }): string {
  const query = new URLSearchParams({ since: formatMoment(since), until: formatMoment(until) });
  if (blank) query.set('text', 'blank');
  return requestPath(BUNDLE_PATH, query);
}

const ABOUT: Record<UnknownSpan['about'], [cause: string, effect: string]> = {
  everything: ['Not recorded', 'agents and locks are as last known before'],
  registry: ['The registry could not be read', 'agents are as last known before'],
  locks: ['The locks could not be read', 'locks are as last known before'],
  log: ['The message log could not be read', 'messages may be missing'],
};

/**
 * States what is not known about a moment, as a sentence with instants in it.
 *
 * @returns "Not recorded between ... and ...: agents and locks are as last known before."
 */
export function unknownSentence({ about, since, until }: UnknownSpan): string {
  const [cause, effect] = ABOUT[about];
  if (since === null && until === null) return `${cause}: nothing is known about that time.`;
  if (since === null) return `${cause} before ${until}: nothing earlier is known.`;
  return `${cause} ${until === null ? `since ${since}` : `between ${since} and ${until}`}: ${effect}.`;
}
