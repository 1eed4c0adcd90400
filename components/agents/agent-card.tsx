import { memo } from 'react';
import { oneLine } from '@/components/agents/agents';
import type { Address } from '@/lib/client/address';
import type { AgentDensity } from '@/lib/client/settings';
import { counted, formatCount } from '@/lib/client/text';
import type { Agent, AgentBlock, AgentCard as Card, CurrentTask, LastMessage, Lock } from '@/lib/contract/schemas';
import { LockKeyhole } from '../ui/icons';
import { MessageType } from '../ui/message-type';
import { Text, Words } from '../ui/text';
import { RelativeTime, Sentence } from '../ui/time';
import { type AgentState, agentState } from './agent-state';
import { LastSpoke } from './last-spoke';
import { StateMark, TONE_COLOURS } from './state-mark';

const MAX_PATHS = 4;

interface AgentCardProps {
  agent: Agent;
  density: AgentDensity;
  /** The agent's locks that the list contains. */
  held: readonly Lock[] | undefined;
  /** Their number, including locks that are not listed; null if it is not known. */
  heldCount: number | null;
  needsYou: boolean;
  chosen: boolean;
  tabIndex: 0 | -1;
  change: (part: Partial<Address>, push?: boolean) => void;
}

/** One agent at a glance: state, name and role, what it said last or why it is in that state, locks, last spoke. */
export const AgentCard = memo(function AgentCard(props: AgentCardProps) {
  const { agent, density, held = [], heldCount, needsYou } = props;
  const state = agentState(agent);
  const mark = <StateMark word={state.word} tone={state.tone} />;
  const word = <span className={`shrink-0 ${TONE_COLOURS[state.tone]}`}>{state.word}</span>;
  const locks = heldCount !== 0 && <HeldLocks locks={held} count={heldCount} />;
  const spoke = (
    // As wide as "59 min": what is before it stays in place when the age changes.
    <span className="min-w-11 shrink-0 text-right text-muted">
      <LastSpoke agent={agent} short />
    </span>
  );
  const about = <About {...props} state={state} />;
  const summons = needsYou && <Summons long={density === 'comfortable'} />;
  if (density === 'compact') {
    return (
      <div className="flex h-full items-center gap-1.5">
        {mark}
        <Handle {...props} />
        {word}
        {summons}
        {/* In a narrow panel two letters of a sentence would say nothing. */}
        <span className="@max-[22rem]:sr-only min-w-0 flex-1 truncate">{about}</span>
        <span className="ml-auto flex shrink-0 items-center gap-1.5">
          {locks}
          {spoke}
        </span>
      </div>
    );
  }
  const first = (
    <div className="flex min-w-0 items-center gap-1.5">
      {mark}
      <Handle {...props} />
      {density === 'grid' ? (
        <>
          <NameAndRole card={agent.card} className="@max-[44rem]:hidden" />
          <span className="ml-auto flex shrink-0">{locks}</span>
        </>
      ) : (
        <>
          <NameAndRole card={agent.card} />
          {summons}
          {word}
        </>
      )}
    </div>
  );
  if (density === 'grid') {
    return (
      <>
        {first}
        <div className="flex min-w-0 items-center gap-1.5">
          {word}
          {summons}
          <span className="ml-auto">{spoke}</span>
        </div>
        <p className="truncate @max-[44rem]:sr-only">{about}</p>
      </>
    );
  }
  return (
    <>
      {first}
      <div className="flex min-w-0 items-center gap-1.5">
        <span className="min-w-0 flex-1 truncate">{about}</span>
        {locks}
        {spoke}
      </div>
    </>
  );
});

function Handle({ agent, chosen, tabIndex, change }: AgentCardProps) {
  return (
    <button
      type="button"
      data-row
      tabIndex={tabIndex}
      aria-pressed={chosen}
      onClick={() => change({ agent: chosen ? null : agent.id }, true)}
      className="min-w-8 max-w-[70%] cursor-pointer truncate text-left font-medium focus-visible:outline-none"
    >
      {agent.lead !== null && (
        <span className="text-muted" title={`Led by ${agent.lead}`}>
          ↳{' '}
        </span>
      )}
      <Text value={agent.id} max={80} />
    </button>
  );
}

function NameAndRole({ card, className = '' }: { card: Card | null; className?: string }) {
  return (
    <span className={`min-w-0 flex-1 truncate text-muted ${className}`}>
      {card?.name && (
        <span className="text-ink">
          <Text value={card.name} />
        </span>
      )}
      {card?.name && card.role && ' · '}
      {card?.role && <Text value={card.role} />}
    </span>
  );
}

const ACTIVE: ReadonlySet<string> = new Set(['running', 'working', 'idle', 'shell']);

