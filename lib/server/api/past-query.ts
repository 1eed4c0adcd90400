/** The parameters of questions about what was. */
import { readParameters, requests } from '../http/parameters';

/**
 * Reads `at` of `GET /api/state`.
 *
 * @returns milliseconds since 1970, at most now
 * @throws {ProblemError} if it is missing, no time or in the future
 */
export function parseMoment(given: URLSearchParams, { state } = requests()): number {
  return readParameters(state, (name) => given.getAll(name)).at;
}

/**
 * Reads `GET /api/agents/{id}`.
 *
 * @throws {ProblemError} naming every faulty parameter
 */
export function parseAgentHistoryQuery({ pathname, searchParams }: URL, { agentHistory } = requests()) {
  // As the client wrote it: Next's own decoding fails for some ids.
  const id = pathname.slice(pathname.lastIndexOf('/') + 1);
  return readParameters(agentHistory, (name) => (name === 'id' ? [id] : searchParams.getAll(name)));
}

/**
 * Reads `GET /api/agent?id=`.
 *
 * @throws {ProblemError} naming every faulty parameter
 */
export function parseAgentQuery(given: URLSearchParams, { agentHistoryByQuery } = requests()) {
  return readParameters(agentHistoryByQuery, (name) => given.getAll(name));
}

/**
 * Reads the parameters of `GET /api/locks/history`.
 *
 * @throws {ProblemError} naming every faulty parameter
 */
export function parseLockHistoryQuery(given: URLSearchParams, { lockHistory } = requests()) {
  return readParameters(lockHistory, (name) => given.getAll(name));
}

/**
 * Reads `since` and `until` of `GET /api/talk`: the last hour where they are missing.
 *
 * @returns milliseconds since 1970, both included
 * @throws {ProblemError} naming every faulty parameter
 */
export function parseSpan(given: URLSearchParams, { talk } = requests()) {
  return readParameters(talk, (name) => given.getAll(name));
}

/**
 * Reads `GET /api/timeline`.
 *
 * @throws {ProblemError} naming every faulty parameter
 */
export function parseTimelineQuery(given: URLSearchParams, { timeline } = requests()) {
  return readParameters(timeline, (name) => given.getAll(name));
}
