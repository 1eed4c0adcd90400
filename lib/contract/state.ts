/**
 * The kinds of state that a dashboard publishes, declared once: the stream's events, the hub, snapshots, metrics and
 * the empty swarm derive from this list. Browser-safe; `STATE_SCHEMAS` in `state-schemas.ts` has the schema of each
 * kind.
 */
import type { OutgoingState, PermissionsState } from './action-schemas';
import type { UsageState } from './claude-schemas';
import {
  missingSources,
  NO_AGENTS,
  NO_ATTENTION,
  NO_LOCKS,
  NO_OUTGOING,
  NO_PERMISSIONS,
  NO_STATS,
  NO_TASKS,
  NO_USAGE,
  NO_WORK,
} from './defaults';
import { formatInstant } from './instant';
import type { AgentsAnswer, AttentionAnswer, LocksAnswer, Sources, Stats } from './schemas';
import type { TasksState } from './task-schemas';
import type { WorkState } from './work-schemas';

export interface States {
  sources: Sources;
  agents: AgentsAnswer;
  locks: LocksAnswer;
  stats: Stats;
  attention: AttentionAnswer;
  tasks: TasksState;
  usage: UsageState;
  permissions: PermissionsState;
  outgoing: OutgoingState;
  work: WorkState;
}

/** The kinds of state that are known only of the present: of usage, `GET /api/usage` has the past. */
const PRESENT_ONLY = { usage: NO_USAGE, permissions: NO_PERMISSIONS, outgoing: NO_OUTGOING, work: NO_WORK };

/** The kinds of state that are known of past moments. */
export type PastStates = Omit<States, keyof typeof PRESENT_ONLY>;

export type StateKind = keyof States;

/**
 * The state of a swarm about which nothing is known, by kind. A new client gets the kinds in this order: whether the
 * others can be trusted comes first.
 */
export const EMPTY_STATES: States = {
  sources: missingSources('No source has been read yet.', formatInstant(Date.now())),
  agents: NO_AGENTS,
  locks: NO_LOCKS,
  stats: NO_STATS,
  attention: NO_ATTENTION,
  tasks: NO_TASKS,
  ...PRESENT_ONLY,
};

export const STATE_KINDS = Object.keys(EMPTY_STATES) as readonly StateKind[];

export function isStateKind(name: string): name is StateKind {
  return Object.hasOwn(EMPTY_STATES, name);
}

/** @returns an object with the result of `of` for each kind of state */
export function mapStates<Values extends Record<StateKind, unknown>>(
  of: <Kind extends StateKind>(kind: Kind) => Values[Kind],
): Values {
  return Object.fromEntries(STATE_KINDS.map((kind) => [kind, of(kind)])) as Values;
}

/** @returns the kinds of state from an object that has more; of a past moment those that are known of it */
export function pickStates(from: PastStates): States {
  const states = { ...from, ...PRESENT_ONLY };
  return mapStates<States>((kind) => states[kind]);
}
