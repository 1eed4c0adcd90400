/** Refuses a page before anything is rendered, and sets its content policy. */

import { newNonce, pagePolicy, setPageHeaders } from '../http/headers';
import { problemPage, problemResponse } from '../http/problem';
import { admit, checkAccess } from './access';
import type { AccessContext } from './access-context';
import { limitRequests } from './limits';
import type { PageGate } from './page-gate';

/** @returns a gate that admits the same callers to pages as the API does */
export function createPageGate(access: AccessContext): PageGate {
  const { config } = access;
  return {
    pass({ headers, path, development }) {
      const refusal = checkAccess(headers, access);
      if (refusal) {
        const asksForPage = headers.get('accept')?.includes('text/html') ?? false;
        return { refused: asksForPage ? problemPage(refusal, config) : problemResponse(refusal, config) };
      }
      const options = { nonce: newNonce(), path, development };
      // Next takes the nonce for its scripts from here. Headers of these names that a client sent are replaced.
      const sent = new Headers(headers);
      sent.set('Content-Security-Policy', pagePolicy(options));
      sent.set('X-Nonce', options.nonce);
      const page = new Headers();
      setPageHeaders(page, options, config);
      return { sent, page };
    },
    refusal: (headers) => checkAccess(headers, access)?.message ?? null,
    countRead: (headers) => limitRequests('reads', admit(headers, access), access),
  };
}
