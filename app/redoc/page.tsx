import type { Metadata } from 'next';
import { headers } from 'next/headers';
import { ReDoc } from '@/components/documents/redoc';
import { PlainPage } from '@/components/plain-page';
import { checkAccess } from '@/lib/server/access';

export const dynamic = 'force-dynamic';
export const metadata: Metadata = { title: 'API reference · Claude Swarm' };

/** The API to read, as ReDoc shows it. */
export default async function Page() {
  const refusal = checkAccess(await headers());
  if (refusal) return <PlainPage title="No access">{refusal.message}</PlainPage>;
  return <ReDoc />;
}
