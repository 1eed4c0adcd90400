'use client';

import { type ReactNode, useCallback, useEffect, useLayoutEffect, useMemo, useState } from 'react';
import { hasRegistered } from '@/components/agents/agents';
import { openCount, splitByMarks, type Target, targetOf } from '@/components/attention/attention';
import { useDrawer } from '@/components/drawer/use-drawer';
import type { PastView } from '@/components/past/past-player';
import { usePast } from '@/components/past/use-past';
import { type Address, panelOf, parseAddress } from '@/lib/client/address';
import { preloadRequests } from '@/lib/client/api';
import { freezeAges, startFrom, stopAt } from '@/lib/client/clock';
import type { Tab } from '@/lib/client/entry-tab';
import { Moment } from '@/lib/client/moment';
import { hasNoFiles } from '@/lib/client/no-files';
import type { PanelName, Settings } from '@/lib/client/settings';
import { startWhenLoaded } from '@/lib/client/start-when-loaded';
import { milliseconds } from '@/lib/client/time';
import { useAddress } from '@/lib/client/use-address';
import { useCalmSetting } from '@/lib/client/use-calm';
import { useDismissals } from '@/lib/client/use-dismissals';
import { isPanel, tabOf, useLayout, useNarrow } from '@/lib/client/use-layout';
import { useSwarm } from '@/lib/client/use-swarm';
import { useTheme } from '@/lib/client/use-theme';
import type { BundleInfo } from '@/lib/contract/bundle-schemas';
import type { SwarmState } from '@/lib/contract/events';
import type { AttentionEntry, Sources } from '@/lib/contract/schemas';
import { ClockTime, RenderedAt, ZoneInDoubt } from '../ui/time';
import { Acting } from './acting';
import { ConnectionBar } from './connection-bar';
import { usePageCommands } from './page-commands';
import type { OpenDialog } from './page-controls';
import { Panels } from './panels';
import {
  AtAGlance,
  Drawer,
  GapNotice,
  NeedsYou,
  NotificationSwitch,
  PageDialogs,
  Permissions,
  preloadAtAGlance,
  SourceNotices,
  StatsPanel,
  TabBar,
  TimeTravel,
  TopBar,
} from './parts';
import { TabSignal } from './tab-signal';
import { useDetailTab } from './use-detail-tab';

const loadLivePage = () => import('@/lib/client/live-page');

interface DashboardProps {
  /** The swarm when the server rendered the page. */
  first: SwarmState;
  root: string;
  /** When the server rendered the page, in milliseconds. */
  renderedAt: number;
  /** The query of the page's address. */
  query: string;
  /** The settings that the server rendered the page with. */
  settings: Settings;
  /** The past moment that the server rendered, if any. */
  past: PastView;
  /** The exported time range that is open instead of a live swarm. */
  bundle: BundleInfo | null;
  /** Says that the swarm is simulated; null for a real one. Rendered on the server: it never changes. */
  banner: ReactNode;
  /**
   * Shown while the folder has no files of a swarm; null if it had some when the server rendered the page. Rendered on
   * the server: most pages never show it, and its script stays there.
   */
  noFiles: ReactNode;
}

