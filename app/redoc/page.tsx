import type { Metadata } from 'next';
import { headers } from 'next/headers';
import { ReDoc } from '@/components/documents/redoc';
import { PlainPage } from '@/components/shell/plain-page';
import { pageGate } from '@/lib/server/access/page-gate';

export const dynamic = 'force-dynamic';
export const metadata: Metadata = { title: 'API reference · Claude Swarm' };

/** The API reference in ReDoc. */
export default async function Page() {
  const refusal = pageGate().refusal(await headers());
  if (refusal !== null) return <PlainPage title="No access">{refusal}</PlainPage>;
  return <ReDoc />;
}
