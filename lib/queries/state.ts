/** The state of the whole swarm at a moment, from the journal and the messages sent until then. */

import {
  NO_AGENTS,
  NO_TASKS,
  UNKNOWN_AGENT_FACTS,
  UNKNOWN_ATTENTION_FACTS,
  UNKNOWN_LOCK_FACTS,
  UNKNOWN_LOG_FACTS,
  UNKNOWN_SOURCE_FACTS,
  unknownZone,
} from '../contract/defaults';
import { formatInstant } from '../contract/instant';
import { wholeLocks } from '../contract/locks-answer';
import type { PastState } from '../contract/past-schemas';
import type {
  Agent,
  AgentsAnswer,
  AttentionAnswer,
  AttentionEntry,
  DepartedAgent,
  Lock,
  LocksAnswer,
  MessagesAnswer,
  Source,
  Sources,
} from '../contract/schemas';
import { SEVERITY_RANK } from '../contract/severity';
import type { Task, TasksState } from '../contract/task-schemas';
import type { History } from '../history/history';
import type { JournaledLockCounts } from '../history/journal';
import { JOURNALED_TASKS } from '../history/journal-kind';
import { knownSince, type PastThings, thingsAt } from '../history/snapshots';
import { unknownSpans } from '../history/span-reader';
import { isObject } from '../platform/json-shape';
import { findConflicts } from '../rules/lock-conflicts';
import { toConflict } from '../rules/lock-status';
import { statistics } from '../rules/stats';
import { inBoardOrder } from '../rules/task-board';
import { readInstant } from '../sources/claudeswarm/naive-time';
import { withLastWords } from './last-words';
import { messagesPage } from './messages';

const MESSAGES = 50;
const DEPARTED_SHOWN_MS = 3_600_000;
const MAX_DEPARTED = 200;

/** What the main thread journals about the registry in addition to its agents. */
interface Header extends Omit<AgentsAnswer, 'agents' | 'departed'> {
  /** In the order of the registry. An entry without a time has none here. */
  last_seen: [subject: string, lastSeen?: unknown][];
}

/** @returns a `PastState` as JSON */
export function pastState(history: History, { at }: { at: number }): string {
  const { agents, locks, attention, tasks, sources, startedAt, known: isKnown } = swarmAt(history.db, at);
  const page = messagesPage(history, { limit: MESSAGES, filter: { until: at } });
  const known = knownSince(history.db);
  const { messages } = JSON.parse(page) as MessagesAnswer;
  const spoken = withLastWords(history, agents.agents, messages, at);
  const state: Omit<PastState, 'messages'> = {
    at: formatInstant(at),
    unknown: unknownSpans(history.db, at, at, known),
    known_since: known === null ? null : formatInstant(known),
    known: {
      ...{ agents: isKnown, locks: isKnown, messages: knowsMessages(history, at, isKnown) },
      tasks: tasks !== null,
    },
    agents: { ...agents, agents: withEvidence(spoken, locks.locks, at) },
    locks,
    stats: statistics(agents, locks, history.times.totalsUntil(at), startedAt ?? at, at),
    attention,
    tasks: tasks ?? NO_TASKS,
    sources,
  };
  return `${JSON.stringify(state).slice(0, -1)},"messages":${page}}`;
}

/**
 * Messages are known from the first one that is kept on. If none was pruned, they are known at every recorded moment.
 */
function knowsMessages(history: History, at: number, isKnown: boolean): boolean {
  const first = history.times.firstMessageAt();
  return (first !== null && at >= first) || (isKnown && history.oldest() === 1);
}

/** What is journaled with the tasks: how many are not listed, and how their file was read. */
type JournaledTasks = Pick<TasksState, 'left_off'> & NonNullable<TasksState['file']>;

interface SwarmThen {
  /** Whether anything is known about the moment. */
  known: boolean;
  agents: AgentsAnswer;
  locks: LocksAnswer;
  attention: AttentionAnswer;
  /** Null where they were not recorded. */
  tasks: TasksState | null;
  sources: Sources;
  /** When the dashboard that recorded the moment had started; null if none was running. */
  startedAt: number | null;
}

/**
 * Reads the state at a moment from the journal. Agents do not have `last_evidence_at` yet.
 *
 * @param at milliseconds since 1970
 */
export function swarmAt(db: History['db'], at: number): SwarmThen {
  const found = thingsAt(db, at);
  const things = found ?? {};
  const locks = withConflicts(valuesOf<Lock>(things, 'lock').map((lock) => ({ ...UNKNOWN_LOCK_FACTS, ...lock })));
  const attention = valuesOf<AttentionEntry>(things, 'attention')
    .map((entry) => ({ ...UNKNOWN_ATTENTION_FACTS, ...entry }))
    .sort(worseFirst);
  const hidden = attention.filter(({ acknowledged, snoozed }) => acknowledged !== null || snoozed !== null);
  return {
    known: found !== null,
    agents: agentsOf(things, at),
    locks: withLeftOff(wholeLocks(locks), things),
    attention: {
      attention,
      count: attention.length,
      hidden_count: hidden.length,
      hidden_critical_count: hidden.filter(({ severity }) => severity === 'critical').length,
      chains: [],
    },
    tasks: tasksOf(things),
    sources: pastSources(things, at),
    startedAt: (things.server?.dashboard as { at: number } | undefined)?.at ?? null,
  };
}

function tasksOf(things: PastThings): TasksState | null {
  const read = things.server?.[JOURNALED_TASKS] as JournaledTasks | undefined;
  if (read === undefined) return null;
  const { left_off, ...file } = read;
  return { tasks: inBoardOrder(valuesOf<Task>(things, 'task')), left_off, file: 'state' in file ? file : null };
}

