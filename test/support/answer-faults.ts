/** Finds faults in answers of a server that needs credentials. */
import type { Answer } from './hostile-requests';
import { FORGED, MARK } from './secret-swarm';

/** @returns what an answer without credentials reveals, or how it breaks the rules; null if it does neither */
export function fault({ status, head, body }: Answer): string | null {
  const text = `${head}\n${body}`.toLowerCase();
  if (text.includes(MARK)) return 'swarm data';
  // It may occur in a Location, but only encoded.
  if (head.split('\n').some((line) => line.toLowerCase().startsWith(FORGED))) return 'a forged header';
  // Next cannot read every method (TRACE); it answers with 500 and no content.
  if (status >= 500 && body !== '' && body !== 'Internal Server Error') return 'a failure';
  // A page that refuses by itself cannot set its status; Next answers a prefetch with "not found" before anything else.
  const open = ['', '{}'].includes(body) || /"status":"(healthy|degraded)"|No access/.test(body);
  return status < 300 && !open ? 'an answer' : null;
}

/**
 * For a server whose PUBLIC_URL is https. Node itself refuses unreadable requests, without headers and content.
 *
 * @returns headers that an answer lacks or must not have; null if there are none
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
