import { type NextRequest, NextResponse } from 'next/server';
import { pageGate } from '@/lib/server/access/page-gate';

const development = process.env.NODE_ENV === 'development';

/** The page refuses by itself too: nothing may rest on this file alone. */
export function proxy({ headers, nextUrl }: NextRequest): Response {
  const passed = pageGate().pass({ headers, path: nextUrl.pathname, development });
  if ('refused' in passed) return passed.refused;
  const { sent, page } = passed;
  return NextResponse.next({ request: { headers: sent }, headers: page });
}

// Pages only: in front of the API it would halve its speed, and the API checks each request itself.
// Under a base path the page's own address is that path alone, which only the first pattern fits.
export const config = {
  matcher: ['/', '/((?!api/|_next/static/|static/|(?:health|metrics|hooks/claude|openapi\\.json)$).*)'],
};
