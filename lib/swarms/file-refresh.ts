/**
 * Decides which files of a swarm are read, and when: hints are gathered, reads are throttled and never overlap. Lock
 * files that a hint names are read apart from the rest, and the log is read by another thread.
 */
import { throttle } from '../platform/throttle';
import type { LocksReader } from '../sources/claudeswarm/locks';
import type { RegistryReader } from '../sources/claudeswarm/registry';
import { addHint, type Hint, noHint } from '../sources/claudeswarm/watcher';
import type { Readiness } from './readiness';

const MIN_INTERVAL_MS = 10;
const MAX_INTERVAL_MS = 100;
/** The regular refresh, a new lock file and a write to it: each of these alone waits for none of the others. */
const MAX_BURST = 3;
const MAX_LOCKS_READ_AGAIN = 1000;

/** Called before and after reads. */
interface Events {
  /** Everything is about to be read. */
  beginsAll: () => void;
  /**
   * What was read may differ, and is to be described.
   *
   * @param all everything was to be read: ages and health change by time alone, also where files can't be read
   * @returns resolves when it is published
   */
  changed: (all: boolean) => Promise<void>;
  /** Everything was to be read, and that has ended, with or without a fault. */
  endsAll: () => void;
  /** A read has ended without a fault. @param begunAt milliseconds since 1970 */
  read: (begunAt: number, all: boolean) => void;
  /** A read has thrown. */
  failed: (error: unknown) => void;
}

interface Options {
  registry: Pick<RegistryReader, 'refresh' | 'registry'>;
  locks: Pick<LocksReader, 'refresh' | 'locks'>;
  /** Reads acknowledgements, tasks, conflicts and agent cards. */
  readStores: () => Promise<void>;
  /** Makes the recorder read the log. */
  readLog: () => void;
  /** Completes the first read, before anything of it is described; must not throw. */
  completeFirst: () => Promise<void>;
  readiness: Pick<Readiness, 'filesRead'>;
  subscriberCount: () => number;
  events: Events;
}

export class FileRefresh {
  readonly #options: Options;
  readonly #everything: ReturnType<typeof throttle>;
  readonly #someLocks: ReturnType<typeof throttle>;
  readonly #log: ReturnType<typeof throttle>;
  #hint = noHint();
  /** Lock files that may have changed. */
  #lockNames = new Set<string>();

  constructor(options: Options) {
    const { events, readLog, subscriberCount } = options;
    this.#options = options;
    // A hundred viewers of a busy swarm get fewer, larger events; a single change is never delayed.
    const interval = () => Math.min(MIN_INTERVAL_MS + subscriberCount() / 4, MAX_INTERVAL_MS);
    this.#everything = throttle(() => this.#refresh(), interval, events.failed, MAX_BURST);
    this.#someLocks = throttle(() => this.#refreshSomeLocks(), interval, events.failed, MAX_BURST);
    this.#log = throttle(readLog, interval, events.failed, MAX_BURST);
  }

  /** Requests a read of everything that a hint names. It happens soon, at a limited rate. */
  request(hint: Hint): void {
    // The log's thread goes on whatever is read here; a refresh of everything makes it read as well.
    if (hint.log && !isWhole(hint)) this.#log.request();
    // A refresh of everything may take long where there are many locks; a single lock does not wait for it.
    if (hint.locks !== 'all' && hint.locks.size > 0) {
      for (const name of hint.locks) this.#lockNames.add(name);
      this.#someLocks.request();
    }
    if (!hint.registry && !hint.stores && hint.locks !== 'all') return;
    addHint(this.#hint, { ...hint, locks: hint.locks === 'all' ? 'all' : new Set() });
    this.#everything.request();
  }

  /** Begins no further read. */
  stop(): void {
    this.#everything.stop();
    this.#someLocks.stop();
    this.#log.stop();
  }

  async #refresh(): Promise<void> {
    const { events, readiness } = this.#options;
    const hint = this.#hint;
    const begunAt = Date.now();
    this.#hint = noHint();
    const all = isWhole(hint);
    if (all) events.beginsAll();
    let differs = all || !readiness.filesRead;
    try {
      differs = (await this.#read(hint)) || differs;
    } finally {
      if (differs) await events.changed(all);
      if (all) events.endsAll();
    }
    events.read(begunAt, all);
  }

  async #refreshSomeLocks(): Promise<void> {
    const { locks, readiness, events } = this.#options;
    const names = this.#lockNames;
    this.#lockNames = new Set();
    const changed = await locks.refresh(names);
    // The first refresh of everything describes what it reads.
    if (changed && readiness.filesRead) await events.changed(false);
  }

  /** @returns whether agents or locks changed */
  async #read(hint: Hint): Promise<boolean> {
    const { registry, locks, readStores, readiness, completeFirst } = this.#options;
    let changed = hint.registry && registry.refresh();
    if (hint.locks === 'all') changed = (await locks.refresh('all')) || changed;
    // An agent that releases a lock and then leaves is not to leave an orphaned lock: such locks are read after the
    // registry.
    else if (changed) await locks.refresh(this.#locksOfUnlisted());
    if (hint.stores) await readStores();
    if (!readiness.filesRead) await completeFirst();
    return changed;
  }

  /** @returns the files of at most 1,000 locks whose holders the registry does not list */
  #locksOfUnlisted(): Set<string> {
    const { registry, locks } = this.#options;
    const ids = new Set<unknown>(registry.registry?.entries.map(({ id }) => id));
    const names = new Set<string>();
    for (const { lock_file, fields } of locks.locks) {
      if (!ids.has(fields.agent_id)) names.add(lock_file);
      if (names.size === MAX_LOCKS_READ_AGAIN) break;
    }
    return names;
  }
}

/** Whether everything is read: a read of some files says nothing about the others. */
function isWhole({ registry, locks }: Hint): boolean {
  return registry && locks === 'all';
}
