/** The health of each registered agent, from evidence alone: its entry, its messages, its locks and its process. */
import { UNKNOWN_AGENT_FACTS } from '../contract/defaults';
import { formatInstant } from '../contract/instant';
import type { Agent, AgentHealth } from '../contract/schemas';
import { withAddedFields } from './added-fields';
import { readInstant } from './naive-time';
import type { ProcessSight, ProcessTable } from './processes';
import type { Registry, RegistryEntry } from './registry';

/** An agent without a sign of life for this many thresholds is no longer `stale` but `unknown`. */
const STALE_THRESHOLDS = 5;

/** A time before 1970 is a mistake too, and one far before it no date at all. */
const EARLIEST = 0;

export interface Evidence {
  /** Milliseconds since 1970 of the newest message of each sender, and of the newest lock of each holder. */
  newestMessageBySender: ReadonlyMap<string, number>;
  newestLockByHolder: ReadonlyMap<string, number>;
  processes: Pick<ProcessTable, 'sight' | 'goneSince'>;
  /** How long a sign of life counts. */
  staleThresholdSeconds: number;
  /** Milliseconds since 1970. */
  now: number;
}

interface Sign {
  at: number;
  /** A sentence without its end: the instant follows. */
  says: string;
}

/** @returns every entry of the registry, in its order, with what is known of the agent's health */
export function describeAgents(registry: Registry, evidence: Evidence): Agent[] {
  const subjects = registry.entries.map((entry) => observe(entry, evidence));
  const pidsSeen = new Set(subjects.filter(isSeen).map(({ pid }) => pid));
  return subjects.map((subject) => {
    const othersSeen = pidsSeen.size > (pidsSeen.has(subject.pid) ? 1 : 0);
    const { health, reason } = judge(subject, othersSeen, evidence);
    return withAddedFields(subject.entry, {
      ...UNKNOWN_AGENT_FACTS,
      health,
      health_reason: reason,
      last_evidence_at: subject.sign && formatInstant(subject.sign.at),
    });
  });
}

/** An entry with what is known of it. */
interface Subject {
  entry: RegistryEntry;
  pid: number;
  sight: ProcessSight;
  sign: Sign | null;
}

function observe(entry: RegistryEntry, evidence: Evidence): Subject {
  const pid = typeof entry.pid === 'number' ? entry.pid : Number.NaN;
  const lastSeen = readInstant(entry.last_seen, 'UTC')?.milliseconds ?? null;
  const signs = [
    { at: lastSeen, says: 'it was last seen' },
    { at: evidence.newestMessageBySender.get(entry.id), says: 'its newest message was sent' },
    { at: evidence.newestLockByHolder.get(entry.id), says: 'its newest lock was taken' },
  ];
  return {
    entry,
    pid,
    sight: evidence.processes.sight(pid, lastSeen ?? Number.NaN),
    sign: newestSign(signs, evidence),
  };
}

/** A time well ahead of the clock is a mistake of its writer, and would count as life for as long as it is ahead. */
function newestSign(
  signs: readonly { at: number | null | undefined; says: string }[],
  { now, staleThresholdSeconds }: Evidence,
): Sign | null {
  let newest: Sign | null = null;
  for (const { at, says } of signs) {
    if (at == null || at < EARLIEST || at > now + staleThresholdSeconds * 1000) continue;
    if (newest === null || at > newest.at) newest = { at, says };
  }
  return newest;
}

function isSeen({ sight }: Subject): boolean {
  return sight === 'claude' || sight === 'running';
}

function judge(
  { pid, sight, sign }: Subject,
  othersSeen: boolean,
  { processes, now, staleThresholdSeconds }: Evidence,
): { health: AgentHealth; reason: string } {
  if (sight === 'claude') return { health: 'active', reason: `Its claude process (pid ${pid}) runs.` };
  const age = sign === null ? Number.POSITIVE_INFINITY : (now - sign.at) / 1000;
  // That some listed process is seen shows that the registry is about this host; else every pid might be elsewhere.
  const isGone = sight === 'gone' && othersSeen;
  const goneReason = `Its process (pid ${pid}) is gone.`;
  const goneSince = isGone ? processes.goneSince(pid) : null;
  // Knowledge beats age: a sign of life from before the process went says nothing of now.
  if (goneSince !== null && (sign === null || sign.at <= goneSince)) return { health: 'dead', reason: goneReason };
  if (sign && age <= staleThresholdSeconds) return { health: 'active', reason: sentence(sign) };
  if (sign && age <= staleThresholdSeconds * STALE_THRESHOLDS) return { health: 'stale', reason: silence(sign) };
  if (isGone) return { health: 'dead', reason: goneReason };
  const process =
    sight === 'running' ? `its process (pid ${pid}) runs, but no claude in it` : "its process can't be seen";
  return { health: 'unknown', reason: `${silence(sign).slice(0, -1)}, and ${process}.` };
}

function sentence({ says, at }: Sign): string {
  return `${says[0]?.toUpperCase()}${says.slice(1)} at ${plainInstant(at)}.`;
}

function silence(sign: Sign | null): string {
  return sign === null ? 'No sign of life is known.' : `No sign of life since ${plainInstant(sign.at)}.`;
}

function plainInstant(at: number): string {
  return formatInstant(at).replace('.000', '');
}
