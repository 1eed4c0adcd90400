'use client';

import { useMemo } from 'react';
import { useSwarm } from '@/lib/client/use-swarm';
import type { SwarmState } from '@/lib/contract/events';
import { AgentsPanel } from './agents-panel';
import { LocksPanel } from './locks-panel';
import { MessagesPanel } from './messages-panel';
import { GapNotice, SourceNotices } from './notices';
import { StatsPanel } from './stats-panel';
import { TopBar } from './top-bar';
import { RenderedAt } from './ui/time';

interface DashboardProps {
  /** The swarm when the server made the page. */
  first: SwarmState;
  root: string;
  /** When that was, in milliseconds. */
  renderedAt: number;
}

/** The page, alive: it draws the first state on the server and follows the stream in the browser. */
export function Dashboard({ first, root, renderedAt }: DashboardProps) {
  const { swarm, gap, connection, dismissGap } = useSwarm(first);
  const holds = useHolds(swarm);
  return (
    <RenderedAt value={renderedAt}>
      <div className="flex min-h-dvh flex-col lg:h-dvh lg:overflow-hidden">
        <TopBar root={root} agents={swarm.agents} connection={connection} heardAt={swarm.heardAt} />
        <main className="flex min-h-0 flex-1 flex-col">
          <noscript>
            <p className="border-line border-b bg-tint px-4 py-1.5">
              JavaScript is off: this is the swarm as it was when the page was loaded. Reload to see it as it is now.
            </p>
          </noscript>
          <ul aria-label="Problems with the data" className="shrink-0 overflow-y-auto lg:max-h-[25dvh]">
            {gap && <GapNotice gap={gap} onDismiss={dismissGap} />}
            <SourceNotices sources={swarm.sources} holds={holds} />
          </ul>
          <StatsPanel stats={swarm.stats} agents={swarm.agents.agents} newest={swarm.messages.at(-1)} />
          <div className="grid min-h-0 flex-1 divide-line max-lg:divide-y lg:grid-cols-[minmax(17rem,22rem)_minmax(0,1fr)_minmax(18rem,25rem)] lg:grid-rows-[minmax(0,1fr)] lg:divide-x">
            <AgentsPanel answer={swarm.agents} source={swarm.sources.registry} />
            <MessagesPanel
              messages={swarm.messages}
              lastEventId={swarm.lastEventId}
              total={swarm.stats.message_count}
            />
            <LocksPanel answer={swarm.locks} source={swarm.sources.locks} />
          </div>
        </main>
      </div>
    </RenderedAt>
  );
}

/** For each source that fills a panel, whether that panel has anything; the same object while that stays. */
function useHolds(swarm: SwarmState) {
  const registry = swarm.agents.agents.length > 0;
  const locks = swarm.locks.locks.length > 0;
  const log = swarm.messages.length > 0;
  return useMemo(() => ({ registry, locks, log }), [registry, locks, log]);
}
