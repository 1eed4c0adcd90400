/** The parameters of questions about what was. */
import { Parameters } from './parameters';

const LARGEST_LIMIT = 500;
const HOUR_MS = 3_600_000;
/** Into how many steps a timeline is divided: about as many as its columns on a screen. */
const POINTS = { usual: 600, least: 50, most: 2000 };

/** The first instant that can be written with a year of four digits, in milliseconds since 1970. */
const YEAR_0 = -62_167_219_200_000;

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
 * Reads `GET /api/agents/{id}`.
 *
 * @throws {ProblemError} naming every faulty parameter
 */
export function parseAgentHistoryQuery({ pathname, searchParams }: URL) {
  const parameters = new Parameters(searchParams);
  // As the client wrote it: any text may be an id, a slash among it.
  const written = pathname.slice(pathname.lastIndexOf('/') + 1);
  const id = decoded(written);
  if (id === null) parameters.fault('id', 'must be percent-encoded UTF-8.');
  const page = readPage(parameters);
  parameters.check();
  return { id: id ?? '', ...page };
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
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
  const page = readPage(parameters);
  parameters.check();
  return { filepath, ...(holder !== undefined && { holder }), ...page };
}

function readPage(parameters: Parameters) {
  const [limit, before] = [parameters.limit(LARGEST_LIMIT), parameters.cursor('before')];
  return { limit, ...(before && { before }) };
}

/**
 * Reads `since` and `until` of `GET /api/talk`: the last hour where they are missing.
 *
 * @returns milliseconds since 1970, both included
 * @throws {ProblemError} naming every faulty parameter
 */
export function parseSpan(given: URLSearchParams, now = Date.now(), zone?: string | null) {
  const parameters = new Parameters(given, zone);
  const span = readSpan(parameters, now);
  parameters.check();
  return span;
}

/**
 * Reads `GET /api/timeline`.
 *
 * @throws {ProblemError} naming every faulty parameter
 */
export function parseTimelineQuery(given: URLSearchParams, now = Date.now(), zone?: string | null) {
  const parameters = new Parameters(given, zone);
  const span = readSpan(parameters, now);
  const steps = parameters.whole('points', POINTS);
  const [agent, after] = [parameters.text('agent'), parameters.text('after_agent')];
  parameters.check();
  return { ...span, steps, ...(agent !== undefined && { agent }), ...(after !== undefined && { after }) };
}

function readSpan(parameters: Parameters, now: number): { since: number; until: number } {
  const until = parameters.instant('until') ?? now;
  const since = parameters.instant('since') ?? Math.max(until - HOUR_MS, YEAR_0);
  if (since > until) parameters.fault('since', 'must not be later than until.');
  return { since, until };
}
