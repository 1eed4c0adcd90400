import { memo, type ReactNode, use } from 'react';
import { countAgents, countHealths } from '@/components/agents/agents';
import { useTrend } from '@/components/stats/use-trend';
import { Moment } from '@/lib/client/moment';
import { counted, formatCount } from '@/lib/client/text';
import type { Agent, AgentHealth, Stats } from '@/lib/contract/schemas';
import { NotKnown } from '../ui/panel';
import { Sparkline, Trend } from '../ui/sparkline';

interface StatsPanelProps {
  /** Whether agents and locks are known at the shown moment. */
  known: boolean;
  stats: Stats;
  agents: readonly Agent[];
}

/** The key figures of the swarm in one line. */
export const StatsPanel = memo(function StatsPanel({ known, stats, agents }: StatsPanelProps) {
  const lastHour = stats.messages_by_minute.reduce((sum, count) => sum + count, 0);
  const highest = Math.max(0, ...stats.messages_by_minute);
  // The page's samples of the last ten minutes do not apply to a past moment.
  const past = use(Moment) !== null;
  const locks = useTrend(stats.lock_count);
  const stale = useTrend(stats.stale_lock_count);
  const failed = useTrend(stats.failed_deliveries_open);
  return (
    <section aria-label="Numbers" className="shrink-0 border-line border-b">
      <dl className="grid grid-cols-5 divide-line md:grid-cols-[1.4fr_1.6fr_1fr_1fr_1fr] md:divide-x">
        <Figure name="Agents" value={known ? countAgents(agents) : null} words={healthWords(agents)}>
          <HealthBar agents={agents} />
        </Figure>
        <Figure name="Messages a minute" short="Msgs/min" value={stats.messages_per_minute} wide>
          <span className="text-accent">
            <Sparkline
              counts={stats.messages_by_minute}
              label={`${counted(lastHour, 'message')} in the last hour, at most ${formatCount(highest)} in a minute`}
            />
          </span>
        </Figure>
        <Figure name="Locks" value={known ? stats.lock_count : null}>
          {!past && <Trend samples={locks} label={`Locks: ${inTenMinutes(locks)}`} />}
        </Figure>
        <Figure name="Stale locks" short="Stale" value={known ? stats.stale_lock_count : null} colour="text-warn">
          {!past && <Trend samples={stale} label={`Stale locks: ${inTenMinutes(stale)}`} />}
        </Figure>
        <Figure
          name="Failed deliveries, open"
          short="Failed"
          value={stats.failed_deliveries_open}
          words={stats.failed_delivery_count > 0 && <FailedEver count={stats.failed_delivery_count} />}
          colour="text-bad"
        >
          {!past && <Trend samples={failed} label={`Open failed deliveries: ${inTenMinutes(failed)}`} />}
        </Figure>
      </dl>
    </section>
  );
});

/** The number of all failed deliveries in the history, abbreviated; the full sentence is on hover. */
function FailedEver({ count }: { count: number }) {
  return <span title={`${formatCount(count)} failed since the history began`}>{formatCount(count)} ever</span>;
}

function inTenMinutes(samples: readonly number[]): string {
  return `between ${formatCount(Math.min(...samples))} and ${formatCount(Math.max(...samples))} in the last ten minutes`;
}

interface FigureProps {
  name: string;
  /** The name if there is little room. */
  short?: string;
  /** Null if it is not known. */
  value: number | null;
  /** Shown beside the number. */
  words?: ReactNode;
  /** The colour of a number other than zero. */
  colour?: string;
  /** The graphic needs more room. */
  wide?: boolean;
  children: ReactNode;
}

function Figure({ name, short = name, value, words, colour = 'text-ink', wide = false, children }: FigureProps) {
  const some = value !== null && value > 0;
  const meaning = some ? colour : 'text-ink';
  return (
    <div className="grid min-w-0 grid-cols-[minmax(0,1fr)_minmax(0,auto)] items-end gap-x-4 px-2 py-2 first:pl-4 md:px-4">
      <dt className="truncate text-muted text-xs">
        <span className="lg:hidden">{short}</span>
        <span className="max-lg:hidden">{name}</span>
      </dt>
      <dd className="col-start-1 row-start-2 flex items-baseline gap-2">
        <span className={`font-medium text-lg leading-6 ${meaning}`}>
          {value === null ? <NotKnown /> : formatCount(value)}
        </span>
        <span className="truncate text-muted text-xs max-md:hidden">{words}</span>
      </dd>
      <dd
        className={`row-span-2 w-[7vw] max-w-40 max-md:hidden ${wide ? 'md:w-[11vw]' : ''} ${some ? colour : 'text-line'}`}
      >
        {children}
      </dd>
    </div>
  );
}

const WORDS: Record<AgentHealth, string> = { active: '', stale: 'text-warn', dead: 'text-bad', moved: '', unknown: '' };
const FILLS: Record<AgentHealth, string> = {
  active: 'text-good',
  stale: 'text-warn',
  dead: 'text-bad',
  moved: 'text-line',
  unknown: 'text-line',
};

function healthWords(agents: readonly Agent[]): ReactNode {
  return countHealths(agents).map(({ health, count }, index) => (
    <span key={health}>
      {index > 0 && ' · '}
      <span className={WORDS[health]}>
        {count} {health}
      </span>
    </span>
  ));
}

/** The share of each health as one bar, without moved entries. */
function HealthBar({ agents }: { agents: readonly Agent[] }) {
  let start = 0;
  const present = agents.filter(({ health }) => health !== 'moved');
  return (
    <svg
      viewBox={`0 0 ${Math.max(1, present.length)} 6`}
      preserveAspectRatio="none"
      aria-hidden="true"
      className="mb-2 h-1.5 w-full"
    >
      {countHealths(present).map(({ health, count }) => {
        const left = start;
        start += count;
        return <rect key={health} x={left} width={count} height="6" fill="currentColor" className={FILLS[health]} />;
      })}
    </svg>
  );
}
