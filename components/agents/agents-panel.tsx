import { memo, use, useMemo, useState } from 'react';
import {
  bySession,
  bySeverity,
  countAgents,
  findAgent,
  hasRegistered,
  heldCount,
  type LocksByHolder,
  locksByHolder,
} from '@/components/agents/agents';
import { useHealthRecord } from '@/components/agents/health-history';
import { agentsInNeed, splitByMarks } from '@/components/attention/attention';
import type { Address } from '@/lib/client/address';
import { Moment } from '@/lib/client/moment';
import {
  AGENT_DENSITIES,
  AGENT_ORDERS,
  type AgentDensity,
  type AgentOrder,
  type AgentView,
  saveAgentView,
} from '@/lib/client/settings';
import { useCommand } from '@/lib/client/shortcuts';
import { counted, formatCount } from '@/lib/client/text';
import type { Agent, AgentsAnswer, AttentionAnswer, LocksAnswer, Source } from '@/lib/contract/schemas';
import { Choice } from '../ui/choice';
import { contained } from '../ui/contained';
import { lazyServedPart } from '../ui/lazy-part';
import { OldData } from '../ui/old-data';
import { Empty, Panel } from '../ui/panel';
import { MAX_UNWINDOWED_ROWS, RowList } from '../ui/row-list';
import { Text } from '../ui/text';
import type { ListEntry } from '../ui/use-row-focus';
import { AgentCard } from './agent-card';
import { agentState, countStates, type StateWord, stateNamed } from './agent-state';
import { StateCounts } from './state-counts';

// Loaded with the first link that names an agent which the registry does not list.
const UnlistedAgent = contained(
  'The selected agent',
  lazyServedPart(() => import('./unlisted-agent').then((module) => ({ default: module.UnlistedAgent }))),
);
/** Loaded with the first agent that left: most pages list none. */
const Departed = lazyServedPart(() => import('./departed-agents').then((module) => ({ default: module.Departed })));

const ORDER_NAMES: Record<AgentOrder, string> = { session: 'by id', severity: 'by severity' };
const DENSITY_NAMES: Record<AgentDensity, string> = { comfortable: 'comfortable', compact: 'compact', grid: 'grid' };

/** Every row of a density has one height, so that a change in one never moves another. Heights in pixels at 13 px text. */
const LOOKS: Record<AgentDensity, { height: number; rowClass: string; className?: string }> = {
  comfortable: { height: 52, rowClass: 'flex h-16 flex-col justify-center overflow-hidden px-4' },
  compact: { height: 28, rowClass: 'h-[28px] overflow-hidden px-4' },
  grid: {
    height: 38,
    rowClass:
      'flex h-[38px] flex-col justify-center overflow-hidden border-r px-1 text-[11px] leading-4 @min-[44rem]:h-[66px] @min-[44rem]:justify-start @min-[44rem]:px-2 @min-[44rem]:pt-1.5 @min-[44rem]:text-[13px] @min-[44rem]:leading-5',
    className:
      'grid grid-cols-[repeat(auto-fill,minmax(6.75rem,1fr))] @min-[44rem]:grid-cols-[repeat(auto-fill,minmax(13rem,1fr))]',
  },
};

interface AgentsPanelProps {
  /** Whether agents are known at the moment on the page. */
  known: boolean;
  answer: AgentsAnswer;
  locks: LocksAnswer;
  attention: AttentionAnswer;
  source: Source;
  address: Address;
  change: (part: Partial<Address>, push?: boolean) => void;
  /** How the server sorted and drew them. */
  initialView: AgentView;
}

/** The agents of the swarm with their state and their latest work. Selecting one filters the other panels. */
export const AgentsPanel = memo(function AgentsPanel(props: AgentsPanelProps) {
  const { known, answer, source, address, change, initialView } = props;
  const { agents } = answer;
  useHealthRecord(agents);
  const [view, setView] = useState(initialView);
  const only = stateNamed(address.state);
  const choose = (part: Partial<AgentView>) => {
    const next = { ...view, ...part };
    setView(next);
    saveAgentView(next);
  };
  const inPanel = { group: 'Panels' };
  useCommand('Sort agents by id or by severity', () => choose({ order: after(AGENT_ORDERS, view.order) }), inPanel);
  useCommand(
    'Show agents comfortable, compact or as a grid',
    () => choose({ density: after(AGENT_DENSITIES, view.density) }),
    inPanel,
  );
  return (
    <Panel
      id="agents"
      title="Agents"
      count={known ? countAgents(agents) : null}
      note={agents.length > 0 && <ViewChoices view={view} onChoose={choose} />}
    >
      {hasRegistered(answer) && <OldData what="registry" source={source} />}
      {(agents.length > 0 || only !== null) && (
        <p className="shrink-0 border-line border-b px-4 py-0.5">
          <StateCounts
            counts={countStates(agents, only)}
            chosen={only}
            onChoose={(word) => change({ state: word }, true)}
          />
        </p>
      )}
      {address.agent !== null && !findAgent(answer, address.agent) && (
        <UnlistedAgent id={address.agent} onLeave={() => change({ agent: null })} />
      )}
      {agents.length === 0 && source.state === 'unreadable' && (
        <Empty title="The registry could not be read.">{source.reason}</Empty>
      )}
      {agents.length === 0 && source.state !== 'unreadable' && <NoAgents />}
      {agents.length > 0 && <AgentList {...props} view={view} only={only} />}
      {answer.departed.length > 0 && <Departed departed={answer.departed} chosen={address.agent} change={change} />}
    </Panel>
  );
});

