/** The parameters of questions about what was. */
import { Parameters } from './parameters';

const LARGEST_LIMIT = 500;

/** A client's clock may be a little ahead of this one. */
const AHEAD_MS = 1000;

/**
 * Reads `at` of `GET /api/state`.
 *
 * @returns milliseconds since 1970, at most now
 * @throws {ProblemError} if it is missing, no time or in the future
 */
export function parseMoment(given: URLSearchParams, now = Date.now(), zone?: string | null): number {
  const parameters = new Parameters(given, zone);
  const at = parameters.instant('at');
  if (parameters.text('at') === undefined) parameters.fault('at', 'is missing: name the moment, in ISO 8601.');
  else if (at !== undefined && at > now + AHEAD_MS) {
    parameters.fault('at', 'is in the future, of which nothing is known yet; GET /api/agents and others tell of now.');
  }
  parameters.check();
  return Math.min(at as number, now);
}

/**
 * Reads `before` and `limit` of lists of spans.
 *
 * @throws {ProblemError} naming every faulty parameter
 */
export function parseSpanPage(given: URLSearchParams) {
  const parameters = new Parameters(given);
  const [limit, before] = [parameters.limit(LARGEST_LIMIT), parameters.cursor('before')];
  parameters.check();
  return { limit, ...(before && { before }) };
}

/**
 * Reads the parameters of `GET /api/locks/history`.
 *
 * @throws {ProblemError} naming every faulty parameter
 */
export function parseLockHistoryQuery(given: URLSearchParams) {
  const parameters = new Parameters(given);
  // Exactly as written: a path may begin or end with a blank.
  const filepath = given.getAll('filepath').at(-1) ?? '';
  if (filepath === '') parameters.fault('filepath', 'is missing: name the path as its lock spells it.');
  const holder = parameters.text('holder');
  parameters.check();
  return { ...parseSpanPage(given), filepath, ...(holder !== undefined && { holder }) };
}
