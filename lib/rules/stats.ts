/** The figures of `GET /api/stats`. */
import type { AgentsAnswer, LocksAnswer, Stats } from '../contract/schemas';
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
    latest_activity: summary?.latestActivity ?? null,
    session_name: agents.session_name,
    updated_at: agents.updated_at,
    uptime_seconds: Math.round((now - startedAt) / 100) / 10,
    messages_per_minute: lastMinute.reduce((sum, [, count]) => sum + count, 0),
    messages_by_minute: Array.from({ length: MINUTES }, (_, i) => byMinute.get(thisMinute - MINUTES + 1 + i) ?? 0),
    active_agent_count: agents.agents.filter(({ health }) => health === 'active').length,
    stale_lock_count: locks.stale_count,
    failed_delivery_count: summary?.failed ?? 0,
    failed_deliveries_open: openFailures,
  };
}
