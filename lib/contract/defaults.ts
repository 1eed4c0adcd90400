/**
 * The added fields where nothing is known: for entries that an older version journaled or exported without them, for a
 * dashboard without a swarm, and for tests.
 */
import type {
  Agent,
  AgentsAnswer,
  AttentionAnswer,
  AttentionEntry,
  Lock,
  LogSource,
  Source,
  ZoneSource,
} from './schemas';

/** What is added to an agent of which only its entry and its health are known. */
export const UNKNOWN_AGENT_FACTS: Pick<
  Agent,
  'last_spoke_at' | 'last_message' | 'process' | 'moved_to' | 'life_began_at'
> = {
  last_spoke_at: null,
  last_message: null,
  process: { state: 'unseen', claude_pid: null, started_at: null, seen_at: null },
  moved_to: null,
  life_began_at: null,
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

export const NO_ATTENTION: AttentionAnswer = { attention: [], count: 0, hidden_count: 0, hidden_critical_count: 0 };

/** @returns the zone source of a time of which the zone is not known */
export function unknownZone(source: Source): ZoneSource {
  return { ...source, zone: 'unknown', suggested: null };
}
