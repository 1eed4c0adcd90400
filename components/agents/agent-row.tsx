import { memo } from 'react';
import { oneLine, sessionName } from '@/components/agents/agents';
import type { Address } from '@/lib/client/address';
import { asText, counted, formatCount } from '@/lib/client/text';
import type { Agent, LastMessage, Lock } from '@/lib/contract/schemas';
import { Health } from '../ui/health';
import { MessageType } from '../ui/message-type';
import { Text } from '../ui/text';
import { Sentence } from '../ui/time';
import { LastSpoke } from './last-spoke';

const MAX_PATHS = 4;

interface AgentRowProps {
  agent: Agent;
  /** The agent's locks that the list contains. */
  held: readonly Lock[] | undefined;
  /** Their number, including locks that are not listed; null if it is not known. */
  heldCount: number | null;
  needsYou: boolean;
  chosen: boolean;
  tabIndex: 0 | -1;
  change: (part: Partial<Address>, push?: boolean) => void;
}

/** One agent at a glance: health, last message, locks, and where it runs. */
export const AgentRow = memo(function AgentRow(props: AgentRowProps) {
  const { agent, held = [], heldCount, needsYou, chosen, tabIndex, change } = props;
  return (
    <>
      <div className="flex flex-wrap items-baseline gap-x-2">
        <button
          type="button"
          data-row
          tabIndex={tabIndex}
          aria-pressed={chosen}
          onClick={() => change({ agent: chosen ? null : agent.id }, true)}
          className="wrap-anywhere min-w-0 cursor-pointer text-left font-medium focus-visible:outline-none"
        >
          <Text value={agent.id} max={80} />
        </button>
        <Health health={agent.health} />
        {agent.process.state === 'suspended' && <span className="shrink-0 text-warn">suspended</span>}
        <MovedTo agent={agent} change={change} />
        {needsYou && <span className="tag shrink-0 text-accent">needs you</span>}
        {/* Wide enough for the longest usual text, so that its ticking never moves the rows below. */}
        <span className="ml-auto min-w-41 shrink-0 text-right text-muted">
          <LastSpoke agent={agent} />
        </span>
      </div>
      {/* The shape already shows that an agent is active; the words are for screen readers. */}
      <p className={agent.health === 'active' ? 'sr-only' : 'wrap-anywhere text-muted'}>
        <Sentence text={agent.health_reason} />
      </p>
      <NewestMessage message={agent.last_message} />
      {heldCount !== 0 && <Held locks={held} count={heldCount} />}
      <dl className="wrap-anywhere flex flex-wrap gap-x-3 text-muted">
        <Fact name="pane" value={agent.pane_index} />
        <Fact name="tmux" value={agent.tmux_pane_id} />
        <Fact name="pid" value={agent.pid} />
        {!paneNamesSession(agent) && <Fact name="session" value={sessionName(agent.session_name)} />}
        {agent.status !== agent.health && <Fact name="registry says" value={agent.status} />}
      </dl>
    </>
  );
});

/** A link to the id under which the same agent is listed now. */
export function MovedTo({ agent, change }: Pick<AgentRowProps, 'agent' | 'change'>) {
  const { moved_to: now } = agent;
  if (now === null) return null;
  return (
    <button type="button" className="link shrink-0" onClick={() => change({ agent: now }, true)}>
      now <Text value={now} max={80} />
    </button>
  );
}

function NewestMessage({ message }: { message: LastMessage | null }) {
  if (message === null) return null;
  return (
    <div className="flex flex-wrap items-baseline gap-x-2" title="Last message from this agent">
      <span className="max-w-full shrink-0 truncate">
        <MessageType type={message.msg_type} />
      </span>
      <span className="min-w-0 flex-1 basis-20 truncate">
        {message.excerpt === '' ? (
          <span className="text-muted">(no text)</span>
        ) : (
          <Text value={message.excerpt} max={240} prose />
        )}
      </span>
    </div>
  );
}

/** @param count null if the agent may have locks that are not listed */
function Held({ locks, count }: { locks: readonly Lock[]; count: number | null }) {
  const orphaned = locks.filter((lock) => lock.orphaned === true).length;
  const stale = locks.filter((lock) => lock.stale === true).length;
  const paths = locks.slice(0, MAX_PATHS).map(({ filepath }) => oneLine(filepath) || 'no path');
  const atLeast = count === locks.length ? '' : 'at least ';
  if (count === null && locks.length === 0) return <p className="text-muted">Its locks are not listed here.</p>;
  return (
    <div className="truncate">
      <span className="text-muted">
        has {count === null && atLeast}
        {counted(count ?? locks.length, 'lock')}{' '}
      </span>
      {orphaned > 0 && (
        <span className="text-bad">
          {atLeast}
          {formatCount(orphaned)} orphaned{' '}
        </span>
      )}
      {stale > 0 && (
        <span className="text-warn">
          {atLeast}
          {formatCount(stale)} stale{' '}
        </span>
      )}
      <code translate="no">
        <Text value={paths.join(', ')} max={240} />
      </code>
    </div>
  );
}

/** A pane index such as `main:0.1` already names the session. */
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
