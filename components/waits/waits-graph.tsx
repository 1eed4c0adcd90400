import { use, useMemo, useState } from 'react';
import { drawnPairs } from '@/components/waits/drawn-pairs';
import { useWaiting } from '@/components/waits/use-waits';
import { rootBlockers, targetOfEdge, WAIT_WORDS, type WaitPair, waitPairs } from '@/components/waits/waits';
import { type Address, EMPTY_ADDRESS } from '@/lib/client/address';
import { type DashboardSenders, useDashboardSenders } from '@/lib/client/dashboard-senders';
import { Moment } from '@/lib/client/moment';
import { counted, formatCount, truncated } from '@/lib/client/text';
import type { WaitEdge } from '@/lib/contract/past-schemas';
import type { AgentHealth, AgentsAnswer, AttentionAnswer, LocksAnswer } from '@/lib/contract/schemas';
import { AddressLink } from '../ui/address-link';
import { Empty } from '../ui/panel';
import { Text } from '../ui/text';
import { ClockTime, Sentence } from '../ui/time';
import { Silent, WaitingDrawing } from './waits-drawing';

/** A drawing of more agents is not readable, so a part of them is drawn. */
const MAX_DRAWN = 20;
const MAX_LISTED = 200;
const MAX_REASON_LENGTH = 400;

interface WaitingGraphProps {
  attention: AttentionAnswer;
  locks: LocksAnswer;
  agents: AgentsAnswer;
  address: Address;
  change: (part: Partial<Address>, push?: boolean) => void;
}

/** The current waits as a drawing, and as a list in words with links to the evidence. */
export function WaitingGraph({ attention, locks, agents, address, change }: WaitingGraphProps) {
  // In an exported time range every moment is past, even if the address names none.
  const past = use(Moment) !== null;
  const { waiting, error } = useWaiting([attention, locks], !past);
  const pairs = useMemo(() => (waiting ? waitPairs(waiting) : []), [waiting]);
  const drawn = useMemo(() => drawnPairs(pairs, MAX_DRAWN), [pairs]);
  const healths = useMemo(() => new Map(agents.agents.map(({ id, health }) => [id, health])), [agents]);
  const unlisted = pairs.flatMap(({ from, to }) => [from, to]).filter((id) => !healths.has(id));
  const operators = useDashboardSenders(past ? [] : unlisted);
  const [pointed, setPointed] = useState<string | null>(null);
  const go = (to: Partial<Address>) => change({ ...EMPTY_ADDRESS, ...to }, true);
  if (past) {
    return (
      <Empty title="Waiting is only known for the present.">
        Go back to live to see it. “Needs you” shows what needed attention at this moment.
      </Empty>
    );
  }
  if (error) return <Empty title="Could not load wait relations.">{error}</Empty>;
  if (!waiting) return <p className="px-4 py-2 text-muted">Loading…</p>;
  if (pairs.length === 0) {
    return (
      <Empty title="The files show no agent that waits for another.">
        Agents appear here when a question is unanswered, a task is blocked by another agent’s task, two agents claim
        the same file, or an acknowledgement is missing.
      </Empty>
    );
  }
  return (
    <div className="flex min-h-0 flex-1 max-md:flex-col max-md:overflow-y-auto">
      <WaitingDrawing
        pairs={drawn}
        healths={healths}
        operators={operators}
        pointed={pointed}
        onPoint={setPointed}
        address={address}
        onGo={go}
      />
      <section
        aria-label="Waits in words"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="min-w-0 flex-1 border-line py-1 max-md:border-t md:min-w-80 md:overflow-y-auto md:border-l"
      >
        {drawn.length < pairs.length && (
          <p className="px-4 py-1 text-muted">
            Drawn: {formatCount(agentsIn(drawn))} of {counted(agentsIn(pairs), 'agent')}, those in the longest chains
            and those that most others wait for.
          </p>
        )}
        <RootBlockers pairs={pairs} healths={healths} operators={operators} address={address} onGo={go} />
        <ol aria-label="Waiting" onPointerLeave={() => setPointed(null)}>
          {pairs
            .flatMap((pair) => pair.edges.map((edge) => ({ pair, edge })))
            .slice(0, MAX_LISTED)
            .map(({ pair, edge }) => (
              <Wait key={edge.id} pair={pair} edge={edge} onPoint={setPointed} address={address} onGo={go} />
            ))}
        </ol>
        {waiting.edges.length > MAX_LISTED && (
          <p className="px-4 py-1 text-muted">and {counted(waiting.edges.length - MAX_LISTED, 'more', 'more')}.</p>
        )}
      </section>
    </div>
  );
}

function agentsIn(pairs: readonly WaitPair[]): number {
  return new Set(pairs.flatMap(({ from, to }) => [from, to])).size;
}

const MAX_ROOTS = 5;

interface RootBlockersProps extends Pick<WaitProps, 'address' | 'onGo'> {
  pairs: readonly WaitPair[];
  healths: ReadonlyMap<string, AgentHealth>;
  operators: DashboardSenders;
}

/** The agents that wait for nobody and are waited for: with them a person starts. */
function RootBlockers({ pairs, healths, operators, address: { view, span }, onGo }: RootBlockersProps) {
  const roots = rootBlockers(pairs);
  if (roots.length === 0) return null;
  return (
    <div className="border-line border-b px-4 py-1">
      <h2 className="text-muted text-xs">Root blockers</h2>
      <ol aria-label="Root blockers">
        {roots.slice(0, MAX_ROOTS).map(({ agent, waiting }) => (
          <li key={agent}>
            <AddressLink to={{ view, span, agent }} onGo={onGo} className="link font-medium">
              <Text value={agent} max={60} />
            </AddressLink>
            <Silent health={healths.get(agent)} operator={operators.has(agent)} />{' '}
            <span className="text-muted">
              {waiting === 1 ? '1 agent waits' : `${formatCount(waiting)} agents wait`} for it
            </span>
          </li>
        ))}
      </ol>
      {roots.length > MAX_ROOTS && <p className="text-muted">and {formatCount(roots.length - MAX_ROOTS)} more.</p>}
    </div>
  );
}

interface WaitProps {
  pair: WaitPair;
  edge: WaitEdge;
  onPoint: (pair: string | null) => void;
  address: Address;
  onGo: (to: Partial<Address>) => void;
}

function Wait({ pair, edge, onPoint, address, onGo }: WaitProps) {
  const point = () => onPoint(`${pair.from}\n${pair.to}`);
  return (
    <li onPointerEnter={point} onFocus={point} className="px-4 py-1 hover:bg-tint">
      <p className="flex flex-wrap items-baseline gap-x-2">
        <AddressLink to={targetOfEdge(edge, address)} onGo={onGo} className="link font-medium">
          <Text value={edge.from} max={60} /> waits for <Text value={edge.to} max={60} />
        </AddressLink>
        <span className="text-muted">
          {WAIT_WORDS[edge.kind]}
          {edge.since !== null && (
            <>
              {' '}
              since <ClockTime instant={edge.since} />
            </>
          )}{' '}
          — {edge.basis}
        </span>
        {pair.inCycle && <span className="tag text-bad">in a wait cycle</span>}
      </p>
      <p className="wrap-anywhere line-clamp-2 text-muted" title={truncated(edge.reason, MAX_REASON_LENGTH)}>
        <Sentence text={truncated(edge.reason, MAX_REASON_LENGTH)} />
      </p>
    </li>
  );
}
