import { type NextRequest, NextResponse } from 'next/server';
import { checkAccess } from '@/lib/server/access';
import { problemResponse } from '@/lib/server/problem';

/** Refuses a page before anything is drawn. The page refuses by itself too: nothing may rest on this file alone. */
export function proxy(request: NextRequest): Response {
  const refusal = checkAccess(request.headers);
  return refusal ? problemResponse(refusal) : NextResponse.next();
}

// Pages only: in front of the API it would halve its speed, and the API checks each request itself.
export const config = { matcher: '/((?!api/|_next/|static/|(?:health|metrics|docs|redoc|openapi\\.json)$).*)' };