/** An active agent's tool or last message; of any other agent, why it is in its state. */
function About({ agent, state, tabIndex, change }: AgentCardProps & { state: AgentState }) {
  if (state.word === 'moved' && agent.moved_to !== null) return <MovedTo {...{ agent, tabIndex, change }} />;
  const evidence = <Sentence text={state.evidence} />;
  if (state.word === 'blocked' && agent.blocked !== null) {
    return (
      <span className="text-muted">
        <WaitsFor block={agent.blocked} />
        <span className="sr-only"> {evidence}</span>
      </span>
    );
  }
  if (!ACTIVE.has(state.word)) return <span className="text-muted">{evidence}</span>;
  const { tool, last_answer: said } = agent.work ?? {};
  const isAtWork = state.word === 'working' && tool != null;
  return (
    <>
      <span className="sr-only">{evidence} </span>
      {agent.current_task && <Task task={agent.current_task} />}
      {agent.current_task && (isAtWork || agent.last_message || said) && <span className="text-muted"> · </span>}
      {isAtWork && <Tool name={tool.name} input={tool.input} />}
      {!isAtWork && agent.last_message && <NewestMessage message={agent.last_message} />}
      {!isAtWork && !agent.last_message && said && (
        <span className="text-muted" title="The beginning of its last answer">
          <Words value={said.text} max={240} />
        </span>
      )}
    </>
  );
}

function Task({ task: { objective, status, count } }: { task: CurrentTask }) {
  return (
    <span title="The task that it has in hand">
      {status}: <Text value={objective} prose />
      {count > 1 && ` and ${formatCount(count - 1)} more`}
    </span>
  );
}

function Tool({ name, input }: { name: string; input: string }) {
  return (
    <span className="text-muted" title="The tool that runs now">
      <span className="text-ink">
        <Text value={name} max={40} />
      </span>{' '}
      <Text value={input} max={200} />
    </span>
  );
}

/** "waits for agent-1 · 12 min" */
function WaitsFor({ block: { waits_for, since } }: { block: AgentBlock }) {
  return (
    <>
      waits for <Text value={waits_for.join(', ')} max={120} />
      {since !== null && (
        <>
          {' · '}
          <RelativeTime instant={since} form="age" label="Blocked since" />
        </>
      )}
    </>
  );
}

/** A link to the id under which the same agent is listed now. */
export function MovedTo({ agent, tabIndex, change }: Pick<AgentCardProps, 'agent' | 'change'> & { tabIndex?: 0 | -1 }) {
  const { moved_to: now } = agent;
  if (now === null) return null;
  return (
    <button type="button" tabIndex={tabIndex} className="link shrink-0" onClick={() => change({ agent: now }, true)}>
      now <Text value={now} max={80} />
    </button>
  );
}

function NewestMessage({ message }: { message: LastMessage }) {
  return (
    <span title="Last message from this agent">
      <MessageType type={message.msg_type} />{' '}
      {message.excerpt === '' ? (
        <span className="text-muted">(no text)</span>
      ) : (
        <Words value={message.excerpt} max={240} />
      )}
    </span>
  );
}

function Summons({ long }: { long: boolean }) {
  return (
    <span title="Listed in Needs you" className="tag shrink-0 text-accent">
      {long ? 'needs you' : <>!{<span className="sr-only"> needs you</span>}</>}
    </span>
  );
}

/** @param count null if the agent may have locks that are not listed */
function HeldLocks({ locks, count }: { locks: readonly Lock[]; count: number | null }) {
  const orphaned = locks.filter((lock) => lock.orphaned === true).length;
  const stale = locks.filter((lock) => lock.stale === true).length;
  const atLeast = count === locks.length ? '' : 'at least ';
  const some = count === null && locks.length === 0;
  const words = some
    ? 'Its locks are not listed here'
    : [
        `${count === null ? atLeast : ''}${counted(count ?? locks.length, 'lock')}`,
        ...(orphaned > 0 ? [`${atLeast}${formatCount(orphaned)} orphaned`] : []),
        ...(stale > 0 ? [`${atLeast}${formatCount(stale)} stale`] : []),
      ].join(', ');
  const paths = locks.slice(0, MAX_PATHS).map(({ filepath }) => oneLine(filepath) || 'no path');
  const more = locks.length > MAX_PATHS ? ['…'] : [];
  const tone = orphaned > 0 ? 'text-bad' : stale > 0 ? 'text-warn' : 'text-muted';
  return (
    <span title={[words, ...paths, ...more].join('\n')} className={`inline-flex shrink-0 items-center gap-0.5 ${tone}`}>
      <LockKeyhole className="size-3" />
      <span aria-hidden="true">
        {some ? '?' : formatCount(count ?? locks.length)}
        {count === null && !some && '+'}
      </span>
      <span className="sr-only">{words}</span>
    </span>
  );
}