/** The page: rendered with the first state on the server, then updated by the stream in the browser. */
export function Dashboard(props: DashboardProps) {
  const { first, root, renderedAt, query, settings, past, bundle, banner, noFiles } = props;
  const { swarm: live, gap, connection, dismissGap } = useSwarm(first, root);
  const [address, change] = useAddress(query);
  const end = bundle && Date.parse(bundle.until);
  // Before any component below reads the clock.
  useLayoutEffect(() => {
    if (end !== null) stopAt(end);
    else startFrom(renderedAt);
  }, [end, renderedAt]);
  const travel = usePast({ at: address.at, change, first: past, end });
  const { moment } = travel;
  const swarm = travel.swarm ?? live;
  const [theme, nextTheme] = useTheme(settings.theme);
  const calmSetting = useCalmSetting(settings.calm);
  const [initialTab] = useState(() => tabFor(parseAddress(new URLSearchParams(query)), first));
  const { layout, setLayout, tab, setTab, goTo } = useLayout(settings.layout, initialTab);
  const narrow = useNarrow();
  useEffect(preloadAtAGlance, []);
  useEffect(preloadRequests, []);
  const [dialog, setDialog] = useState<OpenDialog>(null);
  const loadedAt = useMemo(() => new Date(renderedAt).toISOString(), [renderedAt]);
  const { attention } = swarm.attention;
  const notified = useMemo(() => splitByMarks(live.attention.attention).open, [live.attention]);
  const [loadedWith] = useState(notified);
  const unreadable = useUnreadable(attention);
  const holds = useHolds(swarm);
  const dismissals = useDismissals(root, settings.dismissed);
  const heardAt = live.heardAt ?? loadedAt;
  useFrozenAges(connection === 'reconnecting' ? milliseconds(heardAt) : null);
  const nothing = moment === null && hasNoFiles(live) ? noFiles : null;
  const closeDetail = useCallback(() => change({ agent: null }), [change]);
  const { detailShown, openDetail } = useDetailTab(address.agent, narrow ? tab : 'agents', tab);
  // On a narrow screen the detail covers the tab that is open, so that closing it leads back there.
  const showIn = useCallback(
    (agent: string | null | undefined, panel: Tab) => {
      if (narrow && agent != null) openDetail(agent);
      if (!(narrow && agent != null && panel === 'agents')) goTo(panel);
    },
    [narrow, goTo, openDetail],
  );
  const show = useCallback(
    (target: Target) => {
      change({ ...target.address, at: address.at }, true);
      showIn(target.address.agent, target.tab);
    },
    [change, showIn, address.at],
  );
  const open = useCallback((entry: AttentionEntry) => show(targetOf(entry)), [show]);
  const follow = useCallback(
    (to: Partial<Address>) => {
      change(to, true);
      const panel = to.view ? 'timeline' : panelOf(to);
      if (panel !== null) showIn(to.agent, panel);
    },
    [change, showIn],
  );
  const openPanel = useCallback(
    (panel: PanelName, to: Partial<Address>) => {
      change(to, true);
      goTo(panel);
    },
    [change, goTo],
  );
  const drawer = useDrawer({ initial: settings.drawer, address, change, goTo });
  const { open: openView } = drawer;
  const openUsage = useCallback(() => openView('usage'), [openView]);
  useEffect(() => startWhenLoaded(loadLivePage, ({ keepTextNodes }) => keepTextNodes(document.body)), []);
  const page = { address, closeDetail, nextTheme, goTo, layout, setLayout, setDialog, drawer, calmSetting };
  usePageCommands(page);

  return (
    <Now renderedAt={renderedAt} moment={moment} zoneInDoubt={swarm.sources.zone.state === 'degraded'}>
      <TabSignal count={openCount(live.attention)} past={moment !== null} />
      <Acting swarm={moment === null && bundle === null ? live : null}>
        <div className="page flex flex-col" data-past={moment === null ? undefined : true}>
          <TopBar
            root={root}
            agents={swarm.agents}
            connection={connection}
            heardAt={heardAt}
            empty={nothing !== null}
            theme={theme}
            onTheme={nextTheme}
            onPast={travel.enter}
            onPalette={() => setDialog('palette')}
            onHelp={() => setDialog('help')}
          >
            {connection !== 'connecting' && moment === null && bundle === null && (
              <Permissions
                swarm={live}
                open={address.permission !== null}
                agent={address.agent}
                onOpen={(shown) => change({ permission: shown ? 'all' : null })}
              />
            )}
          </TopBar>
          {banner}
          <ConnectionBar state={connection} heardAt={heardAt} />
          <main
            data-faded={connection === 'reconnecting' || undefined}
            data-detail={detailShown && nothing === null ? 'shown' : undefined}
            className="relative flex min-h-0 flex-1 flex-col"
          >
            <TimeTravel
              travel={travel}
              address={address}
              bundle={bundle}
              renderedAt={renderedAt}
              onExport={() => setDialog('bundle')}
            />
            <p className="without-script border-line border-b bg-tint px-4 py-1.5">
              Without JavaScript this page does not update itself. Reload it to see the current state. It shows the
              swarm at <ClockTime instant={moment === null ? loadedAt : new Date(moment).toISOString()} /> UTC.
            </p>
            <ul aria-label="Problems with the data" className="max-h-[25dvh] shrink-0 overflow-y-auto">
              {gap && moment === null && <GapNotice gap={gap} onDismiss={dismissGap} />}
              {mayHaveProblems(swarm.sources) && (
                <SourceNotices sources={swarm.sources} holds={holds} said={unreadable} dismissals={dismissals} />
              )}
            </ul>
            {nothing}
            <StatsPanel
              known={travel.known}
              stats={swarm.stats}
              agents={swarm.agents.agents}
              attention={swarm.attention}
              usage={live.usage}
              state={address.state}
              onOpen={openPanel}
              onGo={follow}
              onUsage={openUsage}
            />
            <TabBar tab={tab} onTab={setTab} attention={openCount(swarm.attention)} />
            <div
              data-tab={tab === 'needs-you' ? 'shown' : 'hidden'}
              className="tab-content flex min-h-0 flex-col max-md:flex-1 md:min-h-[6.5rem]"
              {...(narrow && { role: 'tabpanel', id: 'tabpanel-needs-you', 'aria-labelledby': 'tab-needs-you' })}
            >
              <NeedsYou
                answer={swarm.attention}
                fixed={moment !== null || bundle !== null}
                initialLines={settings.needsLines}
                onShow={show}
              >
                <NotificationSwitch entries={notified} loadedWith={loadedWith} paused={moment !== null} onOpen={open} />
              </NeedsYou>
              {narrow && <AtAGlance agents={swarm.agents} locks={swarm.locks} onGo={follow} />}
            </div>
            <Panels
              swarm={swarm}
              root={moment === null && bundle === null ? root : null}
              wrote={settings.writes}
              known={travel.known}
              address={address}
              change={change}
              layout={layout}
              onLayout={setLayout}
              tab={isPanel(tab) ? tab : null}
              asTabs={narrow}
              agentView={settings.agents}
              detailShown={detailShown}
              lockView={settings.locks}
              onGo={follow}
              onShow={goTo}
              onCloseDetail={closeDetail}
            />
            <Drawer
              drawer={drawer}
              swarm={live}
              shown={swarm}
              knowsTasks={travel.view.shown?.known.tasks ?? true}
              connection={connection}
              address={address}
              change={change}
              goTo={goTo}
              asTab={narrow ? (tab === 'timeline' ? 'shown' : 'hidden') : null}
              tabShown={tab === 'timeline'}
            />
          </main>
        </div>
      </Acting>
      <PageDialogs dialog={dialog} page={page} swarm={swarm} onGo={follow} />
    </Now>
  );
}

