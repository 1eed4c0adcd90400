/**
 * Questions to the server. Their script loads after the page, which comes with what it shows first: see
 * `patient-request.ts`.
 */
import type { Path } from '../contract/path-list';
import { ApiError, failureSentence, type RequestOptions } from './api-error';
import { startWhenLoaded } from './start-when-loaded';

const loadRequests = () => import('./patient-request');

/**
 * Builds the path of a request.
 *
 * @param path of the endpoint
 * @param query its parameters, at least one; absent for none
 * @param id the text for `{id}` of the path, not encoded
 * @returns the path with its id percent-encoded, followed by the query
 */
export function requestPath(path: Path, query?: URLSearchParams, id = ''): string {
  const filled = path.replace('{id}', encodeURIComponent(id));
  return query ? `${filled}?${query}` : filled;
}

/** Loads the script of the requests ahead, until the returned function is called. */
export function preloadRequests(): () => void {
  return startWhenLoaded(loadRequests, () => () => {});
}

/**
 * Asks, and asks again when a busy server says so (`Retry-After`), for as long as a person would wait. What was on the
 * page before stays there meanwhile.
 *
 * @param path starts with a slash, without the base path
 * @returns a response with a status of 2xx, its body not read yet
 * @throws {ApiError} if the server does not answer in time or refuses; an abort throws the signal's reason
 */
export async function request(path: string, options: RequestOptions = {}): Promise<Response> {
  const { requestPatiently } = await requestsFor(options);
  return requestPatiently(path, options);
}

/**
 * Reads a JSON answer.
 *
 * @returns the answer, with the type that the caller names for the path
 * @throws {ApiError} as `request` does, and if the answer stops before its end
 */
export async function readJson<Answer>(path: string, options: RequestOptions = {}): Promise<Answer> {
  const { readPatiently } = await requestsFor(options);
  return readPatiently(path, options);
}

/** The server that does not send the script would not answer the request either. */
async function requestsFor({ signal, failure }: RequestOptions): ReturnType<typeof loadRequests> {
  try {
    return await loadRequests();
  } catch {
    signal?.throwIfAborted();
    throw new ApiError(failureSentence(failure, 'the server does not answer'), null);
  }
}
