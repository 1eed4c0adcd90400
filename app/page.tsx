import { cookies, headers } from 'next/headers';
import { NOW, type PastView } from '@/components/past/past-player';
import { Dashboard } from '@/components/shell/dashboard';
import { FirstSteps } from '@/components/shell/first-steps';
import { NoSwarmFiles } from '@/components/shell/no-swarm-files';
import { PlainPage } from '@/components/shell/plain-page';
import { SimulatedBanner } from '@/components/shell/simulated-banner';
import { parseAddress } from '@/lib/client/address';
import { readMoment } from '@/lib/client/moments';
import { hasNoFiles, type Surroundings } from '@/lib/client/no-files';
import { drawerView, firstSizes, readSettings } from '@/lib/client/settings';
import { NO_TASKS } from '@/lib/contract/defaults';
import { pageGate } from '@/lib/server/access/page-gate';
import { getRuntime, type Runtime } from '@/lib/swarms/swarm';

export const dynamic = 'force-dynamic';

/** The dashboard. The HTML contains the first state; the stream brings all later changes. */
export default async function Page({ searchParams }: PageProps<'/'>) {
  const sent = await headers();
  const refusal = pageGate().refusal(sent);
  if (refusal !== null) return <PlainPage title="No access">{refusal}</PlainPage>;
  const runtime = getRuntime();
  if (runtime.root === null) {
    const { getConfig } = await import('@/lib/config/config');
    const folders = getConfig().startFolders;
    return <FirstSteps folders={folders} nearby={(await surroundingsOf(folders)).swarms} />;
  }
  await runtime.ready();
  const jar = await cookies();
  const query = queryOf(await searchParams);
  const { at, view, agent } = parseAddress(new URLSearchParams(query));
  const settings = readSettings((name) => jar.get(name)?.value);
  const state = runtime.firstState();
  // Up to half a megabyte, which the stream brings to a page that does not show them at first.
  const showsTasks = agent !== null || (drawerView(view) ?? settings.drawer.view) === 'tasks';
  const first = showsTasks ? state : { ...state, tasks: NO_TASKS };
  return (
    <>
      {/* Browsers hide the nonce from scripts, so hydration would report a difference. */}
      <style nonce={sent.get('x-nonce') ?? undefined} suppressHydrationWarning>
        {firstSizes(settings)}
      </style>
      <Dashboard
        first={first}
        root={runtime.root}
        renderedAt={Date.now()}
        query={query}
        past={await pastOf(runtime, at, sent)}
        bundle={runtime.bundle}
        settings={settings}
        banner={runtime.simulated ? <SimulatedBanner /> : null}
        noFiles={
          hasNoFiles(first) && runtime.bundle === null ? (
            <NoSwarmFiles root={runtime.root} surroundings={await surroundingsOf([runtime.root])} />
          ) : null
        }
      />
    </>
  );
}

/** Loaded only for a folder without a swarm: most pages need none of it. */
async function surroundingsOf(folders: readonly string[]): Promise<Surroundings> {
  const { findNearbySwarms, SWARM_FILES } = await import('@/lib/sources/claudeswarm/nearby-swarms');
  return { lookedFor: SWARM_FILES, swarms: await findNearbySwarms(folders) };
}

/** Reads the past moment in the address before the page is rendered, so that a link to it works without scripts. */
async function pastOf(runtime: Runtime, at: string | null, sent: Headers): Promise<PastView> {
  const end = runtime.bundle && Date.parse(runtime.bundle.until);
  const moment = readMoment(at, end ?? Date.now()) ?? end;
  if (typeof moment !== 'number') return { ...NOW, refused: moment };
  try {
    pageGate().countRead(sent);
    const state = await runtime.past('state', { at: moment });
    return { ...NOW, wanted: moment, shown: await new Response(state).json() };
  } catch (error) {
    return { ...NOW, wanted: moment, fault: error instanceof Error ? error.message : String(error) };
  }
}

function queryOf(parameters: Record<string, string | string[] | undefined>): string {
  const pairs = Object.entries(parameters).flatMap(([name, values]) =>
    [values ?? []].flat().map((value): [string, string] => [name, value]),
  );
  return new URLSearchParams(pairs).toString();
}
