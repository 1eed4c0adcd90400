import type { Problem } from '../contract/schemas';
import type { Refusal } from '../runtime';
import { plainPageHeaders, setDataHeaders } from './headers';
import { reportError } from './report-error';

/** Every way in which a request can fail, with its status and its title. The one place that maps errors to HTTP. */
const PROBLEMS = {
  malformed_url: { status: 400, title: 'Malformed URL' },
  malformed_body: { status: 400, title: 'Malformed body' },
  credentials_required: { status: 401, title: 'Credentials required' },
  forbidden_host: { status: 403, title: 'Forbidden host' },
  loopback_only: { status: 403, title: 'Loopback only' },
  cross_origin: { status: 403, title: 'Cross-origin' },
  write_scope_required: { status: 403, title: 'Write scope required' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  gone_cursor: { status: 410, title: 'Cursor gone' },
  body_too_large: { status: 413, title: 'Body too large' },
  url_too_long: { status: 414, title: 'URL too long' },
  unsupported_media_type: { status: 415, title: 'Unsupported media type' },
  invalid_parameter: { status: 422, title: 'Invalid parameter' },
  malformed_cursor: { status: 422, title: 'Malformed cursor' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  too_many_attempts: { status: 429, title: 'Too many attempts' },
  internal: { status: 500, title: 'Internal error' },
  unavailable: { status: 503, title: 'Unavailable' },
  too_many_streams: { status: 503, title: 'Too many streams' },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

interface ProblemExtras {
  /** The faulty parameters, one sentence each. */
  errors?: NonNullable<Problem['errors']>;
  /** Headers that the status asks for, such as `Allow`. */
  headers?: Record<string, string>;
}

/** A failure that the client is told of. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';

  /**
   * @param code which failure it is; it decides the HTTP status
   * @param detail one plain sentence for a person: what, where, what to do
   * @param extras faulty parameters and additional headers of the answer
   */
  constructor(
    readonly code: ProblemCode,
    detail: string,
    readonly extras: ProblemExtras = {},
  ) {
    super(detail);
  }
}

/**
 * An error as an answer (RFC 9457). What is neither a `ProblemError` nor a refusal of the runtime is logged and
 * answered with a sentence that says nothing of the inside.
 */
export function problemResponse(error: unknown): Response {
  const known = isKnown(error) ? error : unexpected(error);
  const extras: ProblemExtras = 'extras' in known ? known.extras : {};
  const { status, title } = PROBLEMS[known.code];
  const type = `urn:claude-swarm-dashboard:problem:${known.code}`;
  const body: Problem = { type, title, status, detail: known.message, errors: extras.errors };
  return answer(JSON.stringify(body), 'application/problem+json', status, extras.headers);
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 36rem; margin: 4rem auto; padding: 0 1rem; }
h1 { font-size: 1.25rem; }
`;

/** A refusal for a person, where a browser asks for a page; it needs nothing else from this server. */
export function problemPage({ code, message, extras }: ProblemError): Response {
  const { status, title } = PROBLEMS[code];
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title} · Claude Swarm</title>
<style>${STYLE}</style>
<main>
<h1>${title}</h1>
<p>${escaped(message)}</p>
</main>
</html>
`;
  return answer(page, 'text/html; charset=utf-8', status, { ...plainPageHeaders(STYLE), ...extras.headers });
}

function answer(body: string, type: string, status: number, extra: Record<string, string> = {}): Response {
  const response = new Response(body, { status, headers: { 'Content-Type': type, ...extra } });
  setDataHeaders(response.headers);
  return response;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** By name, not by class: one process holds several copies of a module, each with a class of its own. */
function isKnown(error: unknown): error is ProblemError | Refusal {
  const named = error instanceof Error && ['ProblemError', 'Refusal'].includes(error.name);
  return named && 'code' in error && String(error.code) in PROBLEMS;
}

function unexpected(error: unknown): ProblemError {
  reportError('endpoint', error);
  return new ProblemError('internal', 'The server failed to answer this request; its log says more.');
}
