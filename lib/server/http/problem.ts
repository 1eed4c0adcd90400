import { PROBLEMS, type ProblemCode, problemOf } from '../../contract/problems';
import type { Problem } from '../../contract/schemas';
import { type HeadersConfig, plainPageHeaders, setDataHeaders } from './headers';

interface ProblemExtras {
  /** The faulty parameters, one sentence each. */
  errors?: NonNullable<Problem['errors']>;
  /** Headers that the status requires, such as `Allow`. */
  headers?: Record<string, string>;
  /** Further fields of the answer. */
  more?: Readonly<Record<string, unknown>>;
}

/** A failure whose message is sent to the client. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';

  /**
   * @param code the kind of failure, which decides the HTTP status
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

const NO_EXTRAS: ProblemExtras = {};

const UNEXPECTED = new ProblemError('internal', 'The server failed to answer this request; its log says more.');

/**
 * Answers with an error (RFC 9457). Errors that are neither a `ProblemError` nor a refusal of the runtime are answered
 * with a sentence that reveals nothing internal.
 */
export function problemResponse(error: unknown, config: HeadersConfig): Response {
  const body = problemBody(error);
  const { headers } = isProblem(error) && 'extras' in error ? error.extras : NO_EXTRAS;
  return answer(JSON.stringify(body), body.status, { 'Content-Type': 'application/problem+json', ...headers }, config);
}

/** @returns what a client may know of an error */
export function problemBody(error: unknown): Problem {
  const known = isProblem(error) ? error : UNEXPECTED;
  const extras: ProblemExtras = 'extras' in known ? known.extras : {};
  const more = 'more' in known ? (known.more as Readonly<Record<string, unknown>>) : extras.more;
  return { ...problemOf(known.code, known.message, extras.errors), ...more };
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 36rem; margin: 4rem auto; padding: 0 1rem; }
h1 { font-size: 1.25rem; }
`;

/** A refusal as an HTML page, for a browser that requests a page. Loads nothing else from this server. */
export function problemPage({ code, message, extras }: ProblemError, config: HeadersConfig): Response {
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
  const type = { 'Content-Type': 'text/html; charset=utf-8' };
  return answer(page, status, { ...type, ...plainPageHeaders(STYLE), ...extras.headers }, config);
}

function answer(body: string, status: number, headers: Record<string, string>, config: HeadersConfig): Response {
  const response = new Response(body, { status, headers });
  setDataHeaders(response.headers, config);
  return response;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A query that the history refuses: any error with the name `QueryRefused`. */
type RefusedQuery = Error & { code: ProblemCode };
/** A command that had no effect, with further fields of the answer: any error with the name `ActionRefused`. */
type RefusedAction = RefusedQuery & { more: Readonly<Record<string, unknown>> };

/**
 * Whether a client may read the message of an error. Checked by name, not by class: one process has several copies of a
 * module, each with its own class.
 */
export function isProblem(error: unknown): error is ProblemError | RefusedQuery | RefusedAction {
  const named = error instanceof Error && ['ProblemError', 'QueryRefused', 'ActionRefused'].includes(error.name);
  return named && 'code' in error && String(error.code) in PROBLEMS;
}
