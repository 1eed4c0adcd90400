import { memo, use, useMemo } from 'react';
import {
  agentsInOrder,
  bySession,
  countAgents,
  findAgent,
  heldCount,
  type LocksByHolder,
  locksByHolder,
} from '@/components/agents/agents';
import { useHealthRecord } from '@/components/agents/health-history';
import { agentsInNeed, splitByMarks } from '@/components/attention/attention';
import type { Address } from '@/lib/client/address';
import { Moment } from '@/lib/client/moment';
import { counted } from '@/lib/client/text';
import type { Agent, AgentsAnswer, AttentionAnswer, LocksAnswer, Source } from '@/lib/contract/schemas';
import { OldData } from '../ui/old-data';
import { Empty, Panel } from '../ui/panel';
import { RowList } from '../ui/row-list';
import { Text } from '../ui/text';
import type { ListEntry } from '../ui/use-row-focus';
import { AgentRow } from './agent-row';
import { Departed } from './departed-agents';

const USUAL_HEIGHT = 88;

interface AgentsPanelProps {
  /** Whether agents are known at the moment on the page. */
  known: boolean;
  answer: AgentsAnswer;
  locks: LocksAnswer;
  attention: AttentionAnswer;
  source: Source;
  address: Address;
  change: (part: Partial<Address>, push?: boolean) => void;
}

/** The agents of the swarm with their health and their latest work. Selecting one filters the other panels. */
export const AgentsPanel = memo(function AgentsPanel(props: AgentsPanelProps) {
  const { known, answer, locks, attention, source, address, change } = props;
  const { agents } = answer;
  useHealthRecord(agents);
  const held = useMemo(() => locksByHolder(locks.locks), [locks]);
  const lockCount = (id: string) => heldCount(locks, id, held.get(id)?.length ?? 0);
  const needy = useMemo(() => new Set(splitByMarks(attention.attention).open.flatMap(agentsInNeed)), [attention]);
  const entries = useMemo(() => agentEntries(agents, held), [agents, held]);
  const target = entries.find((entry) => 'item' in entry && entry.item.first && entry.item.agent.id === address.agent);
  const active = agents.filter(({ health }) => health === 'active').length;
  const moved = agents.length - countAgents(agents);
  return (
    <Panel
      id="agents"
      title="Agents"
      count={known ? countAgents(agents) : null}
      note={agents.length > 0 && `${active} active${moved > 0 ? ` · ${moved} moved` : ''}`}
    >
      {agents.length > 0 && <OldData what="registry" source={source} />}
      <Unlisted agent={address.agent} answer={answer} onLeave={() => change({ agent: null })} />
      {agents.length === 0 && source.state === 'unreadable' && (
        <Empty title="The registry could not be read.">{source.reason}</Empty>
      )}
      {agents.length === 0 && source.state !== 'unreadable' && <NoAgents />}
      {agents.length > 0 && (
        <RowList
          label="List of agents"
          entries={entries}
          target={target?.key ?? null}
          usualHeight={USUAL_HEIGHT}
          describe={({ agent, first }) => ({
            id: first ? `agent-${agent.id}` : undefined,
            chosen: agent.id === address.agent,
            flashing: false,
          })}
        >
          {({ agent }, tabIndex) => (
            <AgentRow
              agent={agent}
              held={held.get(agent.id)}
              heldCount={lockCount(agent.id)}
              needsYou={needy.has(agent.id)}
              chosen={agent.id === address.agent}
              tabIndex={tabIndex}
              change={change}
            />
          )}
        </RowList>
      )}
      <Departed departed={answer.departed} chosen={address.agent} change={change} />
    </Panel>
  );
});

interface ListedAgent {
  agent: Agent;
  /** A registry written by hand may list one id twice: both are shown, and links open the first one. */
  first: boolean;
}

function agentEntries(agents: readonly Agent[], held: LocksByHolder): ListEntry<ListedAgent>[] {
  const times = new Map<string, number>();
  const listEntry = (agent: Agent) => {
    const before = times.get(agent.id) ?? 0;
    times.set(agent.id, before + 1);
    return { key: `${before}:${agent.id}`, item: { agent, first: before === 0 } };
  };
  const groups = bySession(agentsInOrder(agents, held));
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

interface UnlistedProps {
  agent: string | null;
  answer: AgentsAnswer;
  onLeave: () => void;
}

/** A link, or the holder of an orphaned lock, may name an agent that is not registered. */
function Unlisted({ agent, answer, onLeave }: UnlistedProps) {
  if (agent === null || findAgent(answer, agent)) return null;
  return (
    <p className="wrap-anywhere shrink-0 border-line border-b bg-tint px-4 py-1">
      <Text value={agent} max={80} /> is not registered.{' '}
      <button type="button" className="link" onClick={onLeave}>
        Show all
      </button>
    </p>
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
