/**
 * The conflicts that the swarm's agents noted, `CONFLICT_LOG.json`. Read as a whole; the last good content is kept
 * while the file can't be read.
 */
import type { Skipped } from '../../contract/schemas';
import type { WorkConflict } from '../../contract/work-answers';
import { isNestedTooDeeply } from '../../platform/json-depth';
import { isObject } from '../../platform/json-shape';
import { countSkipped } from '../source-status';
import { BEYOND, parseObject, type SmallFileKind, SmallFileReader } from './json-file';
import { readName } from './message-fields';
import { readInstant } from './naive-time';
import { readText, readTime } from './work/fields';

export const CONFLICT_LOG_FILE = 'CONFLICT_LOG.json';

/** The swarm's tool keeps 500 conflicts. */
const MAX_CONFLICTS = 1000;
const MAX_NEGOTIATIONS = 50;

/** One agent wants what another has. */
export interface Conflict {
  id: string;
  /** `file_lock`, `resource`, `task_claim` or `merge`, or any other value of the file. */
  type: string | null;
  requester: string;
  holder: string;
  /** What both agents want; for a lock its path. */
  resource: string | null;
  status: string | null;
  /** Milliseconds since 1970; null where it is not a time. */
  detectedAt: number | null;
}

/** A conflict with what became of it. */
export interface LoggedConflict extends Conflict, Pick<WorkConflict, 'locked_at' | 'lock_reason' | 'resolution'> {
  /** `detectedAt` as the API writes it, with the fraction of the file. */
  detected_at: string | null;
  negotiations: WorkConflict['negotiations'];
}

/**
 * Reads the bytes of the file, tolerantly: an entry that does not name two agents is skipped alone.
 *
 * @returns the conflicts in the order of the file and what was skipped, or why there are none: `empty`,
 *   `invalid JSON`, `not an object` or `conflicts is not a list`
 */
export function parseConflictLog(
  bytes: Buffer,
): { conflicts: LoggedConflict[]; skipped: Skipped[] } | { error: string } {
  const read = parseObject(bytes);
  if ('error' in read) return read;
  const { conflicts: entries = [] } = read.object;
  if (!Array.isArray(entries)) return { error: 'conflicts is not a list' };
  const conflicts: LoggedConflict[] = [];
  const skipped: [string, string][] = [];
  for (const [index, entry] of entries.entries()) {
    const place = `conflicts[${index}]`;
    if (isNestedTooDeeply(entry, bytes.length)) {
      skipped.push(['entry is nested too deeply', place]);
      continue;
    }
    const conflict = isObject(entry) ? readConflict(entry, place) : null;
    if (!conflict) skipped.push(['entry does not name a requester and a holder', place]);
    else if (conflicts.length === MAX_CONFLICTS) skipped.push([`${BEYOND} ${MAX_CONFLICTS} entries`, place]);
    else conflicts.push(conflict);
  }
  return { conflicts, skipped: countSkipped(skipped) };
}

function readConflict(entry: Record<string, unknown>, place: string): LoggedConflict | null {
  const [requester = null, holder = null] = Array.isArray(entry.agents_involved)
    ? entry.agents_involved.slice(0, 2).map(readName)
    : [];
  if (requester === null || holder === null) return null;
  const detected = readInstant(entry.detected_at, 'UTC');
  const metadata = isObject(entry.metadata) ? entry.metadata : {};
  return {
    id: readName(entry.conflict_id) ?? place,
    type: readName(entry.conflict_type),
    requester,
    holder,
    resource: typeof entry.resource === 'string' && entry.resource !== '' ? entry.resource : null,
    status: readName(entry.status),
    detectedAt: detected?.milliseconds ?? null,
    detected_at: detected?.iso ?? null,
    locked_at: readTime(metadata.locked_at),
    lock_reason: readText(metadata.lock_reason),
    negotiations: readNegotiations(entry.negotiations),
    resolution: isObject(entry.resolution) ? readResolution(entry.resolution) : null,
  };
}

/** The tool names no form for these: the words for who, when and what are those of its other files. */
function readNegotiations(value: unknown): LoggedConflict['negotiations'] {
  const steps = Array.isArray(value) ? value.slice(-MAX_NEGOTIATIONS) : [];
  return steps.flatMap((step: unknown) => {
    const fields = isObject(step) ? step : {};
    const { agent_id, by, sender, timestamp, at, message, proposal, reason } = fields;
    const said = [message, proposal, reason].map((one) => readText(one)).find((one) => one !== null);
    const text = said ?? readText(typeof step === 'string' ? step : JSON.stringify(step));
    return text === null ? [] : [{ agent: readName(agent_id ?? by ?? sender), at: readTime(timestamp ?? at), text }];
  });
}

function readResolution(entry: Record<string, unknown>): LoggedConflict['resolution'] {
  return {
    strategy: readName(entry.strategy_used),
    winner: readName(entry.winner),
    loser_action: readText(entry.loser_action),
    at: readTime(entry.resolved_at),
    reason: readText(entry.reason),
    automatic: typeof entry.automatic === 'boolean' ? entry.automatic : null,
  };
}

/** Keeps the newest conflicts that could be read. */
export class ConflictLogReader extends SmallFileReader<readonly LoggedConflict[]> {
  /**
   * @param root the swarm's root
   * @param now the clock, milliseconds since 1970
   */
  constructor(root: string, now?: () => number) {
    super(root, KIND, now);
  }

  /** The last conflicts that could be read; none before the first reading and once the file is gone. */
  get conflicts(): readonly LoggedConflict[] {
    return this.content ?? NO_CONFLICTS;
  }
}

const NO_CONFLICTS: readonly LoggedConflict[] = [];

const KIND: SmallFileKind<readonly LoggedConflict[]> = {
  name: CONFLICT_LOG_FILE,
  parse: (bytes) => {
    const parsed = parseConflictLog(bytes);
    return 'error' in parsed ? parsed : { content: parsed.conflicts, skipped: parsed.skipped };
  },
  missing: `There is no ${CONFLICT_LOG_FILE}: the agents of this folder noted no conflict.`,
  ending: { known: 'its last readable content is used', unknown: 'no conflict is known' },
};
