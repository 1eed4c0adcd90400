/** What a request must bring that changes something: nothing that a page of another site could make a browser send. */
import type { Config } from '../../config/config';
import type { Scope } from '../../contract/endpoint';
import { BODY_TIMEOUT_MS, bodyTimedOut, bodyTooLarge } from '../http/body-limits';
import { ProblemError } from '../http/problem';
import type { Principal } from './principal';

/**
 * Checks a request that changes something, and reads its body. A DELETE may come without a body.
 *
 * @param principal who was let in
 * @param scope of the endpoint: `write` for changes of the swarm, `read` for those of the dashboard's own state
 * @returns the body's JSON; null for an empty one
 * @throws {ProblemError} if the scope, the origin, the type or the size is not allowed, or the body is no JSON
 */
export async function readChange(
  request: Request,
  principal: Principal,
  scope: Scope,
  config: Config,
): Promise<unknown> {
  if (scope === 'write' && !principal.mayWrite) {
    throw new ProblemError('write_scope_required', 'Changing something needs credentials with the scope "write".');
  }
  checkOrigin(request.headers, principal, config);
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  const mayBeEmpty = request.method === 'DELETE' && type === undefined;
  if (type !== 'application/json' && !mayBeEmpty) throw notJson();
  const text = await readText(request.body, config.bodyBytes);
  if (mayBeEmpty && text !== '') throw notJson();
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new ProblemError('malformed_body', 'The body of the request is no JSON.');
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

/** TLS ends at a proxy, so the scheme is known only where `PUBLIC_URL` says it. */
function isOwn(origin: string, host: string, publicUrl: string | null): boolean {
  const own = publicUrl === null ? null : new URL(publicUrl);
  if (own?.origin === origin) return true;
  const asked = ['http', 'https'].map((scheme) => `${scheme}://${host}`).filter((url) => URL.canParse(url));
  return asked.some((url) => new URL(url).origin === origin) && (own === null || new URL(origin).host !== own.host);
}

/**
 * Without a length nobody knows how much comes: no more than one chunk is read beyond what may. What is left when it throws
 * is left to `request-gate.ts`: cancelling the body would close the connection before the answer is sent.
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
      const { done, value } = await Promise.race([reader.read(), timeout]);
      if (done) return Buffer.concat(chunks).toString('utf8');
      bytes += value.byteLength;
      if (bytes > maxBytes) throw bodyTooLarge(maxBytes);
      chunks.push(value);
    }
  } finally {
    clearTimeout(timer);
  }
}
