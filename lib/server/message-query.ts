import type { MessageFilter } from '../contract/schemas';
import { MOST_SEARCH_WORDS, searchWords } from '../contract/search-text';
import type { MessageQuery } from '../runtime';
import { LONGEST_TEXT, Parameters } from './parameters';

const LARGEST_LIMIT = 1_000;
const MOST_TYPES = 100;

const PLACES = ['before', 'after', 'around'] as const;
const NAMES = ['agent', 'sender', 'recipient', 'msg_id'] as const;

/**
 * Reads the parameters of `GET /api/messages`.
 *
 * @param zone the zone of instants without an offset, null for that of this process; the configured one if absent
 * @throws {ProblemError} naming every faulty parameter
 */
export function parseMessageQuery(given: URLSearchParams, zone?: string | null): MessageQuery {
  const parameters = new Parameters(given, zone);
  const query: MessageQuery = { limit: parameters.limit(LARGEST_LIMIT), filter: readFilter(parameters) };
  const places = PLACES.filter((name) => parameters.has(name));
  for (const name of places) {
    const place = parameters.cursor(name);
    if (place) query[name] = place;
  }
  for (const name of places.slice(1)) {
    parameters.fault(name, `can not be combined with ${places[0]}; give one of ${PLACES.join(', ')}.`);
  }
  parameters.check();
  return query;
}

function readFilter(parameters: Parameters): MessageFilter {
  const filter: MessageFilter = {
    since: parameters.instant('since'),
    until: parameters.instant('until'),
    q: parameters.text('q'),
  };
  for (const name of NAMES) filter[name] = parameters.text(name);
  if (searchWords(filter.q ?? '').length > MOST_SEARCH_WORDS) {
    parameters.fault('q', `must have at most ${MOST_SEARCH_WORDS} words or quoted phrases.`);
  }
  const types = parameters.texts('type');
  if (types.length > MOST_TYPES || types.some((type) => type.length > LONGEST_TEXT)) {
    parameters.fault('type', `must name at most ${MOST_TYPES} types.`);
  } else if (types.length > 0) filter.type = types;
  return filter;
}
