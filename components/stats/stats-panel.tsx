import { memo, type ReactNode, use } from 'react';
import { countStates, stateNamed } from '@/components/agents/agent-state';
import { countAgents } from '@/components/agents/agents';
import { useTrend } from '@/components/stats/use-trend';
import type { Address } from '@/lib/client/address';
import { exactNow } from '@/lib/client/clock';
import { NO_CHOICE } from '@/lib/client/message-filter';
import { Moment } from '@/lib/client/moment';
import type { PanelName } from '@/lib/client/settings';
import { counted, formatCount } from '@/lib/client/text';
import { formatTokens, formatUsd, tokensOf, tokenWords } from '@/lib/client/usage-words';
import type { UsageState, UsageSum } from '@/lib/contract/claude-schemas';
import type { Agent, AttentionAnswer, Stats } from '@/lib/contract/schemas';
import { StateCounts } from '../agents/state-counts';
import { NotKnown } from '../ui/panel';
import { Sparkline, Trend } from '../ui/sparkline';
import { FailedDeliveries } from './failed-deliveries';

interface StatsPanelProps {
  /** Whether agents and locks are known at the shown moment. */
  known: boolean;
  stats: Stats;
  agents: readonly Agent[];
  attention: AttentionAnswer;
  /** The present one. */
  usage: UsageState;
  /** The state by which the list of agents is filtered, as the address has it. */
  state: string | null;
  /** Opens a panel at what a number counts. */
  onOpen: (panel: PanelName, to: Partial<Address>) => void;
  /** Opens what a link points at. */
  onGo: (to: Partial<Address>) => void;
  /** Opens the view of usage over time. */
  onUsage: () => void;
}

/** The key figures of the swarm in one line. Each number opens what it counts. */
export const StatsPanel = memo(function StatsPanel(props: StatsPanelProps) {
  const { known, stats, agents, attention, usage, state, onOpen, onGo, onUsage } = props;
  // The page's samples of the last ten minutes do not apply to a past moment.
  const moment = use(Moment);
  const past = moment !== null;
  const locks = useTrend(stats.lock_count);
  const stale = useTrend(stats.stale_lock_count);
  const failed = useTrend(stats.failed_deliveries_open);
  const showsUsage = usage.since_start.messages > 0;
  const failures = attention.attention.filter(({ kind }) => kind === 'delivery_failed');
  return (
    <section aria-label="Numbers" className="shrink-0 border-line border-b">
      <dl
        className={`grid divide-line md:divide-x ${showsUsage ? 'grid-cols-6 md:grid-cols-[1.6fr_1.4fr_1fr_1fr_1fr_1fr]' : 'grid-cols-5 md:grid-cols-[1.6fr_1.4fr_1fr_1fr_1fr]'}`}
      >
        <Figure
          name="Agents"
          value={known ? countAgents(agents) : null}
          onOpen={() => onOpen('agents', { state: null, agent: null })}
          words={
            known && (
              <StateCounts
                counts={countStates(agents)}
                chosen={stateNamed(state)}
                onChoose={(word) => onOpen('agents', { state: word })}
              />
            )
          }
        />
        <Figure
          name="Messages a minute"
          short="Msgs/min"
          value={stats.messages_per_minute}
          onOpen={() => onOpen('messages', { ...NO_CHOICE, message: null, since: lastMinute(moment) })}
          wide
          graphic={messageRate(stats.messages_by_minute)}
        />
        <Figure
          name="Locks"
          value={known ? stats.lock_count : null}
          onOpen={() => onOpen('locks', { locks: null, agent: null })}
          graphic={!past && tenMinutes('Locks', locks)}
        />
        <Figure
          name="Stale locks"
          short="Stale"
          value={known ? stats.stale_lock_count : null}
          onOpen={() => onOpen('locks', { locks: 'stale', agent: null })}
          colour="text-warn"
          graphic={!past && tenMinutes('Stale locks', stale)}
        />
        <Figure
          name="Failed deliveries, open"
          short="Failed"
          value={stats.failed_deliveries_open}
          number={(text) => (
            <FailedDeliveries count={stats.failed_deliveries_open} entries={failures} onGo={onGo}>
              {text}
            </FailedDeliveries>
          )}
          words={stats.failed_delivery_count > 0 && <FailedEver count={stats.failed_delivery_count} />}
          colour="text-bad"
          graphic={!past && tenMinutes('Open failed deliveries', failed)}
        />
        {showsUsage && <UsageTile sum={past ? null : usage.today} onOpen={onUsage} />}
      </dl>
    </section>
  );
});