/** @returns the choice after one, the first after the last */
function after<Value>(choices: readonly Value[], value: Value): Value {
  return choices[(choices.indexOf(value) + 1) % choices.length] ?? value;
}

interface ViewChoicesProps {
  view: AgentView;
  onChoose: (part: Partial<AgentView>) => void;
}

function ViewChoices({ view, onChoose }: ViewChoicesProps) {
  return (
    <span className="needs-script flex min-w-0 gap-1">
      <Choice
        label="Sort agents:"
        quiet
        choices={AGENT_ORDERS}
        names={ORDER_NAMES}
        value={view.order}
        onChange={(order) => onChoose({ order })}
      />
      <Choice
        label="Show agents as:"
        quiet
        choices={AGENT_DENSITIES}
        names={DENSITY_NAMES}
        value={view.density}
        onChange={(density) => onChoose({ density })}
      />
    </span>
  );
}

interface AgentListProps extends AgentsPanelProps {
  view: AgentView;
  /** Only agents in this state are shown; null for all. */
  only: StateWord | null;
}

function AgentList({ answer, locks, attention, address, change, view, only }: AgentListProps) {
  const { agents } = answer;
  const held = useMemo(() => locksByHolder(locks.locks), [locks]);
  const lockCount = (id: string) => heldCount(locks, id, held.get(id)?.length ?? 0);
  const needy = useMemo(() => new Set(splitByMarks(attention.attention).open.flatMap(agentsInNeed)), [attention]);
  const entries = useMemo(() => agentEntries(agents, held, view.order, only), [agents, held, view.order, only]);
  const target = entries.find((entry) => 'item' in entry && entry.item.first && entry.item.agent.id === address.agent);
  if (entries.length === 0) {
    return (
      <Empty title={`No agent is ${only} now.`}>
        <button type="button" className="link" onClick={() => change({ state: null }, true)}>
          Show all agents
        </button>
      </Empty>
    );
  }
  // Of a long list only the visible rows are rendered, and they must be below one another.
  const isTooLong = view.density === 'grid' && entries.length > MAX_UNWINDOWED_ROWS;
  const density = isTooLong ? 'compact' : view.density;
  const { height, ...look } = LOOKS[density];
  return (
    <div className="@container flex min-h-0 flex-1 flex-col">
      {isTooLong && (
        <p className="shrink-0 border-line border-b bg-tint px-4 py-1 text-muted">
          More than {formatCount(MAX_UNWINDOWED_ROWS)} agents are shown as a list.
        </p>
      )}
      <RowList
        label="List of agents"
        entries={entries}
        target={target?.key ?? null}
        usualHeight={height}
        {...look}
        describe={({ agent, first }) => ({
          id: first ? `agent-${agent.id}` : undefined,
          chosen: agent.id === address.agent,
          flashing: false,
        })}
      >
        {({ agent }, tabIndex) => (
          <AgentCard
            agent={agent}
            density={density}
            held={held.get(agent.id)}
            heldCount={lockCount(agent.id)}
            needsYou={needy.has(agent.id)}
            chosen={agent.id === address.agent}
            tabIndex={tabIndex}
            change={change}
          />
        )}
      </RowList>
    </div>
  );
}

interface ListedAgent {
  agent: Agent;
  /** A registry written by hand may list one id twice: both are shown, and links open the first one. */
  first: boolean;
}

/** By severity the sessions are no groups, so that the worst of all stands first. */
function agentEntries(
  agents: readonly Agent[],
  held: LocksByHolder,
  order: AgentOrder,
  only: StateWord | null,
): ListEntry<ListedAgent>[] {
  const times = new Map<string, number>();
  const listEntry = (agent: Agent) => {
    const before = times.get(agent.id) ?? 0;
    times.set(agent.id, before + 1);
    return { key: `${before}:${agent.id}`, item: { agent, first: before === 0 } };
  };
  const shown = only === null ? agents : agents.filter((agent) => agentState(agent).word === only);
  if (order === 'severity') return bySeverity(shown, held).map(listEntry);
  const groups = bySession(shown);
  return groups.flatMap(({ session, agents: members }): ListEntry<ListedAgent>[] => {
    const entries = members.map(listEntry);
    if (groups.length === 1) return entries;
    return [
      { key: `session:${session}`, heading: <SessionHeading session={session} count={entries.length} /> },
      ...entries,
    ];
  });
}

function SessionHeading({ session, count }: { session: string; count: number }) {
  return (
    <>
      {session === '' ? 'no session' : <Text value={session} max={80} />} · {counted(count, 'agent')}
    </>
  );
}

/** Shown without agents. At a past moment the registry may be unknown, so the advice to register does not apply. */
function NoAgents() {
  if (use(Moment) !== null) {
    return <Empty title="No agents known at this moment.">Choose another moment.</Empty>;
  }
  return (
    <Empty title="No agents are registered.">
      Run <code translate="no">claudeswarm discover-agents</code> in the project; the agents that it finds in tmux
      appear here.
    </Empty>
  );
}
