/** What is wrong with an answer of a server that needs credentials. */
import type { Answer } from './hostile-requests';
import { FORGED, MARK } from './secret-swarm';

/** @returns what an answer without credentials gives away or does otherwise than it may, null if nothing */
export function fault({ status, head, body }: Answer): string | null {
  const text = `${head}\n${body}`.toLowerCase();
  if (text.includes(MARK)) return 'swarm data';
  // Still encoded it may stand in a Location.
  if (head.split('\n').some((line) => line.toLowerCase().startsWith(FORGED))) return 'a forged header';
  // Next can't read every method (TRACE), says so by 500 and nothing else.
  if (status >= 500 && body !== '' && body !== 'Internal Server Error') return 'a failure';
  // A page that refuses by itself can't set its status; of a prefetch Next says that there is nothing, before all else.
  const open = ['', '{}'].includes(body) || /"status":"(healthy|degraded)"|No access/.test(body);
  return status < 300 && !open ? 'an answer' : null;
}

/**
 * For a server whose PUBLIC_URL is https. Node refuses by itself what it can't read; that has no headers and no content.
 *
 * @returns what an answer lacks or has too much, null if nothing
 */
export function missingHeaders({ status, head, body }: Answer): string | null {
  if (status === 400 && body === '') return null;
  const wanted = [
    /^content-security-policy: .*default-src 'none'.*frame-ancestors 'none'$/im,
    /^x-content-type-options: nosniff$/im,
    /^referrer-policy: no-referrer$/im,
    /^cross-origin-resource-policy: same-origin$/im,
    /^cross-origin-opener-policy: same-origin$/im,
    /^strict-transport-security: max-age=31536000$/im,
  ];
  const missing = wanted.find((pattern) => head.match(new RegExp(pattern, 'gim'))?.length !== 1);
  if (missing) return `not once ${missing}`;
  return /^(x-powered-by|server|access-control-)/im.test(head) ? 'a header too much' : null;
}
