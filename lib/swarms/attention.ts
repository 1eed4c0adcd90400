/**
 * Computes the attention items and the wait relations of a swarm from all that is known of it, and reads the files that
 * nothing else needs: acknowledgements, tasks and conflicts.
 */
import { join } from 'node:path';
import type { AcksAnswer } from '../contract/acks-schemas';
import type { PendingPermission } from '../contract/action-schemas';
import { NO_ATTENTION } from '../contract/defaults';
import type { WaitingAnswer } from '../contract/past-schemas';
import { type AttentionAnswer, type AttentionEntry, MAX_LISTED_LOCKS } from '../contract/schemas';
import type { UnreadMessages } from '../contract/work-schemas';
import type { Disposition, DispositionReview } from '../history/dispositions';
import { throttle } from '../platform/throttle';
import { runAtOnce, runInTurns } from '../platform/turns';
import { type AttentionLimits, judgeAttention } from '../rules/attention';
import { fingerprintOf } from '../rules/attention-dispositions';
import type { GitFacts } from '../rules/attention-facts';
import { openFailures } from '../rules/attention-messages';
import { blockedAgents } from '../rules/blocked-agents';
import { DeadlineClock } from '../rules/deadline-clock';
import { type AcksFile, listedAcks } from '../rules/listed-acks';
import type { UnresolvedMessages } from '../rules/unresolved-messages';
import { waitingSteps } from '../rules/waits';
import { CONFLICT_LOG_FILE, ConflictLogReader } from '../sources/claudeswarm/conflict-log';
import { PENDING_ACKS_FILE, PendingAcksReader } from '../sources/claudeswarm/pending-acks';
import { mergeAcks, PendingAcksPlaces } from '../sources/claudeswarm/pending-acks-places';
import { TASKS_FILE, type TasksReader } from '../sources/claudeswarm/tasks';
import type { ReaderStatus } from '../sources/source-status';
import type { SwarmDescription } from './description';
import type { SwarmSources } from './source-status';

/**
 * Changes come in bursts, and each costs a pass over all locks: at most a twentieth of the time is spent on these
 * passes.
 */
const UPDATE_INTERVAL_MS = 100;
const COSTS = 20;
/** A pass that costs more than this is delayed, so that the change behind it is sent first; both in milliseconds. */
const MAX_COST_AT_ONCE_MS = 20;
const AFTERWARDS_MS = 100;
/** How often the history notes which of the acknowledged and snoozed items still exist. */
const REVIEW_INTERVAL_MS = 10 * 60_000;

interface Options {
  root: string;
  /** IANA zone of naive times; the process's own if null. */
  zone: string | null;
  limits: AttentionLimits;
  /** The name under which people send messages. */
  operatorName: string;
  staleTimeoutSeconds: number;
  /** When the dashboard began to read the swarm, milliseconds since 1970. */
  startedAt: number;
  description: SwarmDescription;
  /** Read here, since who waits for whom follows from it. */
  tasks: TasksReader;
  sources: SwarmSources;
  /** The permission requests that can be answered. */
  permissions?: () => readonly PendingPermission[];
  /** How many messages agents have not read, and what git said of their folders. */
  inboxes?: () => readonly UnreadMessages[];
  git?: () => GitFacts;
  /** Further sources that are readable or not, by name. */
  others: () => Readonly<Record<string, ReaderStatus>>;
  publish: (answer: AttentionAnswer) => void;
  /** Called when other agents are blocked, or for other reasons; the agents are then to be described again. */
  onBlocked: () => void;
  /** Takes which decisions have ended at once, and every 10 minutes which of the items that were decided about exist. */
  review: (review: DispositionReview) => void;
  /** Takes why the items could not be computed, null when they could. */
  onFault: (error: unknown) => void;
}

