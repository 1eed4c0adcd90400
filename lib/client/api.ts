/** Questions to the server: one place for its address, the wait while it is busy, and what a refusal says to a person. */
import type { Path } from '../contract/path-list';
import type { Problem } from '../contract/schemas';
import { served } from './base-path';

/** The longest total wait for a busy server, in milliseconds; after it the person decides. */
const MAX_WAIT_MS = 15_000;

/** Why a request failed, as a sentence for the page. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  /** @param status the HTTP status; null if the server did not answer */
  constructor(
    message: string,
    readonly status: number | null,
  ) {
    super(message);
  }

  /** The requested thing does not exist (HTTP 404). */
  get missing(): boolean {
    return this.status === 404;
  }

  /** The requested place is no longer kept, or belongs to another history (HTTP 410). */
  get gone(): boolean {
    return this.status === 410;
  }

  /** The request itself is invalid (HTTP 422). */
  get invalid(): boolean {
    return this.status === 422;
  }
}

export interface RequestOptions {
  /** Aborts the request, which then throws the signal's reason. */
  signal?: AbortSignal | null;
  /** The start of the sentence about a failure, such as "Could not load messages". */
  failure?: string;
  method?: 'GET' | 'POST' | 'DELETE';
  /** Sent as JSON. */
  body?: object;
}

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

/**
 * Asks, and asks again when a busy server says so (`Retry-After`), for as long as a person would wait. What was on the page
 * before stays there meanwhile.
 *
 * @param path starts with a slash, without the base path
 * @returns a response with a status of 2xx
 * @throws {ApiError} if the server does not answer or refuses; an abort throws the signal's reason
 */
export async function request(path: string, options: RequestOptions = {}): Promise<Response> {
  const { signal = null, failure, method = 'GET', body } = options;
  const headers: HeadersInit = body ? { 'Content-Type': 'application/json' } : {};
  const init = { signal, method, headers, ...(body && { body: JSON.stringify(body) }) };
  const response = await fetchPatiently(served(path), init).catch(() => {
    signal?.throwIfAborted();
    throw new ApiError(sentence(failure, 'the server does not answer'), null);
  });
  if (response.ok) return response;
  const problem: Partial<Problem> = await response.json().catch(() => ({}));
  const faults = problem.errors?.map(({ parameter, detail }) => `“${parameter}” ${detail}`).join(' ');
  const detail = faults || problem.detail || sentence(failure, `the server answered ${response.status}`);
  throw new ApiError(detail, response.status);
}

/**
 * Reads a JSON answer.
 *
 * @returns the answer, with the type that the caller names for the path
 * @throws {ApiError} as `request` does
 */
export async function readJson<Answer>(path: string, options?: RequestOptions): Promise<Answer> {
  return (await request(path, options)).json();
}

function sentence(failure: string | undefined, reason: string): string {
  const [first = '', ...rest] = reason;
  return failure ? `${failure}: ${reason}.` : `${first.toUpperCase()}${rest.join('')}.`;
}

async function fetchPatiently(url: string, init: RequestInit): Promise<Response> {
  let waited = 0;
  for (;;) {
    const response = await fetch(url, init);
    const busy = response.status === 429 || response.status === 503;
    const seconds = busy ? Number(response.headers.get('Retry-After') ?? Number.NaN) : Number.NaN;
    waited += Math.max(seconds * 1000, 1000);
    // `waited` is NaN if the server names no time to wait.
    if (!(waited <= MAX_WAIT_MS)) return response;
    await pause(Math.max(seconds * 1000, 1000), init.signal ?? null);
  }
}

function pause(milliseconds: number, signal: AbortSignal | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', end, { once: true });
    if (signal?.aborted) end();
  });
}
