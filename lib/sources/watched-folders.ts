/**
 * Watches folders that may appear, vanish and be created again. What the watches report are hints: a hint may be wrong,
 * late or missing.
 */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { describeFileError, errorCode } from '../platform/read-file';
import type { FolderEvents, FolderWatch } from './folder-watch';
import { watchFolder } from './folder-watch';

/** How long after a failure to try to watch a folder again. */
const RETRY_INTERVAL_MS = 30_000;

/** @param name of the entry that changed; null if anything in the folder may have changed, or if the folder is gone */
type Changed = (name: string | null) => void;

/** One folder that is watched while it exists. */
interface WatchedFolder {
  path: string;
  /** Distinguishes it from a folder created later under its name; null while there is none. */
  identity: string | null;
  watch: FolderWatch | null;
  fault: { error: Error; since: number } | null;
  changed: Changed;
}

export interface WatchOptions {
  /** The way to watch a folder; another one in tests. */
  watchFolder?: typeof watchFolder;
  /** The clock, milliseconds since 1970. */
  now?: () => number;
}

export class WatchedFolders {
  readonly #onStatus: () => void;
  readonly #watchFolder: (folder: string, events: FolderEvents) => FolderWatch;
  readonly #now: () => number;
  readonly #folders = new Map<string, WatchedFolder>();
  readonly #closing = new Set<Promise<void>>();
  #closed = false;

  /** @param onStatus called when a folder appeared, vanished, or got or lost a fault */
  constructor(onStatus: () => void, options: WatchOptions = {}) {
    this.#onStatus = onStatus;
    this.#watchFolder = options.watchFolder ?? watchFolder;
    this.#now = options.now ?? Date.now;
  }

  /** Whether it was closed. */
  get closed(): boolean {
    return this.#closed;
  }

  /** A sentence for each folder that can't be watched. */
  get faults(): string[] {
    return [...this.#folders.values()].flatMap(({ path, fault }) => (fault ? [faultSentence(path, fault.error)] : []));
  }

  /** Adds a folder; it is watched from the next `reconcile` on. It need not exist. */
  add(path: string, changed: Changed): void {
    if (!this.#folders.has(path)) this.#folders.set(path, { path, identity: null, watch: null, fault: null, changed });
  }

  /** Ends the watch of a folder. */
  remove(path: string): void {
    const folder = this.#folders.get(path);
    if (folder) this.#stop(folder);
    this.#folders.delete(path);
  }

  /** Whether a folder that was added existed at the last `reconcile`. */
  exists(path: string): boolean {
    return (this.#folders.get(path)?.identity ?? null) !== null;
  }

  /**
   * Watches folders that appeared or were created again, drops those that are gone, and retries after failures. Call it
   * at least once a second: the system reports none of this reliably. Costs one `stat` for each folder.
   */
  reconcile(): void {
    if (this.#closed) return;
    for (const folder of this.#folders.values()) {
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
    this.#onStatus();
  }

  /** Ends every watch; no hint comes after this. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const folder of this.#folders.values()) this.#stop(folder);
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
      this.#onStatus();
    };
    const ready = () => {
      if (!isCurrent()) return;
      // An earlier fault lasts until now: the attempt alone is no success.
      folder.fault = null;
      this.#onStatus();
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
}

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
