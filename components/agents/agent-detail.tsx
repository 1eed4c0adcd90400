import { Suspense, use, useEffect, useMemo, useRef } from 'react';
import { findAgent, heldCount } from '@/components/agents/agents';
import { useAgentHistory } from '@/components/agents/use-agent-history';
import type { Address } from '@/lib/client/address';
import { useDashboardSenders } from '@/lib/client/dashboard-senders';
import { Moment } from '@/lib/client/moment';
import type { PanelName } from '@/lib/client/settings';
import { useShortcut } from '@/lib/client/shortcuts';
import { asText } from '@/lib/client/text';
import { useAddress } from '@/lib/client/use-address';
import { detailCovers } from '@/lib/client/use-layout';
import type { UsageState } from '@/lib/contract/claude-schemas';
import { lifeKey } from '@/lib/contract/life';
import type { AgentsAnswer, AttentionAnswer, AttentionEntry, LocksAnswer, Message } from '@/lib/contract/schemas';
import type { TasksState } from '@/lib/contract/task-schemas';
import type { WorkState } from '@/lib/contract/work-schemas';
import { AgentTasks } from '../tasks/agent-tasks';
import { DetailPart } from '../ui/detail-part';
import { lazyPart } from '../ui/lazy-part';
import { X } from '../ui/more-icons';
import { Text } from '../ui/text';
import { ClockTime, Sentence } from '../ui/time';
import { AgentCardPart } from '../work/agent-card-part';
import { AgentGit } from '../work/agent-git';
import { AgentUnread, AgentWork } from '../work/agent-work';
import { AgentCommands } from './agent-commands';
import { AgentFacts } from './agent-facts';
import { AgentHealthHistory } from './agent-health-history';
import { AgentLives } from './agent-lives';
import { AgentLocks } from './agent-locks';
import { AgentMessages } from './agent-messages';
import { AgentPane } from './agent-pane';
import { HealthBar, HealthBarSpace, LocksBefore } from './agent-past';
import { AgentRecord } from './agent-record';
import { AgentSession } from './agent-session';
import { agentState } from './agent-state';
import { AgentUsage } from './agent-usage';
import { LastSpoke } from './last-spoke';
import { State } from './state-mark';

/** Loaded when a terminal is first opened, with what draws it. */
const AgentTerminal = lazyPart(() =>
  import('../terminal/agent-terminal').then((module) => ({ default: module.AgentTerminal })),
);

interface AgentDetailProps {
  id: string;
  answer: AgentsAnswer;
  locks: LocksAnswer;
  messages: readonly Message[];
  attention: AttentionAnswer;
  usage: UsageState;
  tasks: TasksState;
  work: WorkState;
  /** The id of the newest known message. */
  lastEventId: string | null;
  /** Opens what a link on the page points at, in whichever panel shows it. */
  onGo: (to: Partial<Address>) => void;
  onShow: (panel: PanelName) => void;
  onClose: () => void;
}

