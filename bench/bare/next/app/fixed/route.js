/** A fixed body of a size: the limit for any answer of the same size. */
export const dynamic = 'force-dynamic';

const bodies = new Map();

export function GET(request) {
  const size = Number(new URL(request.url).searchParams.get('size'));
  const body = bodies.get(size) ?? `"${'x'.repeat(size - 2)}"`;
  bodies.set(size, body);
  return new Response(body, { headers: { 'Content-Type': 'application/json' } });
}
