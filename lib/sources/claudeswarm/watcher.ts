/**
 * Watches a swarm's root for hints where to read again. A hint may be wrong, late or missing, so only the files count,
 * and they are also read regularly without any hint.
 */
import { join } from 'node:path';
import { type ReaderStatus, statusAfter } from '../source-status';
import { WatchedFolders, type WatchOptions } from '../watched-folders';
import { AGENT_CARDS_FILE } from './agent-cards';
import { CONFLICT_LOG_FILE } from './conflict-log';
import { LOCKS_FOLDER } from './locks';
import { LOG_NAME, OLD_LOG_NAME } from './message-log';
import { PENDING_ACKS_FILE } from './pending-acks';
import { REGISTRY_FILE } from './registry';
import { TASKS_FILE } from './tasks';
import { CONTEXTS } from './work/contexts';
import { COORDINATION_FILE } from './work/coordination';
import { DELEGATIONS } from './work/delegations';
import { LEARNING } from './work/learning';

/** Where to read again. */
export interface Hint {
  registry: boolean;
  log: boolean;
  /** Acknowledgements, tasks, conflicts or agent cards. */
  stores: boolean;
  /** Names of lock files. */
  locks: ReadonlySet<string> | 'all';
}

/** Hints that are collected until the next reading. */
export type PendingHint = Hint & { locks: Set<string> | 'all' };

export const EVERYWHERE: Readonly<Hint & { locks: 'all' }> = { registry: true, log: true, stores: true, locks: 'all' };

export function noHint(): PendingHint {
  return { registry: false, log: false, stores: false, locks: new Set() };
}

/** Adds a hint to the pending ones. */
export function addHint(pending: PendingHint, part: Partial<Hint>): void {
  pending.registry ||= part.registry ?? false;
  pending.log ||= part.log ?? false;
  pending.stores ||= part.stores ?? false;
  if (part.locks === 'all') pending.locks = 'all';
  else if (pending.locks !== 'all') for (const name of part.locks ?? []) pending.locks.add(name);
}

const STORES: ReadonlySet<string> = new Set([
  ...[PENDING_ACKS_FILE, TASKS_FILE, CONFLICT_LOG_FILE, AGENT_CARDS_FILE],
  ...[CONTEXTS.name, DELEGATIONS.name, LEARNING.name, COORDINATION_FILE],
]);

export class SwarmWatcher {
  /** `polling`: at least one folder gives no hints, so changes there are found only by regular reading. */
  status: ReaderStatus & { mode: 'events' | 'polling' };

  readonly #root: string;
  readonly #onHint: (hint: Hint) => void;
  readonly #now: () => number;
  readonly #folders: WatchedFolders;
  #hint: PendingHint | null = null;

  /**
   * Starts to watch.
   *
   * @param root the swarm's root; it need not exist yet
   * @param onHint called up to once per turn of the event loop
   */
  constructor(root: string, onHint: (hint: Hint) => void, options: WatchOptions = {}) {
    this.#root = root;
    this.#onHint = onHint;
    this.#now = options.now ?? Date.now;
    this.status = { state: 'ok', reason: null, since: this.#now(), keptFrom: null, skipped: [], mode: 'events' };
    this.#folders = new WatchedFolders(() => this.#updateStatus(), options);
    this.#folders.add(root, (name) => this.#rootChanged(name));
    this.#folders.add(join(root, LOCKS_FOLDER), (name) => this.#lockChanged(name));
    this.reconcile();
  }

  /**
   * Watches folders that appeared or were created again, drops those that are gone, and retries after failures. Call it
   * at least once a second: the system reports none of this reliably. Costs two `stat`.
   */
  reconcile(): void {
    this.#folders.reconcile();
  }

  /** Ends every watch; no hint comes after this. */
  close(): Promise<void> {
    return this.#folders.close();
  }

  #rootChanged(name: string | null): void {
    if (name === null) this.#add(EVERYWHERE);
    else if (name === REGISTRY_FILE) this.#add({ registry: true });
    else if (name === LOG_NAME || name === OLD_LOG_NAME) this.#add({ log: true });
    else if (STORES.has(name)) this.#add({ stores: true });
    else if (name === LOCKS_FOLDER) {
      this.#add({ locks: 'all' });
      this.reconcile();
    }
  }

  #lockChanged(name: string | null): void {
    if (name === null) this.#add({ locks: 'all' });
    else if (name.endsWith('.lock')) this.#add({ locks: new Set([name]) });
  }

  #add(part: Partial<Hint>): void {
    if (!this.#hint) {
      this.#hint = noHint();
      setImmediate(() => this.#deliver());
    }
    addHint(this.#hint, part);
  }

  #deliver(): void {
    const hint = this.#hint;
    this.#hint = null;
    if (hint && !this.#folders.closed) this.#onHint(hint);
  }

  #updateStatus(): void {
    const { faults } = this.#folders;
    const now = this.#now();
    if (!this.#folders.exists(this.#root)) {
      const reason = `The project root ${this.#root} is not there; it is watched as soon as it is.`;
      this.#setStatus({ state: 'missing', reason }, 'polling', now);
    } else if (faults.length > 0) this.#setStatus({ state: 'degraded', reason: faults.join(' ') }, 'polling', now);
    else this.#setStatus({ state: 'ok', reason: null }, 'events', now);
  }

  #setStatus(found: Pick<ReaderStatus, 'state' | 'reason'>, mode: 'events' | 'polling', now: number): void {
    const status = statusAfter(this.status, { ...found, keptFrom: null, skipped: this.status.skipped }, now);
    if (status !== this.status) this.status = { ...status, mode };
  }
}
