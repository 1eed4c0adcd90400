/** How requests are refused, by status: why, what else the answer carries, and what it looks like. */
import type { Problem } from './schemas';

interface ProblemAnswer {
  description: string;
  /** Headers that the answer carries besides, each with what it says. */
  headers?: Record<string, string>;
  example: Problem;
}

const problemOf = (
  code: string,
  title: string,
  status: number,
  detail: string,
  errors?: Problem['errors'],
): Problem => ({
  type: `urn:claude-swarm-dashboard:problem:${code}`,
  title,
  status,
  detail,
  ...(errors && { errors }),
});

const RETRY_AFTER = { 'Retry-After': 'After how many seconds it makes sense to ask again.' };

const malformedLimit = { parameter: 'limit', detail: 'must be a whole number.' };

export const PROBLEM_ANSWERS = {
  400: {
    description: 'The path is not percent-encoded UTF-8, or the body no JSON.',
    example: problemOf(
      'malformed_url',
      'Malformed URL',
      400,
      'The path must be percent-encoded UTF-8: a percent sign itself is %25.',
    ),
  },
  401: {
    description: 'Credentials are needed, and none or wrong ones were given.',
    headers: { 'WWW-Authenticate': 'Which kinds of credentials are taken.' },
    example: problemOf(
      'credentials_required',
      'Credentials required',
      401,
      'This server needs a user name and a password, or a token.',
    ),
  },
  403: {
    description: 'The host, the origin, the place or the scope that the request comes with is not allowed.',
    example: problemOf(
      'forbidden_host',
      'Forbidden host',
      403,
      'This server does not answer as "swarm.example". To allow it, add the name to the setting ALLOWED_HOSTS and restart.',
    ),
  },
  404: {
    description: 'There is no such thing.',
    example: problemOf('not_found', 'Not found', 404, 'No trace of an agent "agent-77" is known.'),
  },
  405: {
    description: 'The method is not possible here.',
    headers: { Allow: 'The methods that are.' },
    example: problemOf(
      'method_not_allowed',
      'Method not allowed',
      405,
      'DELETE is not possible here; use one of GET, HEAD, OPTIONS.',
    ),
  },
  410: {
    description: 'The cursor leads nowhere any more: it is of another history, or of one that is no longer kept.',
    example: problemOf(
      'gone_cursor',
      'Cursor gone',
      410,
      'The cursor a7x.12 leads nowhere: it belongs to another history. Start again without a cursor.',
    ),
  },
  413: {
    description: 'The body is larger than the setting LIMIT_BODY_BYTES allows.',
    example: problemOf('body_too_large', 'Body too large', 413, 'The body of a request must have at most 65536 bytes.'),
  },
  414: {
    description: 'The address is longer than the setting LIMIT_URL_BYTES allows.',
    example: problemOf('url_too_long', 'URL too long', 414, 'The URL must have at most 8192 bytes.'),
  },
  415: {
    description: 'What changes something must be sent as application/json.',
    example: problemOf(
      'unsupported_media_type',
      'Unsupported media type',
      415,
      'The Content-Type of a request that changes something must be application/json.',
    ),
  },
  422: {
    description: 'Parameters are faulty; each is named.',
    example: problemOf('invalid_parameter', 'Invalid parameter', 422, 'The parameter limit must be a whole number.', [
      malformedLimit,
    ]),
  },
  429: {
    description: 'This client has asked too often, or tried too many wrong credentials.',
    headers: RETRY_AFTER,
    example: problemOf(
      'too_many_requests',
      'Too many requests',
      429,
      'This address has asked for more than 1200 searches and questions about the past a minute; ask again in 1 s.',
    ),
  },
  503: {
    description: 'Not now: the swarm or its history is not read yet, or too many streams are open.',
    headers: RETRY_AFTER,
    example: problemOf('unavailable', 'Unavailable', 503, 'The swarm has not been read yet; ask again in a moment.'),
  },
} as const satisfies Record<number, ProblemAnswer>;

export type ProblemStatus = keyof typeof PROBLEM_ANSWERS;
