/** Which span of time a timeline shows. Times are milliseconds since 1970; in the address they are ISO 8601. */
import type { TimeSpan } from '../contract/time-span';
import { milliseconds } from './time';

export const PRESETS = ['15m', '1h', '1d', 'all'] as const;
export type Preset = (typeof PRESETS)[number];
/**
 * A preset follows the present; two instants stay where they are. `recent`, which nobody chooses by name, is an hour, or
 * what is known while that is less.
 */
export type SpanChoice = Preset | 'recent' | TimeSpan;

const MINUTE = 60_000;
/** How long a preset is, in milliseconds; of everything it is not known here. */
export const LENGTHS: Readonly<Record<Preset, number | null>> & Record<Exclude<Preset, 'all'>, number> = {
  all: null,
  '15m': 15 * MINUTE,
  '1h': 60 * MINUTE,
  '1d': 24 * 60 * MINUTE,
};
/** Closer than this nothing more is to be seen: a log line knows its second, at most its microsecond. */
const MIN_SPAN_MS = 500;

/** What a span hangs on besides the choice. */
export interface Surroundings {
  now: number;
  /** The oldest moment of which anything is known; null while the server has not said it. */
  first: number | null;
  /** The oldest moment of which more than messages is known; null while that is not known either. */
  watchedSince?: number | null;
  /** The past moment that the page shows; null for now. */
  at: number | null;
}

/** @returns what a `span` of the address means; the default for what makes no sense */
export function parseSpan(text: string | null): SpanChoice {
  const preset = PRESETS.find((name) => name === text);
  if (preset !== undefined) return preset;
  const [since = null, until = null] = (text?.split('/') ?? []).map(milliseconds);
  return since !== null && until !== null && until - since >= MIN_SPAN_MS ? { since, until } : 'recent';
}

/** @returns a span as the address holds it */
export function formatSpan({ since, until }: TimeSpan): string {
  return `${isoOf(since)}/${isoOf(until)}`;
}

/** @returns a moment as the API takes it */
export function isoOf(time: number): string {
  return new Date(Math.round(time)).toISOString();
}

/** @returns the span that a choice means at this moment; one that follows the present moves to a past moment it would miss */
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
  // Until it is known how much is known, as much as there may be: less of it is there already then.
  const known = watchedSince === null ? LENGTHS['1h'] : (now - watchedSince) * 1.05;
  return Math.min(LENGTHS['1h'], Math.max(LENGTHS['15m'], known));
}

/** @returns a span moved and shortened so that it shows no future and not much more than everything */
export function limited({ since, until }: TimeSpan, { now, first }: Pick<Surroundings, 'now' | 'first'>): TimeSpan {
  const longest = Math.max(LENGTHS['1d'], (now - (first ?? now)) * 1.1);
  const length = Math.min(longest, Math.max(MIN_SPAN_MS, until - since));
  const middle = (since + until) / 2;
  const earliest = now - longest;
  const start = Math.max(earliest, Math.min(now - length, middle - length / 2));
  return { since: start, until: start + length };
}
