import { type NextRequest, NextResponse } from 'next/server';
import { checkAccess } from '@/lib/server/access';
import { newNonce, pagePolicy, setPageHeaders } from '@/lib/server/headers';
import { problemPage, problemResponse } from '@/lib/server/problem';

const development = process.env.NODE_ENV === 'development';

/**
 * Refuses a page before anything is drawn, and gives it its policy. The page refuses by itself too: nothing may rest on
 * this file alone.
 */
export function proxy(request: NextRequest): Response {
  const refusal = checkAccess(request.headers);
  if (refusal === null) return page(request);
  const asksForPage = request.headers.get('accept')?.includes('text/html') ?? false;
  return asksForPage ? problemPage(refusal) : problemResponse(refusal);
}

function page({ headers, nextUrl }: NextRequest): Response {
  const options = { nonce: newNonce(), path: nextUrl.pathname, development };
  // Next puts the nonce that it finds here on its scripts; whatever a client sent under these names is replaced.
  const request = new Headers(headers);
  request.set('Content-Security-Policy', pagePolicy(options));
  request.set('X-Nonce', options.nonce);
  const response = NextResponse.next({ request: { headers: request } });
  setPageHeaders(response.headers, options);
  return response;
}

// Pages only: in front of the API it would halve its speed, and the API checks each request itself.
// Under a base path the page's own address is that path alone, which only the first pattern fits.
export const config = {
  matcher: ['/', '/((?!api/|_next/static/|static/|(?:health|metrics|openapi\\.json)$).*)'],
};
