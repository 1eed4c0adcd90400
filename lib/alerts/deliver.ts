/** One try to post: an ordinary request of Node's own, without redirects, proxies or connections kept open. */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { PostOutcome } from '../contract/alert-schemas';
import type { AllowedHosts } from './allowed-hosts';
import type { Receiver } from './receivers';
import { signatureHeaders } from './signature';

/** Client errors that another try may see mended: credentials, an address not there yet, timing. */
const WORTH_RETRYING = new Set([401, 402, 403, 404, 407, 408, 421, 423, 425, 429]);
const CLIENT_ERROR = 400;
const SERVER_ERROR = 500;
/** Nobody reads the answer's text; a longer one is cut off. */
const MAX_ANSWER_BYTES = 65_536;

/**
 * Posts once.
 *
 * @param key the same at every try, for the receiver to tell doubles
 * @param signal ends the try
 * @returns how it ended; never rejects
 */
export function deliver(
  receiver: Receiver,
  { body, key }: { body: string; key: string },
  allowed: AllowedHosts,
  signal?: AbortSignal,
): Promise<PostOutcome> {
  const { hostname, protocol } = new URL(receiver.url);
  const forbidden = allowed.fault(hostname);
  if (forbidden !== null) return Promise.resolve({ kind: 'failed', reason: forbidden, retryAfterMs: null });
  const headers: Record<string, string | number> = {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'Idempotency-Key': key,
    'User-Agent': 'claude-swarm-dashboard',
  };
  if (receiver.secret !== null) Object.assign(headers, signatureHeaders(receiver.secret, { id: key, body }));
  return new Promise((resolve) => {
    const fail = (reason: string) => resolve({ kind: 'failed', reason, retryAfterMs: null });
    try {
      const send = protocol === 'https:' ? requestHttps : requestHttp;
      const request = send(receiver.url, { method: 'POST', headers, agent: false, lookup: allowed.lookup, signal });
      const late = setTimeout(
        () => request.destroy(new Error(`no answer within ${receiver.timeoutMs / 1000} s`)),
        receiver.timeoutMs,
      );
      request.on('close', () => {
        clearTimeout(late);
        fail('the connection ended without an answer');
      });
      request.on('error', ({ message }) => fail(message));
      request.on('response', (response) => {
        resolve(postOutcome(response.statusCode ?? 0, response.headers['retry-after']));
        let length = 0;
        response.on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length > MAX_ANSWER_BYTES) request.destroy();
        });
        response.on('error', () => {});
      });
      request.end(body);
    } catch (error) {
      fail((error as Error).message);
    }
  });
}

/**
 * @param retryAfter the header: seconds or a date
 * @param now milliseconds since 1970
 */
export function postOutcome(status: number, retryAfter: string | undefined, now = Date.now()): PostOutcome {
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  const reason = `it answered with status ${status}`;
  if (status >= CLIENT_ERROR && status < SERVER_ERROR && !WORTH_RETRYING.has(status))
    return { kind: 'refused', reason };
  return { kind: 'failed', reason, retryAfterMs: readRetryAfter(retryAfter, now) };
}

function readRetryAfter(text: string | undefined, now: number): number | null {
  if (text === undefined) return null;
  const milliseconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isFinite(milliseconds) && milliseconds > 0 ? milliseconds : null;
}
