import { getConfig } from '../config';
import { parseCursor } from '../contract/events';
import type { MessageFilter, Problem } from '../contract/schemas';
import { MOST_SEARCH_WORDS, searchWords } from '../contract/search-text';
import type { MessageQuery } from '../runtime';
import { readInstant } from '../swarm/naive-time';
import { ProblemError } from './problem';

const DEFAULT_LIMIT = 50;
const LARGEST_LIMIT = 1_000;
/** Longer than any id or sensible search; bounds what one request may cost. */
const LONGEST_TEXT = 1_000;
const MOST_TYPES = 100;

const PLACES = ['before', 'after', 'around'] as const;
const NAMES = ['agent', 'sender', 'recipient', 'msg_id'] as const;

type Faults = NonNullable<Problem['errors']>;

/**
 * Reads the parameters of `GET /api/messages`. Blank filters count as absent, unknown parameters are ignored, and of
 * one that may not be repeated the last counts.
 *
 * @param zone the zone of instants without an offset, null for that of this process
 * @throws {ProblemError} naming every faulty parameter
 */
export function parseMessageQuery(parameters: URLSearchParams, zone = getConfig().swarmZone): MessageQuery {
  const faults: Faults = [];
  const query: MessageQuery = { limit: readLimit(parameters, faults), filter: readFilter(parameters, zone, faults) };

  const places = PLACES.filter((name) => parameters.has(name));
  let malformedCursor = false;
  for (const name of places) {
    const place = parseCursor(parameters.getAll(name).at(-1) ?? '');
    if (place) query[name] = place;
    else {
      malformedCursor = true;
      faults.push({ parameter: name, detail: 'must be a cursor as the API gave it, such as next_cursor.' });
    }
  }
  for (const name of places.slice(1)) {
    faults.push({
      parameter: name,
      detail: `can not be combined with ${places[0]}; give one of ${PLACES.join(', ')}.`,
    });
  }

  if (faults.length === 0) return query;
  const only = malformedCursor && faults.length === 1;
  throw new ProblemError(only ? 'malformed_cursor' : 'invalid_parameter', sentenceOf(faults), { errors: faults });
}

function sentenceOf(faults: Faults): string {
  return faults.map(({ parameter, detail }) => `The parameter ${parameter} ${detail}`).join(' ');
}

function readLimit(parameters: URLSearchParams, faults: Faults): number {
  const text = parameters.getAll('limit').at(-1);
  if (text === undefined) return DEFAULT_LIMIT;
  if (!/^[+-]?\d+$/.test(text)) {
    faults.push({ parameter: 'limit', detail: 'must be a whole number.' });
    return DEFAULT_LIMIT;
  }
  const limit = Number(text);
  return limit < 1 ? DEFAULT_LIMIT : Math.min(limit, LARGEST_LIMIT);
}

function readFilter(parameters: URLSearchParams, zone: string | null, faults: Faults): MessageFilter {
  const text = (name: string): string | undefined => {
    const value = parameters.getAll(name).at(-1)?.trim();
    if (value && value.length > LONGEST_TEXT) {
      faults.push({ parameter: name, detail: `must have at most ${LONGEST_TEXT} characters.` });
    }
    return value || undefined;
  };
  const instant = (name: string): number | undefined => {
    // A plus sign that was not percent-encoded arrives as a blank.
    const value = text(name)?.replace(/ (?=\d{2}:?\d{2}$)/, '+');
    const read = value === undefined ? undefined : readInstant(value, zone ?? undefined);
    if (read === null) {
      faults.push({ parameter: name, detail: 'must be a time in ISO 8601, such as 2026-01-30T12:00:00+00:00.' });
    }
    return read?.milliseconds;
  };

  const filter: MessageFilter = { since: instant('since'), until: instant('until'), q: text('q') };
  for (const name of NAMES) filter[name] = text(name);
  if (searchWords(filter.q ?? '').length > MOST_SEARCH_WORDS) {
    faults.push({ parameter: 'q', detail: `must have at most ${MOST_SEARCH_WORDS} words or quoted phrases.` });
  }
  const types = [...new Set(parameters.getAll('type').map((type) => type.trim()))].filter((type) => type !== '');
  if (types.length > MOST_TYPES || types.some((type) => type.length > LONGEST_TEXT)) {
    faults.push({ parameter: 'type', detail: `must name at most ${MOST_TYPES} types.` });
  } else if (types.length > 0) filter.type = types;
  return filter;
}
