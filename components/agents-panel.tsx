import { memo } from 'react';
import { asText } from '@/lib/client/text';
import type { Agent, AgentsAnswer, Source } from '@/lib/contract/schemas';
import { Health } from './ui/health';
import { Empty, Panel, Scroller } from './ui/panel';
import { Text } from './ui/text';
import { RelativeTime, Sentence } from './ui/time';

/** Who is in the swarm, and whether each one works. */
export const AgentsPanel = memo(function AgentsPanel({ answer, source }: { answer: AgentsAnswer; source: Source }) {
  const { agents } = answer;
  const active = agents.filter(({ health }) => health === 'active').length;
  return (
    <Panel id="agents" title="Agents" count={agents.length} note={agents.length > 0 && `${active} active`}>
      {agents.length === 0 && source.state === 'unreadable' && (
        <Empty title="Who is registered can’t be read.">{source.reason}</Empty>
      )}
      {agents.length === 0 && source.state !== 'unreadable' && (
        <Empty title="No agents are registered.">
          Run <code>claudeswarm discover-agents</code> in the project; whoever it finds in tmux appears here by itself.
        </Empty>
      )}
      {agents.length > 0 && (
        <Scroller label="List of agents" className="lg:overflow-y-auto">
          <ul className="divide-y divide-line">
            {keyed(agents).map(([key, agent]) => (
              <AgentRow key={key} agent={agent} />
            ))}
          </ul>
        </Scroller>
      )}
    </Panel>
  );
});

/** A registry written by hand may list one id twice; both are shown. */
function keyed(agents: readonly Agent[]): [string, Agent][] {
  const seen = new Map<string, number>();
  return agents.map((agent) => {
    const times = seen.get(agent.id) ?? 0;
    seen.set(agent.id, times + 1);
    return [`${times}:${agent.id}`, agent];
  });
}

function AgentRow({ agent }: { agent: Agent }) {
  return (
    <li className="px-4 py-2">
      <div className="flex items-baseline gap-2">
        <span className="wrap-anywhere min-w-0 font-medium">
          <Text value={agent.id} max={80} />
        </span>
        <Health health={agent.health} />
        <span className="ml-auto shrink-0 text-muted">
          {agent.last_evidence_at === null ? (
            'never heard'
          ) : (
            <RelativeTime instant={agent.last_evidence_at} label="Last sign of life" />
          )}
        </span>
      </div>
      <p className="wrap-anywhere">
        <Sentence text={agent.health_reason} />
      </p>
      <dl className="wrap-anywhere mt-0.5 flex flex-wrap gap-x-3 text-muted">
        <Fact name="pane" value={agent.pane_index} />
        <Fact name="tmux" value={agent.tmux_pane_id} />
        <Fact name="pid" value={agent.pid} />
        {!paneNamesSession(agent) && <Fact name="session" value={agent.session_name} />}
        {agent.status !== agent.health && <Fact name="registry says" value={agent.status} />}
      </dl>
    </li>
  );
}

/** `main:0.1` says the session already. */
function paneNamesSession({ pane_index, session_name }: Agent): boolean {
  return asText(pane_index).startsWith(`${asText(session_name)}:`);
}

function Fact({ name, value }: { name: string; value: unknown }) {
  if (asText(value) === '') return null;
  return (
    <div className="min-w-0">
      <dt className="inline">{name} </dt>
      <dd className="inline text-ink">
        <Text value={value} max={60} />
      </dd>
    </div>
  );
}