export class SwarmAttention {
  /** Unresolved messages: questions, failed deliveries and acknowledgements. */
  unresolved: UnresolvedMessages = { epoch: '', questions: [], failures: [], awaiting: [], cut: 0 };
  /** Which items somebody has acknowledged or snoozed. */
  dispositions: readonly Disposition[] = [];
  answer: AttentionAnswer = NO_ATTENTION;
  waiting: WaitingAnswer = { edges: [], cycles: [] };
  readonly #options: Options;
  readonly #acks: PendingAcksReader;
  readonly #ackPlaces: PendingAcksPlaces;
  readonly #conflicts: ConflictLogReader;
  readonly #throttled: ReturnType<typeof throttle>;
  /** The instant of the last computation, and until when it is valid if nothing happens; null where it failed. */
  #time: DeadlineClock | null = null;
  #cost = 0;
  /** The number of computations begun. */
  #pass = 0;
  #later: NodeJS.Timeout | null = null;
  /** When the last review was sent, milliseconds since 1970. */
  #reviewedAt = 0;

  constructor(options: Options) {
    const { root, zone, description } = options;
    this.#options = options;
    this.#acks = new PendingAcksReader(root, zone);
    this.#ackPlaces = new PendingAcksPlaces({ root, zone, pids: () => listedPids(description) });
    this.#conflicts = new ConflictLogReader(root);
    this.#throttled = throttle(
      () => runInTurns(this.#attend()),
      () => Math.max(UPDATE_INTERVAL_MS, COSTS * this.#cost),
      options.onFault,
    );
  }

  /** Reads the conflicts that agents noted, with those of its own files. */
  get conflictLog(): ConflictLogReader {
    return this.#conflicts;
  }

  /** Requests a computation, because something may differ. */
  request(): void {
    // The cost of the first pass over very many locks is not known beforehand.
    const isCostly = this.#cost > MAX_COST_AT_ONCE_MS || this.#options.description.allLocks.length > MAX_LISTED_LOCKS;
    if (!isCostly) this.#throttled.request();
    else this.#later ??= setTimeout(() => this.#requestLater(), AFTERWARDS_MS);
  }

  #requestLater(): void {
    this.#later = null;
    this.#throttled.request();
  }

