/** The figures of `GET /api/stats`. */
import type { Agent, AgentsAnswer, LocksAnswer, Stats } from '../contract/schemas';
import type { Summary } from '../history/summary';

const MINUTES = 60;

/**
 * @param summary exact figures of the history; null before it is open
 * @param now milliseconds since 1970
 * @param openFailures how many recipients have a failed delivery and were not reached since
 */
export function statistics(
  agents: AgentsAnswer,
  locks: LocksAnswer,
  summary: Summary | null,
  startedAt: number,
  now: number,
  openFailures = 0,
): Stats {
  const thisMinute = Math.floor(now / 60_000);
  const byMinute = new Map(summary?.minutes);
  const secondsSince = Math.floor(now / 1000) - 60;
  const lastMinute = summary?.seconds.filter(([second]) => second > secondsSince && second <= secondsSince + 60) ?? [];
  return {
    agent_count: agents.agents.length,
    lock_count: locks.count,
    message_count: summary?.count ?? 0,
    message_types: summary?.types ?? {},
    other_type_count: summary?.otherTypes ?? 0,
    latest_activity: summary?.latestActivity ?? null,
    session_name: agents.session_name,
    updated_at: agents.updated_at,
    uptime_seconds: Math.round((now - startedAt) / 100) / 10,
    messages_per_minute: lastMinute.reduce((sum, [, count]) => sum + count, 0),
    messages_by_minute: Array.from({ length: MINUTES }, (_, i) => byMinute.get(thisMinute - MINUTES + 1 + i) ?? 0),
    active_agent_count: agents.agents.filter(({ health }) => health === 'active').length,
    ...activityCounts(agents.agents),
    stale_lock_count: locks.stale_count,
    failed_delivery_count: summary?.failed ?? 0,
    failed_deliveries_open: openFailures,
  };
}

type ActivityCounts = Pick<
  Stats,
  'working_count' | 'waiting_count' | 'blocked_count' | 'idle_count' | 'shell_count' | 'activity_unknown_count'
>;

/** The former entry of an agent that moved has no activity of its own. */
function activityCounts(agents: readonly Agent[]): ActivityCounts {
  const counts = { working: 0, waiting: 0, blocked: 0, idle: 0, shell: 0, unknown: 0 };
  for (const { health, activity } of agents) if (health !== 'moved') counts[activity.state] += 1;
  return {
    working_count: counts.working,
    waiting_count: counts.waiting,
    blocked_count: counts.blocked,
    idle_count: counts.idle,
    shell_count: counts.shell,
    activity_unknown_count: counts.unknown,
  };
}