/** Everything about one agent. */
export function AgentDetail(props: AgentDetailProps) {
  const { id, answer, locks, messages, attention, usage, tasks, work, lastEventId, onGo, onShow, onClose } = props;
  // Not in the server's page: a terminal is drawn by the browser alone.
  const [{ terminal: opened }, change] = useAddress('');
  const terminal = opened !== null;
  const toggleTerminal = () => change({ terminal: terminal ? null : 'open' });
  const entries = answer.agents.filter((agent) => agent.id === id);
  const agent = findAgent(answer, id);
  const hasLeft = entries.length === 0 && agent !== undefined;
  const records = (hasLeft ? [agent] : entries).filter(({ source }) => source === 'registry');
  const held = useMemo(() => locks.locks.filter(({ agent_id }) => asText(agent_id) === id), [locks, id]);
  const needs = attention.attention.filter(({ evidence }) => evidence.agents.includes(id));
  // Where the detail covers the panels, it closes when a link in it opens something in one of them.
  const go = (to: Partial<Address>) => onGo(detailCovers() ? { agent: null, ...to } : to);
  // The page has only seen changes after any past moment.
  const now = use(Moment) === null;
  const history = useAgentHistory(
    now ? id : null,
    `${agent?.health} ${agent && lifeKey(agent)} ${held.map(({ lock_file }) => lock_file).join()}`,
  );
  const body = useTopOnChange(id);
  useShortcut('v', 'Show the terminal of the agent, or what is known about it', toggleTerminal);
  const close = () => {
    onClose();
    // The focused button disappears, so the focus returns to the list from which the detail was opened.
    const row = document.getElementById(`agent-${id}`)?.querySelector<HTMLElement>('[data-row]');
    (row ?? document.getElementById(`left-${id}`))?.focus();
  };
  return (
    <aside aria-labelledby="agent-detail-title" className="flex size-full min-h-0 flex-col bg-paper">
      <header className="flex h-10 shrink-0 items-center gap-3 border-line border-b pr-2 pl-4">
        <h2 id="agent-detail-title" className="min-w-0 truncate font-semibold">
          <Text value={id} max={80} />
        </h2>
        {agent && !hasLeft && <State {...agentState(agent)} />}
        {agent && hasLeft && <span className="shrink-0 text-muted">left</span>}
        {agent && (
          <span className="min-w-0 shrink-[999] truncate text-muted">
            <LastSpoke agent={agent} />
          </span>
        )}
        <button
          type="button"
          aria-pressed={terminal}
          title="Show its terminal (V)"
          onClick={toggleTerminal}
          className="quiet-button ml-auto aria-pressed:bg-tint aria-pressed:font-medium aria-pressed:text-ink"
        >
          Terminal
        </button>
        <button type="button" aria-label="Close" title="Close (Escape)" onClick={close} className="icon-button">
          <X className="size-4" />
        </button>
      </header>
      {terminal && (
        <Suspense fallback={<p className="px-4 py-6 text-muted">Loading the terminal…</p>}>
          <AgentTerminal agent={id} entry={agent}>
            {agent && <AgentPane agent={agent} />}
          </AgentTerminal>
        </Suspense>
      )}
      <section
        ref={body}
        aria-label="About this agent"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        hidden={terminal}
        className="min-h-0 flex-1 overflow-y-auto pb-6"
      >
        {agent ? (
          <AgentFacts agent={agent} departed={answer.departed} lastEventId={lastEventId} onGo={go} />
        ) : (
          <Unlisted id={id} />
        )}
        {history ? <HealthBar history={history} /> : <HealthBarSpace />}
        {needs.length > 0 && <Needs entries={needs} />}
        {agent && <AgentSession agent={agent} />}
        {agent && <AgentPane agent={agent} />}
        <AgentUsage id={id} usage={usage} work={agent?.work} />
        <AgentTasks id={id} tasks={tasks} locks={locks} onGo={go} />
        {now && <AgentUnread id={id} work={work} onGo={go} />}
        <AgentLocks locks={held} count={heldCount(locks, id, held.length)} onGo={go} onShow={onShow} />
        {history && <LocksBefore history={history} />}
        {history && <AgentLives history={history} />}
        <AgentMessages id={id} atHand={messages} onGo={go} onShow={onShow} />
        <AgentCommands id={id} onGo={go} />
        {agent && <AgentCardPart card={agent.card} />}
        {now && <AgentWork key={id} id={id} work={work} onGo={go} />}
        {now && agent && !hasLeft && <AgentGit key={`git ${id}`} id={id} />}
        {now && <AgentHealthHistory id={id} />}
        {records.map((entry, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: entries of one id have no other identity
          <AgentRecord key={index} agent={entry} hasLeft={hasLeft} />
        ))}
      </section>
    </aside>
  );
}

/** The detail of another agent is scrolled to its start. */
function useTopOnChange(id: string) {
  const body = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the id is not read, its change is the trigger
  useEffect(() => {
    body.current?.scrollTo({ top: 0 });
  }, [id]);
  return body;
}

function Unlisted({ id }: { id: string }) {
  const sentAt = useDashboardSenders([id]).get(id);
  return (
    <p className="px-4 pt-3 text-muted">
      {sentAt === undefined ? (
        'The registry does not list this agent.'
      ) : (
        <>
          The registry lists no agent of this name. Messages are sent under it from this dashboard, most recently at{' '}
          <ClockTime instant={sentAt} />.
        </>
      )}{' '}
      Its locks and messages are shown below.
    </p>
  );
}

function Needs({ entries }: { entries: readonly AttentionEntry[] }) {
  return (
    <DetailPart title="Why it needs you">
      <ul>
        {entries.map((entry) => (
          <li key={entry.id} className="wrap-anywhere not-first:mt-1">
            <Sentence text={entry.reason} />{' '}
            <span className="text-muted">
              Since <ClockTime instant={entry.since} />.
            </span>
          </li>
        ))}
      </ul>
    </DetailPart>
  );
}
