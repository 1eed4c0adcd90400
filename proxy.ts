import { type NextRequest, NextResponse } from 'next/server';
import { checkAccess } from '@/lib/server/access';
import { problemPage, problemResponse } from '@/lib/server/problem';

/** Refuses a page before anything is drawn. The page refuses by itself too: nothing may rest on this file alone. */
export function proxy(request: NextRequest): Response {
  const refusal = checkAccess(request.headers);
  if (refusal === null) return NextResponse.next();
  const asksForPage = request.headers.get('accept')?.includes('text/html') ?? false;
  return asksForPage ? problemPage(refusal) : problemResponse(refusal);
}

// Pages only: in front of the API it would halve its speed, and the API checks each request itself.
// Under a base path the page's own address is that path alone, which only the first pattern fits.
export const config = {
  matcher: ['/', '/((?!api/|_next/|static/|(?:health|metrics|docs|redoc|openapi\\.json)$).*)'],
};