interface NowProps {
  renderedAt: number;
  moment: number | null;
  zoneInDoubt: boolean;
  children: ReactNode;
}

/** The time that ages count from: the shown moment, else the clock, which starts at the time of the server's render. */
function Now({ renderedAt, moment, zoneInDoubt, children }: NowProps) {
  return (
    <RenderedAt value={renderedAt}>
      <Moment value={moment}>
        <ZoneInDoubt value={zoneInDoubt}>{children}</ZoneInDoubt>
      </Moment>
    </RenderedAt>
  );
}

/** @param heardAt when the server was last heard, in milliseconds; null while it is heard */
function useFrozenAges(heardAt: number | null): void {
  useEffect(() => {
    freezeAges(heardAt);
    return () => freezeAges(null);
  }, [heardAt]);
}

/** The first tab of a narrow screen: what the address points at, else the attention items, else the agents. */
function tabFor(address: Address, { attention }: SwarmState): Tab {
  return tabOf(address) ?? (openCount(attention) > 0 ? 'needs-you' : 'agents');
}

/** Whether the notices may have something to say; which, and whether it was dismissed, they decide. */
function mayHaveProblems(sources: Sources): boolean {
  const { gaps, backlog } = sources.log;
  const all = Object.values(sources);
  return gaps > 0 || backlog !== null || all.some(({ state, skipped }) => state !== 'ok' || skipped.length > 0);
}

/** The sources that "Needs you" already reports; the same object while they stay the same. */
function useUnreadable(attention: readonly AttentionEntry[]): ReadonlySet<string> {
  const names = attention
    .filter(({ kind }) => kind === 'source_unreadable')
    .flatMap(({ evidence }) => evidence.sources)
    .join(' ');
  return useMemo(() => new Set(names.split(' ')), [names]);
}

/** For each source that fills a panel, whether the panel shows anything; the same object while that stays the same. */
function useHolds(swarm: SwarmState) {
  const registry = hasRegistered(swarm.agents);
  const locks = swarm.locks.locks.length > 0;
  const log = swarm.messages.length > 0;
  return useMemo(() => ({ registry, locks, log }), [registry, locks, log]);
}
