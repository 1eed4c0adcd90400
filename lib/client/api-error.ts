/** What a request to the server is made of, and how it fails. */

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
  /** The header of that name; the browser's own if absent. */
  authorization?: string | null;
}

/**
 * @param failure what failed, the start of the sentence; absent if the reason says all
 * @param reason the end of the sentence
 */
export function failureSentence(failure: string | undefined, reason: string): string {
  const [first = '', ...rest] = reason;
  return failure ? `${failure}: ${reason}.` : `${first.toUpperCase()}${rest.join('')}.`;
}
