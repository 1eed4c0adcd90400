/** Refuses a page before anything is drawn, and gives it its policy. */

import { newNonce, pagePolicy, setPageHeaders } from '../http/headers';
import { problemPage, problemResponse } from '../http/problem';
import { admit, checkAccess } from './access';
import type { AccessContext } from './access-context';
import { limitRequests } from './limits';
import type { PageGate } from './page-gate';

/** @returns the gate that admits to pages whom the API admits */
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
      // Next puts the nonce that it finds here on its scripts; whatever a client sent under these names is replaced.
      const sent = new Headers(headers);
      sent.set('Content-Security-Policy', pagePolicy(options));
      sent.set('X-Nonce', options.nonce);
      const page = new Headers();
      setPageHeaders(page, options, config);
      return { sent, page };
    },
    refusal: (headers) => checkAccess(headers, access)?.message ?? null,
    countRead: (headers) => limitRequests('reads', admit(headers, access).client, access),
  };
}