/** Adds the locks that were held but not journaled, as they were counted at the time. */
function withLeftOff(listed: LocksAnswer, things: PastThings): LocksAnswer {
  const counts = things.server?.locks as JournaledLockCounts | undefined;
  if (counts === undefined) return listed;
  return { ...listed, ...counts, truncated: Math.max(0, counts.count - listed.locks.length) };
}

function valuesOf<T>(things: PastThings, kind: keyof PastThings): T[] {
  return Object.values(things[kind] ?? {}) as T[];
}

function agentsOf(things: PastThings, at: number): AgentsAnswer {
  const header = things.registry?.header as Header | undefined;
  if (!header) return NO_AGENTS;
  const { last_seen, ...rest } = header;
  const agents = last_seen.flatMap(([subject, ...lastSeen]): Agent[] => {
    // An agent may be called `__proto__`.
    const entry = Object.hasOwn(things.agent ?? {}, subject) ? (things.agent?.[subject] as Agent) : null;
    return entry ? [{ ...completed(entry), ...(lastSeen.length > 0 && { last_seen: lastSeen[0] }) }] : [];
  });
  return { ...NO_AGENTS, ...rest, agents, departed: departedOf(things, at) };
}

/** @returns an agent of the journal, with the fields that the journal leaves out set to unknown */
function completed<T extends Agent>(agent: T): T {
  const process = { ...UNKNOWN_AGENT_FACTS.process, ...agent.process };
  // Earlier versions passed on a field of the registry under this name, of any type.
  const current_task = isObject(agent.current_task) ? agent.current_task : null;
  return { ...UNKNOWN_AGENT_FACTS, ...agent, process, current_task };
}

/** The agents that had left within the hour before a moment. They are journaled together with the header. */
function departedOf({ registry = {} }: PastThings, at: number): DepartedAgent[] {
  const left = Object.values(registry).filter((thing) => 'left_at' in (thing as object)) as DepartedAgent[];
  return left
    .filter(({ left_at }) => at - Date.parse(left_at) < DEPARTED_SHOWN_MS)
    .sort((one, other) => (one.left_at > other.left_at ? -1 : 1))
    .slice(0, MAX_DEPARTED)
    .map((agent) => ({ ...completed(agent), last_evidence_at: null }));
}

/**
 * Adds to agents of the journal their latest sign of life: from their entries, their locks and their last messages.
 *
 * @param now the moment; anything later is not a sign of life
 */
export function withEvidence(agents: readonly Agent[], locks: readonly Lock[], now: number): Agent[] {
  const newest = new Map<unknown, number>();
  const note = (who: unknown, time: string | null) => {
    const at = time === null ? Number.NaN : Date.parse(time);
    if (at <= now) newest.set(who, Math.max(newest.get(who) ?? at, at));
  };
  for (const { agent_id, acquired_at } of locks) note(agent_id, acquired_at);
  for (const { id, last_spoke_at } of agents) note(id, last_spoke_at);
  return agents.map((agent) => {
    const lastSeen = readInstant(agent.last_seen, 'UTC');
    if (lastSeen) note(agent.id, lastSeen.iso);
    const evidence = newest.get(agent.id);
    const last = evidence === undefined ? null : formatInstant(evidence);
    const said = last ? `Its last sign of life was at ${last.replace('.000', '')}.` : 'It gave a sign of life.';
    return { ...agent, health_reason: agent.health_reason ?? said, last_evidence_at: last };
  });
}

/** About 0.2 s. Meanwhile the thread answers no other question. */
const MAX_COMPARISON_STEPS = 200_000_000;

function withConflicts(locks: readonly Lock[]): Lock[] {
  const entries = locks.map((lock) => ({
    lock_file: lock.lock_file,
    fields: lock,
    lockedAt: null,
    warnings: [],
    lock,
  }));
  const { found, unknown } = findConflicts(entries, { maxSteps: MAX_COMPARISON_STEPS });
  return entries
    .map((entry) => ({
      ...entry.lock,
      conflicts_with: (found.get(entry) ?? []).map(toConflict),
      ...(unknown.has(entry) && { warnings: [...entry.lock.warnings, 'uncompared' as const] }),
    }))
    .sort((a, b) => (a.lock_file < b.lock_file ? -1 : 1));
}

/** Sorts like the list of attention items. Instants have one format, so they sort as texts. */
function worseFirst(one: AttentionEntry, other: AttentionEntry): number {
  const earlier = one.since === other.since ? one.id < other.id : one.since < other.since;
  return SEVERITY_RANK[one.severity] - SEVERITY_RANK[other.severity] || (earlier ? -1 : 1);
}

function pastSources(things: PastThings, at: number): Sources {
  const known = Object.entries(things.source ?? {}).map(([name, source]) => [
    name,
    { ...UNKNOWN_SOURCE_FACTS, ...(name === 'log' ? UNKNOWN_LOG_FACTS : {}), ...(source as Source) },
  ]);
  return { ...unknownSources(at), ...Object.fromEntries(known) };
}

function unknownSources(at: number): Sources {
  const source = {
    state: 'missing' as const,
    reason: 'That time was not recorded, or its records are no longer kept.',
    since: formatInstant(at),
    kept_from: null,
    skipped: [],
  };
  return {
    registry: source,
    locks: source,
    log: { ...source, ...UNKNOWN_LOG_FACTS, gaps: 0, unterminated_tail: null, backlog: null },
    history: { ...source, mode: 'file', role: 'recorder' },
    watcher: { ...source, mode: 'events' },
    config: source,
    zone: unknownZone(source),
    claude_code: source,
    hooks: source,
  };
}
