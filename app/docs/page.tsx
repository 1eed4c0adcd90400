import type { Metadata } from 'next';
import { headers } from 'next/headers';
import { SwaggerUi } from '@/components/documents/swagger-ui';
import { PlainPage } from '@/components/shell/plain-page';
import { pageGate } from '@/lib/server/access/page-gate';

export const dynamic = 'force-dynamic';
export const metadata: Metadata = { title: 'API · Claude Swarm' };

/** The API in Swagger UI, where requests can be sent. */
export default async function Page() {
  const refusal = pageGate().refusal(await headers());
  if (refusal !== null) return <PlainPage title="No access">{refusal}</PlainPage>;
  return <SwaggerUi />;
}
