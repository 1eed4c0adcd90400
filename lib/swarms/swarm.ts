/**
 * The runtime of this process: the swarm as the server and the pages see it. `open-swarm.ts` creates it when the server
 * starts. That is a module of its own, since Next bundles the page with a copy of whatever it imports, which runs
 * before the first answer.
 */

import type { AcksAnswer } from '../contract/acks-schemas';
import type { ReceiverState } from '../contract/alert-schemas';
import type { AttentionDecision } from '../contract/attention-requests';
import type { BundleInfo } from '../contract/bundle-schemas';
import type { SwarmState } from '../contract/events';
import type { WaitingAnswer } from '../contract/past-schemas';
import type { AttentionEntry, Health, LocksAnswer } from '../contract/schemas';
import type { Hub } from '../hub/hub';
import type { Answer, Json, MessageQuery, PastQuestion, Questions } from '../queries/questions';

export type { BundlePart, Json, MessageQuery, Questions } from '../queries/questions';

import type { UsageEvent } from '../recorder/events';
import type { LockPageQuery } from '../rules/lock-pages';
import type { HookPayload } from '../sources/claude-code/hook-payloads';
import type { SwarmGit } from './git';
import type { SwarmActions } from './swarm-actions';
import type { SwarmWork } from './work';

export type { LockPageQuery } from '../rules/lock-pages';

/** Figures for the metrics that no answer of the API contains. */
export interface Figures {
  /** Since the process began. */
  messagesRead: number;
  /** Deleted by the retention since the process began; counted once a minute. */
  pruned: { messages: number; entries: number };
  /** The database of the history that is open, null while it is in memory. */
  historyFile: string | null;
  /** Whether the sources include the counts of the log that the history keeps. */
  logKnown: boolean;
  /**
   * How often the event loop was blocked for more than 5 s, and the longest of these, at least; since the process
   * began.
   */
  loopHeldCount: number;
  longestLoopHoldMs: number;
  /** Sums of tokens and cost since the history began. */
  usage: UsageEvent['totals'];
}

/** The figures where nothing is read. */
export const NO_FIGURES: Readonly<Figures> = {
  messagesRead: 0,
  pruned: { messages: 0, entries: 0 },
  historyFile: null,
  logKnown: false,
  loopHeldCount: 0,
  longestLoopHoldMs: 0,
  usage: [],
};

/** One swarm, wired. */
export interface Runtime {
  /** Absolute; null where no swarm was found. */
  readonly root: string | null;
  /** The bundle that is shown instead of a live swarm, null where there is one. */
  readonly bundle: BundleInfo | null;
  /** Whether the files come from the simulator, as far as the settings say. */
  readonly simulated: boolean;
  readonly hub: Hub;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Resolves when the first state is there. */
  ready(): Promise<void>;
  /**
   * @returns a `MessagesAnswer` as JSON
   * @throws {QueryRefused} for a foreign or pruned cursor, or while the history is being opened
   */
  messages(query: MessageQuery): Promise<Json>;
  /** @returns the locks as JSON with as many as one answer may list; null where the hub's list is complete */
  longestLocks(): string | null;
  /** @returns a page of all locks, including those that the hub's list leaves off */
  locks(query: LockPageQuery): LocksAnswer;
  /**
   * Answers a question about the past.
   *
   * @throws {QueryRefused} for a foreign cursor, or while the history is being opened
   */
  past<Name extends PastQuestion>(name: Name, query: Questions[Name]['query']): Promise<Answer<Name>>;
  /** @returns `Stats` as JSON, which count every message that the stream has published; null before the first */
  stats(): Promise<string | null>;
  health(): Health;
  figures(): Figures;
  /** The present wait relations. */
  waiting(): WaitingAnswer;
  /**
   * @returns the pending acknowledgements
   * @throws {QueryRefused} where no live swarm is shown
   */
  acks(): AcksAnswer;
  /**
   * Keeps a decision about an attention item, for every viewer.
   *
   * @param by the name that came with the credentials, null without any
   * @returns the item with the decision, null if there is none with this id
   * @throws {QueryRefused} where no live swarm is shown, or the decision can't be kept
   */
  decide(id: string, decision: AttentionDecision, by: string | null): Promise<AttentionEntry | null>;
  /** Takes an event that a hook of Claude Code reported. */
  takeHook(payload: HookPayload): void;
  /** The commands of a live swarm; null where none is shown. */
  readonly actions: SwarmActions | null;
  /** What the agents of a live swarm work on, and in which folders; null where none is shown. */
  readonly work: SwarmWork | null;
  readonly git: SwarmGit | null;
  /** The state of each receiver of alerts. */
  alerts(): readonly ReceiverState[];
  firstState(): SwarmState;
  stop(): Promise<void>;
}

const ONCE = Symbol.for('claude-swarm-dashboard.runtime');

// Instrumentation, pages and route handlers are loaded with copies of this module; they share one runtime.
const shared = globalThis as { [ONCE]?: Runtime };

/** @throws before the server has started */
export function getRuntime(): Runtime {
  const runtime = shared[ONCE];
  if (!runtime) throw new Error('The runtime was requested before the server has started.');
  return runtime;
}

/** Sets the runtime of this process. */
export function setRuntime(runtime: Runtime): void {
  shared[ONCE] = runtime;
}
