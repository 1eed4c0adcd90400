/** Metrics of the swarm and of the history, read from the runtime at each scrape. */
import { statSync } from 'node:fs';
import type { Registry } from 'prom-client';
import { activityState } from '../../contract/claude-schemas';
import type { LockCounts } from '../../contract/locks-answer';
import type { Source, Sources } from '../../contract/schemas';
import { agentHealth, attentionKind, sourceState } from '../../contract/schemas';
import type { States } from '../../contract/state';
import { TASK_STATUSES } from '../../contract/task-transitions';
import { getRuntime } from '../../swarms/swarm';
import { registerActionMetrics } from './action-metrics';
import { registerAlertMetrics } from './alert-metrics';
import { type Reading, readCounter, readGauge } from './read-metric';
import { registerUsageMetrics } from './usage-metrics';

/** The reasons of the log reader. Others would be of a later version and have no series of their own. */
const SKIPPED_LINES: Readonly<Record<string, string>> = {
  'invalid JSON': 'invalid_json',
  'not a JSON object': 'not_an_object',
  'nested too deeply': 'nested_too_deeply',
  'line too long': 'too_long',
};
const OTHER = 'other';

const TASK_LABELS: readonly string[] = [...TASK_STATUSES, 'in_progress', OTHER];

/** A history's database, and the write-ahead log that SQLite has not merged into it yet. */
const DATABASE_FILES = ['', '-wal'];

function state<Kind extends keyof States>(kind: Kind): States[Kind] | undefined {
  return getRuntime().hub.state(kind)?.value as States[Kind] | undefined;
}

/** Registers the metrics of the swarm, its sources and the history. */
export function registerSwarmMetrics(registry: Registry): void {
  registerAgentsAndLocks(registry);
  registerSources(registry);
  registerHistory(registry);
  registerLoop(registry);
  registerAlertMetrics(registry);
  registerActionMetrics(registry);
  registerUsageMetrics(registry);
}

function registerAgentsAndLocks(registry: Registry): void {
  readGauge(registry, {
    name: 'claude_swarm_agents',
    help: 'Agents, by health.',
    labelNames: ['health'],
    read: () =>
      tally(
        'health',
        agentHealth.options,
        state('agents')?.agents.map(({ health }) => health),
      ),
  });
  readGauge(registry, {
    name: 'claude_swarm_agents_activity',
    help: 'Agents, by what they do; without those that moved.',
    labelNames: ['activity'],
    read: () =>
      tally(
        'activity',
        activityState.options,
        state('agents')
          ?.agents.filter(({ health }) => health !== 'moved')
          .map(({ activity }) => activity.state),
      ),
  });
  readGauge(registry, {
    name: 'claude_swarm_attention',
    help: 'Attention items, by kind.',
    labelNames: ['kind'],
    read: () =>
      tally(
        'kind',
        attentionKind.options,
        state('attention')?.attention.map(({ kind }) => kind),
      ),
  });
  readGauge(registry, {
    name: 'claude_swarm_tasks',
    help: 'Listed tasks, by status; "in_progress" is of lists of Claude Code, "other" any other word.',
    labelNames: ['status'],
    read: () =>
      tally(
        'status',
        TASK_LABELS,
        state('tasks')?.tasks.map(({ status }) => TASK_LABELS.find((one) => one === status) ?? OTHER),
      ),
  });
  readGauge(registry, {
    name: 'claude_swarm_tasks_left_off',
    help: 'Tasks beyond those that are listed.',
    read: () => state('tasks')?.left_off ?? 0,
  });
  const count = (name: keyof LockCounts) => () => state('locks')?.[name] ?? 0;
  readGauge(registry, { name: 'claude_swarm_locks', help: 'Locks that are held.', read: count('count') });
  readGauge(registry, {
    name: 'claude_swarm_locks_stale',
    help: "Locks older than the swarm's stale timeout.",
    read: count('stale_count'),
  });
  readGauge(registry, {
    name: 'claude_swarm_locks_orphaned',
    help: 'Locks whose holder is dead or not registered.',
    read: count('orphaned_count'),
  });
  readGauge(registry, {
    name: 'claude_swarm_locks_conflicting',
    help: "Locks whose files overlap with another holder's.",
    read: count('overlapping_count'),
  });
}

