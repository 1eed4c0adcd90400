'use client';

import { useCallback, useMemo, useState } from 'react';
import { type Address, parseAddress } from '@/lib/client/address';
import { targetOf } from '@/lib/client/attention';
import type { Settings } from '@/lib/client/settings';
import { useAddress } from '@/lib/client/use-address';
import { useDrawer } from '@/lib/client/use-drawer';
import { isPanel, type Tab, useLayout, useNarrow } from '@/lib/client/use-layout';
import { useSwarm } from '@/lib/client/use-swarm';
import { useTheme } from '@/lib/client/use-theme';
import type { SwarmState } from '@/lib/contract/events';
import type { AttentionEntry } from '@/lib/contract/schemas';
import { NeedsYou } from './needs-you';
import { GapNotice, SourceNotices } from './notices';
import { NotificationSwitch } from './notification-switch';
import { type OpenDialog, PageDialogs, usePageCommands } from './page-commands';
import { Panels } from './panels';
import { StatsPanel } from './stats-panel';
import { TabBar } from './tab-bar';
import { TabSignal } from './tab-signal';
import { Drawer } from './timeline/drawer';
import { TopBar } from './top-bar';
import { RenderedAt } from './ui/time';

interface DashboardProps {
  /** The swarm when the server made the page. */
  first: SwarmState;
  root: string;
  /** When that was, in milliseconds. */
  renderedAt: number;
  /** The query that it was made for. */
  query: string;
  /** What it was drawn with. */
  settings: Settings;
}

/** The page, alive: it draws the first state on the server and follows the stream in the browser. */
export function Dashboard({ first, root, renderedAt, query, settings }: DashboardProps) {
  const { swarm, gap, connection, dismissGap } = useSwarm(first);
  const [address, change] = useAddress(query);
  const [theme, nextTheme] = useTheme(settings.theme);
  const [initialTab] = useState(() => tabFor(parseAddress(new URLSearchParams(query)), first));
  const { layout, setLayout, tab, setTab, goTo } = useLayout(settings.layout, initialTab);
  const narrow = useNarrow();
  const [dialog, setDialog] = useState<OpenDialog>(null);
  const loadedAt = useMemo(() => new Date(renderedAt).toISOString(), [renderedAt]);
  const { attention } = swarm.attention;
  const unreadable = useUnreadable(attention);
  const holds = useHolds(swarm);
  const closeDetail = useCallback(() => change({ agent: null }), [change]);
  const open = useCallback(
    (entry: AttentionEntry) => {
      const target = targetOf(entry);
      change(target.address, true);
      goTo(target.tab);
    },
    [change, goTo],
  );
  const drawer = useDrawer({ initial: settings.drawer, address, change, goTo });
  usePageCommands({ address, closeDetail, nextTheme, goTo, layout, setLayout, setDialog, drawer });

  return (
    <RenderedAt value={renderedAt}>
      <TabSignal count={swarm.attention.count} />
      <div className="page flex flex-col">
        <TopBar
          root={root}
          agents={swarm.agents}
          connection={connection}
          heardAt={swarm.heardAt ?? loadedAt}
          theme={theme}
          onTheme={nextTheme}
          onPalette={() => setDialog('palette')}
          onHelp={() => setDialog('help')}
        />
        <main className="flex min-h-0 flex-1 flex-col">
          <noscript>
            <p className="border-line border-b bg-tint px-4 py-1.5">
              JavaScript is off: this is the swarm as it was when the page was loaded. Reload to see it as it is now.
            </p>
          </noscript>
          <ul aria-label="Problems with the data" className="max-h-[25dvh] shrink-0 overflow-y-auto">
            {gap && <GapNotice gap={gap} onDismiss={dismissGap} />}
            <SourceNotices sources={swarm.sources} holds={holds} said={unreadable} />
          </ul>
          <StatsPanel stats={swarm.stats} agents={swarm.agents.agents} />
          <TabBar tab={tab} onTab={setTab} attention={swarm.attention.count} />
          <div
            data-tab={tab === 'needs-you' ? 'shown' : 'hidden'}
            className="tab-content flex min-h-0 flex-col max-md:flex-1"
            {...(narrow && { role: 'tabpanel', id: 'tabpanel-needs-you', 'aria-labelledby': 'tab-needs-you' })}
          >
            <NeedsYou entries={attention} count={swarm.attention.count} onOpen={open}>
              <NotificationSwitch entries={attention} onOpen={open} />
            </NeedsYou>
          </div>
          <Panels
            swarm={swarm}
            address={address}
            change={change}
            layout={layout}
            onLayout={setLayout}
            tab={isPanel(tab) ? tab : null}
            asTabs={narrow}
            onCloseDetail={closeDetail}
          />
          <Drawer
            drawer={drawer}
            swarm={swarm}
            connection={connection}
            address={address}
            change={change}
            goTo={goTo}
            asTab={narrow ? (tab === 'timeline' ? 'shown' : 'hidden') : null}
            tabShown={tab === 'timeline'}
          />
        </main>
      </div>
      <PageDialogs dialog={dialog} setDialog={setDialog} swarm={swarm} change={change} />
    </RenderedAt>
  );
}

/** What a narrow screen shows first: what the address points at, else what needs a person, else the agents. */
function tabFor(address: Address, { attention }: SwarmState): Tab {
  if (address.lock !== null) return 'locks';
  if (address.message !== null || address.q !== '' || address.types.length > 0) return 'messages';
  if (address.view !== null) return 'timeline';
  return attention.count > 0 ? 'needs-you' : 'agents';
}

/** The sources that "needs you" speaks of already; the same object while they stay. */
function useUnreadable(attention: readonly AttentionEntry[]): ReadonlySet<string> {
  const names = attention
    .filter(({ kind }) => kind === 'source_unreadable')
    .flatMap(({ evidence }) => evidence.sources)
    .join(' ');
  return useMemo(() => new Set(names.split(' ')), [names]);
}

/** For each source that fills a panel, whether that panel has anything; the same object while that stays. */
function useHolds(swarm: SwarmState) {
  const registry = swarm.agents.agents.length > 0;
  const locks = swarm.locks.locks.length > 0;
  const log = swarm.messages.length > 0;
  return useMemo(() => ({ registry, locks, log }), [registry, locks, log]);
}
