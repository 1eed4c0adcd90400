import { Suspense } from 'react';
import type { Address } from '@/lib/client/address';
import type { AgentView, Layout, LockView, PanelName } from '@/lib/client/settings';
import type { SwarmState } from '@/lib/contract/events';
import { PanelLayout } from './panel-layout';
import { AgentDetail, AgentsPanel, LocksPanel, MessagesPanel } from './parts';

interface PanelsProps {
  swarm: SwarmState;
  /** The folder of the swarm; null where nothing can be sent: in the past, and for an exported time range. */
  root: string | null;
  /** Whether messages could be sent from this browser before. */
  wrote: boolean;
  /** Whether agents and locks are known at the shown moment. */
  known: boolean;
  address: Address;
  change: (part: Partial<Address>, push?: boolean) => void;
  layout: Layout;
  onLayout: (layout: Layout) => void;
  /** The panel that a narrow screen shows; null for none. */
  tab: PanelName | null;
  asTabs: boolean;
  agentView: AgentView;
  /** Whether the detail covers the tab of a narrow screen. */
  detailShown: boolean;
  lockView: LockView;
  /** Opens what a link on the page points at, in whichever panel shows it. */
  onGo: (to: Partial<Address>) => void;
  onShow: (panel: PanelName) => void;
  onCloseDetail: () => void;
}

/** The panels of agents, messages and locks, and beside them the selected agent. */
export function Panels(props: PanelsProps) {
  const {
    swarm,
    root,
    wrote,
    known,
    address,
    change,
    agentView,
    lockView,
    detailShown,
    onGo,
    onShow,
    onCloseDetail,
    ...place
  } = props;
  const { agents, locks, messages, attention, usage, tasks, work, sources, stats, lastEventId, outgoing } = swarm;
  const where = { address, change };
  return (
    <div className="panels-row relative flex flex-1">
      <PanelLayout
        {...place}
        panels={{
          agents: (
            <AgentsPanel
              known={known}
              answer={agents}
              locks={locks}
              attention={attention}
              source={sources.registry}
              initialView={agentView}
              {...where}
            />
          ),
          messages: (
            <MessagesPanel
              messages={messages}
              lastEventId={lastEventId}
              stats={stats}
              agents={agents}
              outgoing={outgoing}
              root={root}
              wrote={wrote}
              {...where}
            />
          ),
          locks: (
            <LocksPanel
              known={known}
              answer={locks}
              source={sources.locks}
              onGo={onGo}
              initialView={lockView}
              {...where}
            />
          ),
        }}
      />
      {address.agent !== null && (
        <div
          data-tab={detailShown ? 'shown' : 'hidden'}
          tabIndex={-1}
          className="detail-place tab-content outline-none"
        >
          <Suspense>
            <AgentDetail
              id={address.agent}
              answer={agents}
              locks={locks}
              messages={messages}
              attention={attention}
              usage={usage}
              tasks={tasks}
              work={work}
              lastEventId={lastEventId}
              onGo={onGo}
              onShow={onShow}
              onClose={onCloseDetail}
            />
          </Suspense>
        </div>
      )}
    </div>
  );
}
