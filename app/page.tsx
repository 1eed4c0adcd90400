import { headers } from 'next/headers';
import { Dashboard } from '@/components/dashboard';
import { FirstSteps } from '@/components/first-steps';
import { PlainPage } from '@/components/plain-page';
import { getConfig } from '@/lib/config';
import { getRuntime } from '@/lib/runtime';
import { checkAccess } from '@/lib/server/access';

export const dynamic = 'force-dynamic';

/** The dashboard: its first state in the HTML, everything after that by the stream. */
export default async function Page() {
  const refusal = checkAccess(await headers());
  if (refusal) return <PlainPage title="No access">{refusal.message}</PlainPage>;
  const runtime = getRuntime();
  if (runtime.root === null) return <FirstSteps folders={getConfig().startFolders} />;
  await runtime.ready();
  return <Dashboard first={runtime.firstState()} root={runtime.root} renderedAt={Date.now()} />;
}
