/**
 * Publishes the state of a live swarm: agents, locks and tasks as described, statistics, sources and attention items go to the
 * hub; what differs also goes to the journal.
 */
import type { AttentionAnswer, Stats } from '../contract/schemas';
import type { Hub } from '../hub/hub';
import { runAtOnce, runInTurns } from '../platform/turns';
import type { Speech } from '../rules/agent-health';
import { statistics } from '../rules/stats';
import { findLock } from '../sources/claudeswarm/lock-list';
import type { SwarmAlerts } from './alerts';
import type { SwarmDescription } from './description';
import type { SwarmJournal } from './journal-feed';
import type { MessageCounts } from './message-counts';
import type { Readiness } from './readiness';
import type { SwarmSources } from './source-status';

interface Options {
  hub: Pick<Hub, 'setState'>;
  journal: SwarmJournal;
  description: Pick<
    SwarmDescription,
    'describeSteps' | 'agents' | 'locks' | 'locksJson' | 'allLocks' | 'lives' | 'sessionTasks' | 'tasks'
  >;
  sources: Pick<SwarmSources, 'now' | 'fault' | 'history'>;
  counts: Pick<MessageCounts, 'summary'>;
  readiness: Pick<Readiness, 'filesRead'>;
  alerts: Pick<SwarmAlerts, 'publish'>;
  /** Keeps which agents have which ids, as JSON, in the history. */
  keepLives: (json: string) => void;
  /** Asks for the attention items to be computed again. */
  requestAttention: () => void;
  openFailedDeliveries: () => number;
  /** When this process started, milliseconds since 1970. */
  startedAt: number;
  version: string;
}

export class StatePublisher {
  /** Each sender's newest own message, a sign of life. */
  newestBySender: ReadonlyMap<string, Speech> = new Map();
  readonly #options: Options;
  /** Runs while a description that can wait is pending. */
  #describing: NodeJS.Timeout | null = null;
  #livesRestored = false;
  /** The tasks for which attention was requested last. */
  #judgedTasks: SwarmDescription['sessionTasks'];
  /** Published, but not journaled yet: a description in turns, or one that comes between two turns, will do it. */
  readonly #unjournaled = new Set<'agents' | 'locks' | 'tasks'>();

  constructor(options: Options) {
    this.#options = options;
    this.#judgedTasks = options.description.sessionTasks;
  }

  /**
   * Describes in the next turn of the event loop, unless `describe` is called before: each description of a large swarm
   * takes a while, and several in one turn would block the loop for as long as all of them.
   */
  describeSoon(): void {
    this.#describing ??= setTimeout(() => {
      if (this.#options.readiness.filesRead) void this.describeInTurns();
    }, 0);
  }

  /**
   * Describes agents and locks and publishes them. A fault here becomes a fault of the sources, so that everything else
   * is still published.
   *
   * @param withNewSigns also takes signs of life that only prolong an activity
   */
  describe(withNewSigns = false): void {
    runAtOnce(this.#describe(withNewSigns));
  }

  /** The same as `describe`, in as many turns of the event loop as it takes; of a usual swarm it ends in this one. */
  describeInTurns(withNewSigns = false): Promise<void> | undefined {
    return runInTurns(this.#describe(withNewSigns));
  }

  *#describe(withNewSigns: boolean): Generator<void> {
    if (this.#describing) clearTimeout(this.#describing);
    this.#describing = null;
    try {
      yield* this.#describeSteps(withNewSigns);
      this.fault('describing', null);
    } catch (error) {
      this.fault('describing', `The content of the swarm's files can't be shown: ${error}`, error);
    }
  }

  /** Each step takes what was described last, since another description may come between two of them. */
  *#describeSteps(withNewSigns: boolean): Generator<void> {
    const { description, hub, journal, requestAttention } = this.#options;
    yield* description.describeSteps(this.newestBySender, Date.now(), withNewSigns);
    yield;
    if (hub.setState('agents', description.agents)) this.#unjournaled.add('agents');
    yield;
    if (hub.setState('locks', description.locks, description.locksJson)) this.#unjournaled.add('locks');
    yield;
    if (hub.setState('tasks', description.tasks)) this.#unjournaled.add('tasks');
    // Tasks change who waits for whom.
    const hasNewTasks = description.sessionTasks !== this.#judgedTasks;
    this.#judgedTasks = description.sessionTasks;
    if (this.#unjournaled.size > 0 || hasNewTasks) requestAttention();
    yield;
    if (this.#unjournaled.delete('agents')) journal.agents(description.agents);
    yield;
    if (this.#unjournaled.delete('locks')) {
      journal.locks(description.locks, (lockFile) => findLock(description.allLocks, lockFile) !== undefined);
    }
    yield;
    if (this.#unjournaled.delete('tasks')) journal.tasks(description.tasks);
    journal.commit(Date.now());
    yield;
    this.#keepLives();
    yield;
    this.publishStats();
  }

  #keepLives(): void {
    const lives = this.#livesRestored ? this.#options.description.lives.save() : null;
    if (lives !== null) this.#options.keepLives(lives);
  }

  /** @returns the statistics of this moment */
  stats(): Stats {
    const { description, counts, startedAt, openFailedDeliveries } = this.#options;
    const { agents, locks } = description;
    return statistics(agents, locks, counts.summary, startedAt, Date.now(), openFailedDeliveries());
  }

  publishStats(): void {
    this.#options.hub.setState('stats', this.stats());
  }

  /** Publishes attention items; before all files were read, receivers of alerts are not notified of them. */
  publishAttention(answer: AttentionAnswer): void {
    const { hub, journal, readiness, alerts } = this.#options;
    const changed = hub.setState('attention', answer);
    if (changed) {
      journal.attention(answer);
      journal.commit(Date.now());
    }
    if (readiness.filesRead) alerts.publish(answer, changed);
  }

  publishSources(): void {
    const { hub, journal, requestAttention } = this.#options;
    const sources = this.#options.sources.now();
    if (!hub.setState('sources', sources)) return;
    requestAttention();
    journal.sources(sources);
    journal.commit(Date.now());
  }

  /**
   * Notes an internal fault, and publishes the sources if that is new.
   *
   * @param place where it happened; a new fault at a place replaces the one before
   * @param detail a sentence, or null once it works again
   */
  fault(place: string, detail: string | null, error?: unknown): void {
    if (this.#options.sources.fault(place, detail, error)) this.publishSources();
  }

  /**
   * Begins the journal with the whole present state, if this process records, all files were read, and it has not begun
   * yet; ends it if this process does not record.
   *
   * @param at when the files were as described, milliseconds since 1970
   */
  syncJournal(at: number): void {
    const { journal, sources, readiness } = this.#options;
    if (sources.history.role !== 'recorder') journal.end();
    else if (readiness.filesRead && !journal.begun) journal.begin(at);
  }

  /** Journals that this process has started or stops. */
  journalProcess(event: 'started' | 'stopped'): void {
    const { journal, version } = this.#options;
    const at = Date.now();
    journal.server({ event, version, pid: process.pid, at });
    journal.commit(at);
  }

  /**
   * Restores which agents have which ids, only the first time: what this process sees later is newer than any history.
   *
   * @param json what `keepLives` was given last, null if nothing
   */
  restoreLives(json: string | null): void {
    if (json !== null && !this.#livesRestored) this.#options.description.lives.restore(json);
    this.#livesRestored = true;
  }

  /** Drops a pending description. */
  stop(): void {
    if (this.#describing) clearTimeout(this.#describing);
  }
}
