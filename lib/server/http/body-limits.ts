/** How large a body may be and how long it may take, and the answers if it exceeds that. */
import { ProblemError } from './problem';

/** The time from the head of a request to the end of its body. */
export const BODY_TIMEOUT_MS = 10_000;

/** Closes the connection, so that the rest of a body is not awaited. */
const CLOSED = { headers: { Connection: 'close' } };

/** @param maxBytes the setting LIMIT_BODY_BYTES */
export function bodyTooLarge(maxBytes: number): ProblemError {
  return new ProblemError('body_too_large', `The body of a request must have at most ${maxBytes} bytes.`, CLOSED);
}

/** @param timeoutMs the time that the body had */
export function bodyTimedOut(timeoutMs: number): ProblemError {
  const detail = `The body of a request must arrive within ${timeoutMs / 1000} s; send the request again.`;
  return new ProblemError('body_timeout', detail, CLOSED);
}
