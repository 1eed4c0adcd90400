/** The time range of a timeline. Times are milliseconds since 1970; in the address they are ISO 8601. */
import type { TimeSpan } from '../contract/time-span';
import { milliseconds } from './time';

export const PRESETS = ['15m', '1h', '1d', 'all'] as const;
export type Preset = (typeof PRESETS)[number];
/**
 * A preset follows the present; two instants are fixed. `recent`, the default, is one hour, or the known time if that
 * is shorter.
 */
export type SpanChoice = Preset | 'recent' | TimeSpan;

const MINUTE = 60_000;
/** The length of a preset, in milliseconds; that of `all` is not known here. */
export const LENGTHS: Readonly<Record<Preset, number | null>> & Record<Exclude<Preset, 'all'>, number> = {
  all: null,
  '15m': 15 * MINUTE,
  '1h': 60 * MINUTE,
  '1d': 24 * 60 * MINUTE,
};
/** The shortest span, in milliseconds: log lines have times in seconds, at best in microseconds. */
const MIN_SPAN_MS = 500;

/** What a span depends on in addition to the choice. */
export interface Surroundings {
  now: number;
  /** The oldest moment of which anything is known; null until the server has answered. */
  first: number | null;
  /** The oldest moment of which more than messages is known; null until the server has answered. */
  watchedSince?: number | null;
  /** The past moment that the page shows; null for the present. */
  at: number | null;
}

/** @returns the choice of a `span` in the address; the default for an invalid one */
export function parseSpan(text: string | null): SpanChoice {
  const preset = PRESETS.find((name) => name === text);
  if (preset !== undefined) return preset;
  const [since = null, until = null] = (text?.split('/') ?? []).map(milliseconds);
  return since !== null && until !== null && until - since >= MIN_SPAN_MS ? { since, until } : 'recent';
}

/** @returns a span in the format of the address */
export function formatSpan({ since, until }: TimeSpan): string {
  return `${isoOf(since)}/${isoOf(until)}`;
}

/** @returns a moment in the format of the API */
export function isoOf(time: number): string {
  return new Date(Math.round(time)).toISOString();
}

/**
 * @returns the span of a choice at this moment; one that follows the present is moved if it would not contain the past
 *   moment on the page
 */
export function resolveChoice(choice: SpanChoice, surroundings: Surroundings): TimeSpan {
  if (typeof choice !== 'string') return choice;
  const { now, at } = surroundings;
  const length = choiceLength(choice, surroundings);
  const until = at !== null && at < now - length ? at + length / 2 : now;
  return { since: until - length, until };
}

function choiceLength(choice: Preset | 'recent', { now, first, watchedSince = null }: Surroundings): number {
  if (choice === 'all') return Math.max(LENGTHS['15m'], (now - (first ?? now)) * 1.01);
  if (choice !== 'recent') return LENGTHS[choice];
  // Until the server says since when it has watched, the maximum is used: an answer for a longer span includes any
  // shorter one.
  const known = watchedSince === null ? LENGTHS['1h'] : (now - watchedSince) * 1.05;
  return Math.min(LENGTHS['1h'], Math.max(LENGTHS['15m'], known));
}

/** @returns a span moved and shortened so that it shows no future and little more than the known time */
export function limited({ since, until }: TimeSpan, { now, first }: Pick<Surroundings, 'now' | 'first'>): TimeSpan {
  const longest = Math.max(LENGTHS['1d'], (now - (first ?? now)) * 1.1);
  const length = Math.min(longest, Math.max(MIN_SPAN_MS, until - since));
  const middle = (since + until) / 2;
  const earliest = now - longest;
  const start = Math.max(earliest, Math.min(now - length, middle - length / 2));
  return { since: start, until: start + length };
}
