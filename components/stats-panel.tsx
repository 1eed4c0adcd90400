import { memo, type ReactNode } from 'react';
import { asText, counted, formatCount } from '@/lib/client/text';
import { duration } from '@/lib/client/time';
import type { Agent, AgentHealth, Message, Stats } from '@/lib/contract/schemas';
import { MessageType } from './ui/message-type';
import { Sparkline } from './ui/sparkline';
import { RelativeTime } from './ui/time';

const MOST_TYPES = 16;

interface StatsPanelProps {
  stats: Stats;
  agents: readonly Agent[];
  newest: Message | undefined;
}

/** The swarm in numbers. */
export const StatsPanel = memo(function StatsPanel({ stats, agents, newest }: StatsPanelProps) {
  const types = Object.entries(stats.message_types).sort(([, one], [, other]) => other - one);
  const lastHour = stats.messages_by_minute.reduce((sum, count) => sum + count, 0);
  const highest = Math.max(0, ...stats.messages_by_minute);
  return (
    <section aria-label="Numbers" className="shrink-0 border-line border-b">
      <dl className="grid grid-cols-2 sm:grid-cols-3 lg:grid-cols-[1.4fr_1.4fr_1fr_1fr_1fr_1fr]">
        <Figure name="Agents" value={stats.agent_count}>
          {healthCounts(agents)}
        </Figure>
        <Figure name="Messages, last minute" value={stats.messages_per_minute}>
          <Sparkline
            counts={stats.messages_by_minute}
            label={`${counted(lastHour, 'message')} in the last hour, at most ${formatCount(highest)} in a minute`}
          />
        </Figure>
        <Figure name="Messages kept" value={stats.message_count}>
          {newest ? (
            <>
              newest <RelativeTime instant={newest.sent_at} label="Sent" />
            </>
          ) : (
            asText(stats.latest_activity) || 'none yet'
          )}
        </Figure>
        <Figure name="Locks" value={stats.lock_count}>
          {stats.stale_lock_count > 0 ? (
            <span className="text-warn">{stats.stale_lock_count} stale</span>
          ) : (
            stats.lock_count > 0 && 'none stale'
          )}
        </Figure>
        <Figure
          name="Failed deliveries"
          value={stats.failed_delivery_count}
          className={stats.failed_delivery_count > 0 ? 'text-bad' : ''}
        >
          {stats.failed_delivery_count > 0 ? 'in all messages kept' : 'none'}
        </Figure>
        <Figure name="Server up" value={duration(stats.uptime_seconds)} />
      </dl>
      {types.length > 0 && (
        <ul aria-label="Messages by type" className="flex flex-wrap gap-x-4 gap-y-1 px-4 pb-2">
          {types.slice(0, MOST_TYPES).map(([type, count]) => (
            <li key={type} className="min-w-0 max-w-full truncate">
              <MessageType type={type} /> {formatCount(count)}
            </li>
          ))}
          {types.length > MOST_TYPES && <li className="text-muted">and {types.length - MOST_TYPES} more types</li>}
        </ul>
      )}
    </section>
  );
});

interface FigureProps {
  name: string;
  value: number | string;
  className?: string;
  children?: ReactNode;
}

function Figure({ name, value, className = '', children }: FigureProps) {
  return (
    <div className="min-w-0 px-4 py-2">
      <dt className="truncate text-muted">{name}</dt>
      <dd className={`font-medium text-xl leading-7 ${className}`}>
        {typeof value === 'number' ? formatCount(value) : value}
      </dd>
      {children !== undefined && children !== false && <dd className="wrap-anywhere min-h-5 text-muted">{children}</dd>}
    </div>
  );
}

const HEALTHS: readonly AgentHealth[] = ['active', 'stale', 'dead', 'unknown'];
const ALARMING: Partial<Record<AgentHealth, string>> = { stale: 'text-warn', dead: 'text-bad' };

function healthCounts(agents: readonly Agent[]): ReactNode {
  return HEALTHS.flatMap((health) => {
    const count = agents.filter((agent) => agent.health === health).length;
    return count === 0 ? [] : [{ health, count }];
  }).map(({ health, count }, index) => (
    <span key={health}>
      {index > 0 && ' · '}
      <span className={ALARMING[health]}>
        {count} {health}
      </span>
    </span>
  ));
}