  /** Requests a computation if the passing of time alone has made the last one invalid. */
  requestIfDue(): void {
    if (this.#time === null || this.#time.outdatedAt(Date.now())) this.request();
  }

  /** Reads those of its own files that have changed, in turns of the event loop of a few milliseconds each. */
  async refreshFiles(): Promise<void> {
    await runInTurns(this.#refreshSteps(), (changed) => changed && this.request());
  }

  *#refreshSteps(): Generator<boolean> {
    yield this.#acks.refresh();
    yield this.#options.tasks.refresh();
    yield this.#conflicts.refresh();
    yield* this.#ackPlaces.refreshSteps();
  }

  /**
   * Computes the items now; everything they follow from must have been described before. Throws nothing, but reports a
   * fault.
   */
  attend(): void {
    runAtOnce(this.#attend());
  }

  *#attend(): Generator<void> {
    const pass = ++this.#pass;
    try {
      for (const _step of this.#attendSteps()) {
        yield;
        // Another computation has begun meanwhile, from newer facts.
        if (pass !== this.#pass) return;
      }
    } catch (error) {
      this.#options.onFault(error);
    }
  }

  *#attendSteps(): Generator<void> {
    let begun = performance.now();
    let cost = 0;
    const { description, sources, limits, staleTimeoutSeconds, startedAt, others } = this.#options;
    const time = new DeadlineClock(Date.now());
    this.#time = null;
    const facts = {
      agents: description.agents.agents,
      departed: description.agents.departed,
      locks: description.allLocks,
      overlaps: description.overlaps,
      sources: sources.now(),
      people: [this.#options.operatorName],
      unresolved: this.unresolved,
      time,
    };
    const tasks = [...this.#options.tasks.tasks, ...description.sessionTasks];
    const { conflicts } = this.#conflicts;
    const acks = mergeAcks(this.#acks.acks, this.#ackPlaces.acks);
    this.waiting = yield* waitingSteps({ ...facts, tasks, conflicts, acks, questionFromMs: limits.questionFromMs });
    this.#describeBlocked();
    cost += performance.now() - begun;
    yield;
    begun = performance.now();
    const judged = {
      ...facts,
      permissions: this.#options.permissions?.() ?? [],
      inboxes: this.#options.inboxes?.() ?? [],
      ...(this.#options.git && { git: this.#options.git() }),
      pendingAcks: { acks, status: this.#acks.status },
      stores: {
        ...{ [TASKS_FILE]: this.#options.tasks.status, [CONFLICT_LOG_FILE]: this.#conflicts.status },
        ...this.#ackPlaces.faults,
        ...others(),
      },
      waiting: this.waiting,
      staleTimeoutSeconds,
      limits,
      startedAt,
    };
    const { answer, ...review } = judgeAttention(judged, this.dispositions);
    cost += performance.now() - begun;
    yield;
    begun = performance.now();
    this.answer = answer;
    this.#options.publish(answer);
    this.#options.onFault(null);
    this.#review(review);
    this.#time = time;
    this.#cost = cost + performance.now() - begun;
  }

  #describeBlocked(): void {
    const { description, onBlocked } = this.#options;
    const blocked = blockedAgents(this.waiting, description.blocked);
    if (blocked === description.blocked) return;
    description.blocked = blocked;
    onBlocked();
  }

  /** Takes which items are acknowledged or snoozed, and computes the items with these marks. */
  takeDispositions(dispositions: readonly Disposition[]): void {
    this.dispositions = dispositions;
    this.attend();
  }

  /**
   * @returns how many recipients have a failed delivery and were not reached since, as the attention items count them
   */
  openFailedDeliveries(): number {
    const { description, sources, limits } = this.#options;
    const { agents, departed } = description.agents;
    const time = new DeadlineClock(Date.now());
    return openFailures({ agents, departed, sources: sources.now(), unresolved: this.unresolved, limits, time }).length;
  }

  #review(review: DispositionReview): void {
    if (this.dispositions.length === 0) return;
    const elapsed = Date.now() - this.#reviewedAt;
    if (review.ended.length === 0 && elapsed >= 0 && elapsed < REVIEW_INTERVAL_MS) return;
    this.#reviewedAt = Date.now();
    this.#options.review(review);
  }

  /** @returns an item as it was computed last, with the fingerprint of its facts; null for an unknown id */
  find(id: string): { entry: AttentionEntry; fingerprint: string } | null {
    const entry = this.answer.attention.find((one) => one.id === id);
    return entry ? { entry, fingerprint: fingerprintOf(entry) } : null;
  }

  /** @returns the pending acknowledgements of all files, as they were read last */
  acks(): AcksAnswer {
    const { root, description, sources, limits, operatorName } = this.#options;
    const fileOf = (folder: string | null, { acks, version, status }: PendingAcksReader): AcksFile => {
      const isFaulty = status.state === 'unreadable' || status.state === 'degraded';
      return {
        folder,
        path: join(folder ?? root, PENDING_ACKS_FILE),
        acks,
        version,
        fault: isFaulty ? status.reason : null,
      };
    };
    const others = [...this.#ackPlaces.readers].map(([folder, reader]) => fileOf(folder, reader));
    const { agents, departed } = description.agents;
    const time = new DeadlineClock(Date.now());
    return listedAcks([fileOf(null, this.#acks), ...others], {
      ...{
        agents,
        departed,
        sources: sources.now(),
        people: [operatorName],
        unresolved: this.unresolved,
        limits,
        time,
      },
    });
  }

  /** The folders beside the root whose files of pending acknowledgements are read. */
  get ackFolders(): ReadonlySet<string> {
    return new Set(this.#ackPlaces.readers.keys());
  }

  stop(): void {
    if (this.#later) clearTimeout(this.#later);
    this.#throttled.stop();
  }
}

function listedPids({ agents }: SwarmDescription): number[] {
  return agents.agents.map(({ pid }) => pid).filter((pid) => typeof pid === 'number');
}
