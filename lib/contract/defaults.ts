/**
 * The added fields where nothing is known: for entries that an older version journaled or exported without them, for a
 * dashboard without a swarm, and for tests.
 */
import type { OutgoingState, PermissionsState } from './action-schemas';
import type { UsageState, UsageSum } from './claude-schemas';
import { wholeLocks } from './locks-answer';
import type {
  Agent,
  AgentsAnswer,
  AttentionAnswer,
  AttentionEntry,
  Lock,
  LocksAnswer,
  LogSource,
  Source,
  Sources,
  Stats,
  ZoneSource,
} from './schemas';
import type { TasksState } from './task-schemas';
import type { WorkState } from './work-schemas';

/** The fields added to an agent of which only its entry and its health are known. */
export const UNKNOWN_AGENT_FACTS: Pick<
  Agent,
  | 'last_spoke_at'
  | 'last_message'
  | 'process'
  | 'moved_to'
  | 'life_began_at'
  | 'card'
  | 'blocked'
  | 'source'
  | 'lead'
  | 'session'
  | 'activity'
  | 'work'
  | 'current_task'
> = {
  last_spoke_at: null,
  last_message: null,
  process: { state: 'unseen', claude_pid: null, started_at: null, seen_at: null },
  moved_to: null,
  life_began_at: null,
  card: null,
  blocked: null,
  source: 'registry',
  lead: null,
  session: null,
  activity: { state: 'unknown', since: null, reason: 'Its activity was not recorded.', source: 'none' },
  work: null,
  current_task: null,
};

export const UNKNOWN_LOCK_FACTS: Pick<Lock, 'former_holder'> = { former_holder: null };

export const UNKNOWN_ATTENTION_FACTS: Pick<AttentionEntry, 'why' | 'group' | 'acknowledged' | 'snoozed'> = {
  why: {
    rule: 'The version that recorded this item did not note its rule.',
    facts: [],
    threshold: null,
    setting: null,
  },
  group: '',
  acknowledged: null,
  snoozed: null,
};

export const UNKNOWN_SOURCE_FACTS: Pick<Source, 'kept_from'> = { kept_from: null };

export const UNKNOWN_LOG_FACTS: Pick<LogSource, 'losses'> = { losses: [] };

export const NO_AGENTS: AgentsAnswer = {
  session_name: null,
  session_names: null,
  updated_at: null,
  agents: [],
  departed: [],
};

export const NO_LOCKS: LocksAnswer = wholeLocks([]);

export const NO_STATS: Stats = {
  agent_count: 0,
  lock_count: 0,
  message_count: 0,
  message_types: {},
  other_type_count: 0,
  latest_activity: null,
  session_name: null,
  updated_at: null,
  uptime_seconds: 0,
  messages_per_minute: 0,
  messages_by_minute: Array.from({ length: 60 }, () => 0),
  active_agent_count: 0,
  working_count: 0,
  waiting_count: 0,
  blocked_count: 0,
  idle_count: 0,
  shell_count: 0,
  activity_unknown_count: 0,
  stale_lock_count: 0,
  failed_delivery_count: 0,
  failed_deliveries_open: 0,
};

export const NO_ATTENTION: AttentionAnswer = {
  attention: [],
  count: 0,
  hidden_count: 0,
  hidden_critical_count: 0,
  chains: [],
};

export const NO_TASKS: TasksState = { tasks: [], left_off: 0, file: null };

/** The sum of no messages. */
export const NO_SUM: UsageSum = {
  messages: 0,
  tokens: { input: 0, output: 0, cache_read: 0, cache_write_5m: 0, cache_write_1h: 0 },
  cost_usd: 0,
  unpriced_tokens: 0,
};

export const NO_USAGE: UsageState = {
  estimated: true,
  today: NO_SUM,
  since_start: NO_SUM,
  agents: [],
  unknown_models: [],
  progress: null,
};

export const NO_PERMISSIONS: PermissionsState = { permissions: [] };

export const NO_OUTGOING: OutgoingState = { messages: [] };

export const NO_WORK: WorkState = { files: [], unread: [] };

/** @returns the zone source for a moment at which the zone is not known */
export function unknownZone(source: Source): ZoneSource {
  return { ...source, zone: 'unknown', suggested: null };
}

/**
 * @param reason why nothing could be read, and what to do
 * @param since when that began, an instant
 * @returns the sources of a swarm whose files cannot be read
 */
export function missingSources(reason: string, since: Source['since']): Sources {
  const source: Source = { state: 'missing', reason, since, kept_from: null, skipped: [] };
  return {
    registry: source,
    locks: source,
    log: { ...source, ...UNKNOWN_LOG_FACTS, gaps: 0, unterminated_tail: null, backlog: null },
    history: { ...source, mode: 'memory', role: 'follower' },
    watcher: { ...source, mode: 'events' },
    config: source,
    zone: unknownZone(source),
    claude_code: source,
    hooks: source,
  };
}
