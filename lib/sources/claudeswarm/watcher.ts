/**
 * Watches a swarm's root for hints where to read again. A hint may be wrong, late or missing, so only the files count,
 * and they are also read regularly without any hint.
 */
import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describeFileError, errorCode } from '../../platform/read-file';
import { type ReaderStatus, statusAfter } from '../source-status';
import { AGENT_CARDS_FILE } from './agent-cards';
import { CONFLICT_LOG_FILE } from './conflict-log';
import type { FolderEvents, FolderWatch } from './folder-watch';
import { watchFolder } from './folder-watch';
import { LOCKS_FOLDER } from './locks';
import { LOG_NAME, OLD_LOG_NAME } from './message-log';
import { PENDING_ACKS_FILE } from './pending-acks';
import { REGISTRY_FILE } from './registry';
import { TASKS_FILE } from './tasks';

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

const STORES: ReadonlySet<string> = new Set([PENDING_ACKS_FILE, TASKS_FILE, CONFLICT_LOG_FILE, AGENT_CARDS_FILE]);

/** How long after a failure to try to watch a folder again. */
const RETRY_INTERVAL_MS = 30_000;

/** One folder that is watched while it exists. */
interface WatchedFolder {
  path: string;
  /** Distinguishes it from a folder created later under its name; null while there is none. */
  identity: string | null;
  watch: FolderWatch | null;
  fault: { error: Error; since: number } | null;
  changed(name: string | null): void;
}

export class SwarmWatcher {
  /** `polling`: at least one folder gives no hints, so changes there are found only by regular reading. */
  status: ReaderStatus & { mode: 'events' | 'polling' };

  readonly #onHint: (hint: Hint) => void;
  readonly #watchFolder: (folder: string, events: FolderEvents) => FolderWatch;
  readonly #now: () => number;
  readonly #root: WatchedFolder;
  readonly #locks: WatchedFolder;
  readonly #closing = new Set<Promise<void>>();
  #hint: PendingHint | null = null;
  #closed = false;

  /**
   * Starts to watch.
   *
   * @param root the swarm's root; it need not exist yet
   * @param onHint called up to once per turn of the event loop
   * @param options.watchFolder the way to watch a folder; another one in tests
   * @param options.now the clock, milliseconds since 1970
   */
  constructor(
    root: string,
    onHint: (hint: Hint) => void,
    options: { watchFolder?: typeof watchFolder; now?: () => number } = {},
  ) {
    this.#onHint = onHint;
    this.#watchFolder = options.watchFolder ?? watchFolder;
    this.#now = options.now ?? Date.now;
    this.#root = { ...UNWATCHED, path: root, changed: (name) => this.#rootChanged(name) };
    this.#locks = { ...UNWATCHED, path: join(root, LOCKS_FOLDER), changed: (name) => this.#lockChanged(name) };
    this.status = { state: 'ok', reason: null, since: this.#now(), keptFrom: null, skipped: [], mode: 'events' };
    this.reconcile();
  }

  /**
   * Watches folders that appeared or were created again, drops those that are gone, and retries after failures. Call it
   * at least once a second: the system reports none of this reliably. Costs two `stat`.
   */
  reconcile(): void {
    if (this.#closed) return;
    for (const folder of [this.#root, this.#locks]) {
      const identity = folderIdentity(folder.path);
      const retry = folder.fault !== null && Math.abs(this.#now() - folder.fault.since) >= RETRY_INTERVAL_MS;
      if (identity === folder.identity && !retry) continue;
      const wasThere = folder.identity !== null;
      this.#stop(folder);
      folder.identity = identity;
      if (folder.fault) folder.fault.since = this.#now();
      if (identity !== null) this.#start(folder);
      else {
        folder.fault = null;
        if (wasThere) folder.changed(null);
      }
    }
    this.#updateStatus();
  }

  /** Ends every watch; no hint comes after this. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stop(this.#root);
    this.#stop(this.#locks);
    await Promise.all(this.#closing);
  }

  #start(folder: WatchedFolder): void {
    let watch: FolderWatch | null = null;
    // Late events of an earlier watch do not belong to this one.
    const isCurrent = () => folder.watch === watch && !this.#closed;
    const fault = (error: Error) => {
      if (!isCurrent()) return;
      this.#stop(folder);
      folder.fault = { error, since: this.#now() };
      this.#updateStatus();
    };
    const ready = () => {
      if (!isCurrent()) return;
      // An earlier fault lasts until now: the attempt alone is no success.
      folder.fault = null;
      this.#updateStatus();
      folder.changed(null);
    };
    try {
      const changed = (name: string | null) => isCurrent() && folder.changed(name);
      watch = this.#watchFolder(folder.path, { ready, changed, fault });
      folder.watch = watch;
    } catch (error) {
      fault(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #stop(folder: WatchedFolder): void {
    if (folder.watch) {
      const closing = folder.watch.close().finally(() => this.#closing.delete(closing));
      this.#closing.add(closing);
    }
    folder.watch = null;
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
    if (hint && !this.#closed) this.#onHint(hint);
  }

  #updateStatus(): void {
    const faults = [this.#root, this.#locks].flatMap(({ path, fault }) =>
      fault ? [faultSentence(path, fault.error)] : [],
    );
    const now = this.#now();
    if (this.#root.identity === null) {
      const reason = `The project root ${this.#root.path} is not there; it is watched as soon as it is.`;
      this.#setStatus({ state: 'missing', reason }, 'polling', now);
    } else if (faults.length > 0) this.#setStatus({ state: 'degraded', reason: faults.join(' ') }, 'polling', now);
    else this.#setStatus({ state: 'ok', reason: null }, 'events', now);
  }

  #setStatus(found: Pick<ReaderStatus, 'state' | 'reason'>, mode: 'events' | 'polling', now: number): void {
    const status = statusAfter(this.status, { ...found, keptFrom: null, skipped: this.status.skipped }, now);
    if (status !== this.status) this.status = { ...status, mode };
  }
}

const UNWATCHED = { identity: null, watch: null, fault: null };

function folderIdentity(path: string): string | null {
  try {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
    // An inode number is soon reused; the birth time is not.
    return stats?.isDirectory() ? `${stats.dev}.${stats.ino}.${stats.birthtimeNs}` : null;
  } catch {
    return null;
  }
}

function faultSentence(path: string, error: Error): string {
  const polled = 'so changes are found by polling';
  switch (errorCode(error)) {
    case 'ENOSPC':
      return `The system's file watches are used up (ENOSPC), ${polled}: raise fs.inotify.max_user_watches.`;
    case 'EMFILE':
      return `Too many files or watchers are open (EMFILE), ${polled}: raise fs.inotify.max_user_instances or ulimit -n.`;
    default:
      return `${basename(path)} can't be watched, ${describeFileError(error)}, ${polled}.`;
  }
}
