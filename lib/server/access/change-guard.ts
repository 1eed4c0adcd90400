/**
 * Checks what a request that changes something must contain. A page of another site can't make a browser send such a
 * request.
 */
import type { Config } from '../../config/config';
import type { EndpointDescription } from '../../contract/endpoint';
import { PROBLEMS } from '../../contract/problems';
import { BODY_TIMEOUT_MS, bodyTimedOut, bodyTooLarge } from '../http/body-limits';
import { ProblemError } from '../http/problem';
import type { Principal } from './principal';

/**
 * Checks a request that changes something, and reads its body. A DELETE may have no body.
 *
 * @param principal the caller
 * @param endpoint its scope is `write` for changes of the swarm, `read` for those of the dashboard's own state
 * @returns the body's JSON; null if the body is empty
 * @throws {ProblemError} if the scope, the origin, the type or the size is not allowed, or the body is not JSON
 */
export async function readChange(
  request: Request,
  principal: Principal,
  { scope, maxBodyBytes }: Pick<EndpointDescription, 'scope' | 'maxBodyBytes'>,
  config: Config,
): Promise<unknown> {
  if (scope === 'write' && !principal.mayWrite) {
    throw principal.refusal ?? new ProblemError('write_scope_required', PROBLEMS.write_scope_required.detail);
  }
  checkOrigin(request.headers, principal, config);
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  const mayBeEmpty = request.method === 'DELETE' && type === undefined;
  if (type !== 'application/json' && !mayBeEmpty) throw notJson();
  const text = await readText(request.body, maxBodyBytes ?? config.bodyBytes);
  if (mayBeEmpty && text !== '') throw notJson();
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new ProblemError('malformed_body', 'The body of the request is not JSON.');
  }
}

function notJson(): ProblemError {
  return new ProblemError(
    'unsupported_media_type',
    'The Content-Type of a request that changes something must be application/json.',
  );
}

function checkOrigin(headers: Headers, { credential }: Principal, { allowedOrigins, publicUrl }: Config): void {
  const origin = headers.get('origin');
  const site = headers.get('sec-fetch-site');
  if (origin !== null) {
    if (allowedOrigins.includes(origin)) return;
    if (isOwn(origin, headers.get('host') ?? '', publicUrl) && (site === null || site === 'same-origin')) return;
  } else if (site === null ? credential !== null : site === 'same-origin' || site === 'none') return;
  throw new ProblemError(
    'cross_origin',
    origin === null
      ? 'A request that changes something must carry an Origin header, or credentials if it comes from no browser.'
      : 'A page of this origin may not change anything here; the setting ALLOWED_ORIGINS lists those that may.',
  );
}

/** TLS ends at a proxy, so the scheme is only known from `PUBLIC_URL`. */
function isOwn(origin: string, host: string, publicUrl: string | null): boolean {
  const own = publicUrl === null ? null : new URL(publicUrl);
  if (own?.origin === origin) return true;
  const asked = ['http', 'https'].map((scheme) => `${scheme}://${host}`).filter((url) => URL.canParse(url));
  return asked.some((url) => new URL(url).origin === origin) && (own === null || new URL(origin).host !== own.host);
}

/** The client has left, which is no fault of this server. */
function brokenOff(): never {
  throw new ProblemError('malformed_body', 'The body of the request ended before its announced end.');
}

/**
 * Reads a body whose length may be unknown: at most one chunk beyond the maximum. When it throws, the rest is left to
 * `request-gate.ts`, since cancelling the body would close the connection before the answer is sent.
 */
export async function readText(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  timeoutMs = BODY_TIMEOUT_MS,
): Promise<string> {
  if (body === null) return '';
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(bodyTimedOut(timeoutMs)), timeoutMs);
  });
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read().catch(brokenOff), timeout]);
      if (done) return Buffer.concat(chunks).toString('utf8');
      bytes += value.byteLength;
      if (bytes > maxBytes) throw bodyTooLarge(maxBytes);
      chunks.push(value);
    }
  } finally {
    clearTimeout(timer);
  }
}
