/** Refuses a page before anything is drawn, and gives it its policy. */

import { newNonce, pagePolicy, setPageHeaders } from '../http/headers';
import { problemPage, problemResponse } from '../http/problem';
import { admit, checkAccess } from './access';
import { limitRequests } from './limits';
import type { PageGate } from './page-gate';

export const pages: PageGate = {
  pass({ headers, path, development }) {
    const refusal = checkAccess(headers);
    if (refusal) {
      const asksForPage = headers.get('accept')?.includes('text/html') ?? false;
      return { refused: asksForPage ? problemPage(refusal) : problemResponse(refusal) };
    }
    const options = { nonce: newNonce(), path, development };
    // Next puts the nonce that it finds here on its scripts; whatever a client sent under these names is replaced.
    const sent = new Headers(headers);
    sent.set('Content-Security-Policy', pagePolicy(options));
    sent.set('X-Nonce', options.nonce);
    const page = new Headers();
    setPageHeaders(page, options);
    return { sent, page };
  },
  refusal: (headers) => checkAccess(headers)?.message ?? null,
  countRead: (headers) => limitRequests('reads', admit(headers).client),
};