/** @returns the instant a minute before the shown moment, from which on the messages of the figure were sent */
function lastMinute(moment: number | null): string {
  return new Date((moment ?? exactNow()) - 60_000).toISOString();
}

/** The number of all failed deliveries in the history, abbreviated; the full sentence is on hover. */
function FailedEver({ count }: { count: number }) {
  return <span title={`${formatCount(count)} failed since the history began`}>{formatCount(count)} ever</span>;
}

/** Null for an hour without messages. */
function messageRate(counts: readonly number[]): ReactNode {
  const lastHour = counts.reduce((sum, count) => sum + count, 0);
  if (lastHour === 0) return null;
  const highest = formatCount(Math.max(0, ...counts));
  return (
    <span className="text-accent">
      <Sparkline
        counts={counts}
        label={`${counted(lastHour, 'message')} in the last hour, at most ${highest} in a minute`}
      />
    </span>
  );
}

/** The samples of a figure as a line; null while they are all the same, since a flat line shows no trend. */
function tenMinutes(name: string, samples: readonly number[]): ReactNode {
  const [least, most] = [Math.min(...samples), Math.max(...samples)];
  if (least === most) return null;
  const label = `${name}: between ${formatCount(least)} and ${formatCount(most)} in the last ten minutes`;
  return <Trend samples={samples} label={label} />;
}

interface UsageTileProps {
  /** Null at a past moment. */
  sum: UsageSum | null;
  onOpen: () => void;
}

/** The estimated cost of the day; its tokens where no price is known. */
function UsageTile({ sum, onOpen }: UsageTileProps) {
  const isPriced = sum === null || sum.cost_usd !== null;
  const name = isPriced ? 'Cost today, estimated' : 'Tokens today';
  return (
    <Figure
      name={name}
      short={isPriced ? 'Cost, est.' : 'Tokens'}
      value={sum && tokensOf(sum)}
      number={() => {
        const text = sum && (sum.cost_usd === null ? formatTokens(tokensOf(sum)) : formatUsd(sum.cost_usd));
        return (
          <button
            type="button"
            aria-label={`${name}: ${text}. Show usage over time`}
            onClick={onOpen}
            className="tile-button max-md:text-base"
          >
            {text}
          </button>
        );
      }}
      words={sum && sum.cost_usd !== null && <span title={tokenWords(sum)}>{tokenWords(sum)}</span>}
    />
  );
}

interface FigureProps {
  name: string;
  /** The name if there is little room. */
  short?: string;
  /** Null if it is not known. */
  value: number | null;
  /** Opens what is counted. */
  onOpen?: () => void;
  /** Renders the number, if it does something else. */
  number?: (text: string) => ReactNode;
  /** Shown beside the number. */
  words?: ReactNode;
  /** The colour of a number other than zero. */
  colour?: string;
  /** The graphic needs more room. */
  wide?: boolean;
  /** A trend at the right. */
  graphic?: ReactNode;
}

function Figure(props: FigureProps) {
  const { name, short = name, value, onOpen, number, words, colour = 'text-ink', wide = false, graphic } = props;
  const some = value !== null && value > 0;
  return (
    <div className="relative grid min-w-0 grid-cols-[minmax(0,1fr)_minmax(0,auto)] items-end gap-x-4 px-2 py-1.5 first:pl-4 hover:bg-tint md:px-4">
      <dt className="col-span-2 truncate text-muted text-xs">
        <span className="lg:hidden">{short}</span>
        <span className="max-lg:hidden">{name}</span>
      </dt>
      <dd className="col-start-1 row-start-2 flex min-w-0 items-baseline gap-2">
        <span className={`font-medium text-2xl leading-7 ${some ? colour : 'text-ink'}`}>
          {value === null ? <NotKnown /> : (number?.(formatCount(value)) ?? <Opener {...{ name, value, onOpen }} />)}
        </span>
        <span className="min-w-0 truncate text-muted text-xs max-md:hidden">{words}</span>
      </dd>
      {graphic && (
        <dd className={`w-[7vw] max-w-40 max-md:hidden ${wide ? 'md:w-[11vw]' : ''} ${some ? colour : 'text-line'}`}>
          {graphic}
        </dd>
      )}
    </div>
  );
}

function Opener({ name, value, onOpen }: Pick<FigureProps, 'name' | 'onOpen'> & { value: number }) {
  return (
    <button
      type="button"
      aria-label={`${name}: ${formatCount(value)}. Show them`}
      onClick={onOpen}
      className="tile-button"
    >
      {formatCount(value)}
    </button>
  );
}