function registerSources(registry: Registry): void {
  readGauge(registry, {
    name: 'claude_swarm_healthy',
    help: '1 while every source can be read, or is simply not there; 0 while /health says "degraded".',
    read: () => Number(getRuntime().health().status === 'healthy'),
  });
  readGauge(registry, {
    name: 'claude_swarm_source_state',
    help: '1 for the state in which a source is, 0 for the others.',
    labelNames: ['source', 'state'],
    read: () => sources().flatMap(([source, { state: now }]) => statesOf(source, now)),
  });
  readGauge(registry, {
    name: 'claude_swarm_entries_skipped',
    help: 'Current entries of a source other than the log that can not be read.',
    labelNames: ['source'],
    read: () =>
      sources()
        .filter(([source]) => source !== 'log')
        .map(([source, { skipped }]) => [{ source }, sum(skipped.map(({ count }) => count))] as const),
  });
  readCounter(registry, {
    name: 'claude_swarm_log_lines_skipped_total',
    help: 'Lines of the message log that are no messages, counted since the history began, and messages that could not be judged, counted since it was opened, by reason.',
    labelNames: ['reason'],
    read: skippedLines,
  });
  readCounter(registry, {
    name: 'claude_swarm_log_gaps_total',
    help: 'How often messages may have been destroyed unread; counted since the history began.',
    read: () => knownLog()?.gaps ?? [],
  });
  readGauge(registry, {
    name: 'claude_swarm_log_backlog_bytes',
    help: 'Bytes of the message log that are still to be read; only while there are many.',
    read: () => {
      const backlog = state('sources')?.log.backlog;
      return backlog ? backlog.total_bytes - backlog.read_bytes : 0;
    },
  });
}

function registerLoop(registry: Registry): void {
  readCounter(registry, {
    name: 'claude_swarm_event_loop_held_total',
    help: 'How often the event loop was blocked for more than 5 seconds and moved again; the log says where.',
    read: () => getRuntime().figures().loopHeldCount,
  });
  readGauge(registry, {
    name: 'claude_swarm_event_loop_longest_held_seconds',
    help: 'The longest time for which the event loop was blocked, at least, since the process began; 0 if never over 5 seconds.',
    read: () => getRuntime().figures().longestLoopHoldMs / 1000,
  });
}

function registerHistory(registry: Registry): void {
  readGauge(registry, {
    name: 'claude_swarm_recorder',
    help: '1 if this process records the history, 0 if another process does and this one follows it.',
    read: () => Number(getRuntime().health().history.role === 'recorder'),
  });
  readCounter(registry, {
    name: 'claude_swarm_messages_read_total',
    help: 'Messages that were read and committed since this process began, by it or by the process that it follows.',
    read: () => getRuntime().figures().messagesRead,
  });
  readCounter(registry, {
    name: 'claude_swarm_history_pruned_total',
    help: 'Messages and journal entries that the retention deleted since this process began; updated once a minute.',
    labelNames: ['kind'],
    read: () => Object.entries(getRuntime().figures().pruned).map(([kind, count]) => [{ kind }, count] as const),
  });
  readGauge(registry, {
    name: 'claude_swarm_messages_kept',
    help: 'Messages that the history keeps.',
    read: () => state('stats')?.message_count ?? 0,
  });
  readGauge(registry, {
    name: 'claude_swarm_head_seq',
    help: 'Number of the newest message; never falls within one history.',
    read: () => getRuntime().hub.head().seq,
  });
  readGauge(registry, {
    name: 'claude_swarm_history_bytes',
    help: "Bytes of the history's database on disk; 0 while it is in memory.",
    read: () => fileBytes(getRuntime().figures().historyFile),
  });
}

function tally(label: string, names: readonly string[], found: readonly string[] = []): Reading[] {
  return names.map((name) => [{ [label]: name }, found.filter((one) => one === name).length] as const);
}

function sources(): [name: string, source: Source][] {
  return Object.entries(state('sources') ?? {});
}

function statesOf(source: string, now: string): Reading[] {
  return sourceState.options.map((one) => [{ source, state: one }, Number(one === now)] as const);
}

/**
 * Null until the counts of the history are known: a counter that falls to 0 and comes back would look like an event.
 */
function knownLog(): Sources['log'] | null {
  return getRuntime().figures().logKnown ? (state('sources')?.log ?? null) : null;
}

function skippedLines(): Reading[] {
  const log = knownLog();
  if (!log) return [];
  const counts = new Map([...Object.values(SKIPPED_LINES), OTHER].map((label) => [label, 0]));
  for (const { reason, count } of log.skipped) {
    const label = SKIPPED_LINES[reason] ?? OTHER;
    counts.set(label, (counts.get(label) ?? 0) + count);
  }
  return [...counts].map(([reason, count]) => [{ reason }, count] as const);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

function fileBytes(file: string | null): number {
  if (file === null) return 0;
  const size = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return sum(DATABASE_FILES.map((ending) => size(file + ending)));
}
