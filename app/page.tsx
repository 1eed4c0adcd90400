import { cookies, headers } from 'next/headers';
import { Dashboard } from '@/components/dashboard';
import { FirstSteps } from '@/components/first-steps';
import { PlainPage } from '@/components/plain-page';
import { readSettings } from '@/lib/client/settings';
import { getConfig } from '@/lib/config';
import { getRuntime } from '@/lib/runtime';
import { checkAccess } from '@/lib/server/access';

export const dynamic = 'force-dynamic';

/** The dashboard: its first state in the HTML, everything after that by the stream. */
export default async function Page({ searchParams }: PageProps<'/'>) {
  const refusal = checkAccess(await headers());
  if (refusal) return <PlainPage title="No access">{refusal.message}</PlainPage>;
  const runtime = getRuntime();
  if (runtime.root === null) return <FirstSteps folders={getConfig().startFolders} />;
  await runtime.ready();
  const jar = await cookies();
  return (
    <Dashboard
      first={runtime.firstState()}
      root={runtime.root}
      renderedAt={Date.now()}
      query={queryOf(await searchParams)}
      settings={readSettings((name) => jar.get(name)?.value)}
    />
  );
}

function queryOf(parameters: Record<string, string | string[] | undefined>): string {
  const pairs = Object.entries(parameters).flatMap(([name, values]) =>
    [values ?? []].flat().map((value): [string, string] => [name, value]),
  );
  return new URLSearchParams(pairs).toString();
}
