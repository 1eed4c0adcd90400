/** The sample swarm roots that the readers' tests share. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const samplesFolder = join(import.meta.dirname, '..', 'fixtures', 'samples');

interface ExpectedLock {
  lock_file: string;
  agent_id: string;
  filepath: string;
  locked_at: number;
  reason: string;
  age_seconds: number;
  stale: boolean;
  degraded?: boolean;
  name_mismatch?: boolean;
  in_future?: boolean;
  glob_characters?: boolean;
}

interface ExpectedMessage {
  line: number;
  msg_id: string | null;
  sender: string;
  recipients: string[];
  msg_type: string;
  timestamp: string;
  timestamp_utc: string;
  content_utf16_length: number;
  content_sha256: string;
  success_count: number;
  failure_count: number;
}

/** A file about work: its entries, and how many have each value of one of their fields (`by_...`). */
export interface ExpectedStore {
  error: string | null;
  count: number;
  ids: string[];
  by_status?: Record<string, number>;
  by_availability?: Record<string, number>;
  by_success?: Record<string, number>;
}

/** The expectations of one sample in `expected.json`; a store without an expectation is not in the sample. */
export interface Expected {
  evaluated_at: string;
  evaluated_at_epoch: number;
  host_timezone: string;
  lock_stale_timeout_seconds: number;
  registry: { error: string | null; session_name: unknown; session_names: unknown; updated_at: unknown };
  agents: { id: string; age_seconds: number; [field: string]: unknown }[];
  agents_skipped: number;
  locks: ExpectedLock[];
  lock_count: number;
  locks_unreadable: string[];
  messages: {
    count: number;
    ids: (string | null)[];
    strict_count: number;
    invalid_lines: number[];
    unterminated_tail: 'complete' | 'incomplete' | null;
    recoverable_ids: string[];
  };
  message_types: Record<string, number>;
  latest_activity: string | null;
  latest_activity_utc: string | null;
  message_items: ExpectedMessage[];
  pending_acks?: {
    entries: {
      msg_id: string;
      sender_id: string;
      recipient_id: string;
      retry_count: number;
      next_retry_at_utc: string;
      orphan: boolean;
    }[];
  };
  tasks?: ExpectedStore;
  contexts?: ExpectedStore;
  agent_cards?: ExpectedStore;
  conflicts?: ExpectedStore;
  delegations?: ExpectedStore;
  learning?: ExpectedStore;
  memory_agents?: string[];
  last_read?: { error: string | null; value: Record<string, string> | null };
  coordination_sections?: string[];
  history?: { old_file: string; old_count: number; ids_old_then_current: string[] };
}

export interface Sample {
  name: string;
  /** The folder. Never write to it: copy it first. */
  root: string;
  expected: Expected;
}

/** @returns every sample, by name */
export function samples(): Sample[] {
  return readdirSync(samplesFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const root = join(samplesFolder, name);
      const expected: Expected = JSON.parse(readFileSync(join(root, 'expected.json'), 'utf8'));
      return { name, root, expected };
    });
}
