/** The locks of the swarm: one file each in `.agent_locks`, read without ever following, creating or deleting one. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type LockEntry, parseLock } from './lock-entry';
import { countSkipped, type ReaderStatus, statusAfter } from './reader-status';
import {
  describeFileError,
  errorCode,
  type FileLook,
  kindOf,
  lookAtFile,
  MISSING_CONFIRMED_MS,
  wasThere,
} from './small-file';

export { findConflicts, patternsOverlap } from './lock-conflicts';
export { conflictOf, type DescribedLocks, describeLocks } from './lock-description';
export { type LockEntry, lockFileName, normalizeLockPath } from './lock-entry';

export const LOCKS_FOLDER = '.agent_locks';

const LIMIT_BYTES = 64 * 1024;

/** A lock file is created empty and then written, so what can't be read yet is not at once called unreadable. */
const SETTLING_MS = 1000;

/** Reading a lock takes some 20 us: the event loop is never held for more than about 5 ms. */
const FILES_PER_TURN = 200;

/** Faults of one file alone. Any other (too many open files, a failing disk) says nothing of the lock. */
const OWN_FAULTS = new Set(['EACCES', 'EPERM', 'TOO_LARGE']);

interface KnownFile {
  signature: string | null;
  bytes: Buffer | null;
  /** The newest lock that could be read in it. */
  entry: LockEntry | null;
  /** Why it can't be read now, and since when. */
  fault: { reason: string; since: number } | null;
}

/** Holds the locks as they were at the last look. */
export class LocksReader {
  status: ReaderStatus;
  /** Sorted by `lock_file`; a new array whenever one changed. */
  locks: readonly LockEntry[] = [];
  /** The names of lock files that hold no lock, sorted. */
  unreadable: readonly string[] = [];

  readonly #folder: string;
  readonly #now: () => number;
  readonly #files = new Map<string, KnownFile>();
  /** Names whose fault is younger than `SETTLING_MS`: every look comes back to them. */
  readonly #settling = new Set<string>();
  #folderIdentity: string | null = null;
  #missedSince: number | null = null;
  /** When the folder was last listed, milliseconds since 1970. */
  #listedAt: number | null = null;
  #lastLook: Promise<unknown> = Promise.resolve();

  /**
   * @param root the swarm's root
   * @param now the clock, milliseconds since 1970
   */
  constructor(root: string, now: () => number = Date.now) {
    this.#folder = join(root, LOCKS_FOLDER);
    this.#now = now;
    this.status = { ...MISSING, since: now() };
  }

  /**
   * Lists the folder, drops what is gone, reads what is new and looks again at some or all of the others. Looks that
   * overlap wait for one another.
   *
   * @param changed the names to look at again (`all`: every one, some 10 us each if nothing changed)
   * @returns whether `status`, `locks` or `unreadable` changed
   */
  look(changed: ReadonlySet<string> | 'all'): Promise<boolean> {
    const look = this.#lastLook.then(() => this.#look(changed));
    // The caller learns of a failure; the looks after it must not.
    this.#lastLook = look.catch(() => {});
    return look;
  }

  async #look(changed: ReadonlySet<string> | 'all'): Promise<boolean> {
    const known = { status: this.status, locks: this.locks, unreadable: this.unreadable };
    const names = this.#list();
    if (names) {
      const all = changed === 'all' || names.folderChanged;
      const different = await this.#lookAtFiles(names.names, (name) => all || changed.has(name));
      if (different) this.#publish();
    }
    return this.status !== known.status || this.locks !== known.locks || this.unreadable !== known.unreadable;
  }

  /** @returns the names of possible lock files, or null if there is no such list, which `status` then explains */
  #list(): { names: string[]; folderChanged: boolean } | null {
    try {
      const folder = statSync(this.#folder, { bigint: true, throwIfNoEntry: false });
      if (!folder) return this.#missed();
      if (!folder.isDirectory()) return this.#unusable(`is ${kindOf(folder)}, not a folder`);
      const identity = `${folder.dev}.${folder.ino}.${folder.birthtimeNs}`;
      const names = readdirSync(this.#folder).filter((name) => name.endsWith('.lock'));
      const folderChanged = identity !== this.#folderIdentity;
      this.#folderIdentity = identity;
      this.#missedSince = null;
      this.#listedAt = this.#now();
      return { names, folderChanged };
    } catch (error) {
      if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return this.#missed();
      return this.#unusable(`can't be read: ${describeFileError(error)}`);
    }
  }

  async #lookAtFiles(names: readonly string[], again: (name: string) => boolean): Promise<boolean> {
    const present = new Set(names);
    // Every state but `ok` ends here, and what it was made of may be older than the files.
    let different = this.status.state !== 'ok';
    for (const name of this.#files.keys()) {
      if (!present.has(name)) different = this.#forget(name) || different;
    }
    let inTurn = 0;
    for (const name of names) {
      if (this.#files.has(name) && !again(name) && !this.#settling.has(name)) continue;
      if (++inTurn % FILES_PER_TURN === 0) await nextTurn();
      const outcome = this.#lookAtFile(name);
      if (typeof outcome === 'string') {
        this.#unusable(`can't be read: ${outcome}`);
        return false;
      }
      different = outcome || different;
    }
    return different;
  }

  /** @returns whether anything about the file changed, or what hinders reading any file at all */
  #lookAtFile(name: string): boolean | string {
    const now = this.#now();
    const known = this.#files.get(name) ?? null;
    const look = lookAtFile(join(this.#folder, name), {
      limitBytes: LIMIT_BYTES,
      known: known?.signature ?? null,
      followLinks: false,
      now,
    });
    switch (look.kind) {
      case 'missing':
      case 'irregular':
        return this.#forget(name);
      case 'unchanged':
        return this.#settle(name, now);
      case 'read':
        return this.#keep(name, known, look, now) || this.#settle(name, now);
      case 'unreadable':
        if (look.code === 'ELOOP') return this.#forget(name); // became a symbolic link since it was listed
        if (!OWN_FAULTS.has(look.code)) return look.reason;
        return this.#fail(name, known, look.reason, now) || this.#settle(name, now);
    }
  }

  #keep(name: string, known: KnownFile | null, look: Extract<FileLook, { kind: 'read' }>, now: number): boolean {
    const { bytes, signature } = look;
    if (known?.bytes?.equals(bytes)) {
      known.signature = signature;
      return false;
    }
    const parsed = parseLock(name, bytes);
    if ('error' in parsed) {
      // A file that never was a lock has had its time since it was written, also before anybody looked.
      const since = known ? now : Math.min(now, look.changedAt);
      this.#files.set(name, {
        signature,
        bytes,
        entry: known?.entry ?? null,
        fault: faultOf(known, parsed.error, since),
      });
      this.#settling.add(name);
    } else {
      this.#files.set(name, { signature, bytes, entry: parsed, fault: null });
      this.#settling.delete(name);
    }
    return true;
  }

  #fail(name: string, known: KnownFile | null, reason: string, now: number): boolean {
    if (known?.fault?.reason === reason) return false;
    // Rights don't come by waiting: nothing to settle where nothing was read before.
    const since = known ? now : Number.NEGATIVE_INFINITY;
    this.#files.set(name, {
      signature: null,
      bytes: null,
      entry: known?.entry ?? null,
      fault: faultOf(known, reason, since),
    });
    this.#settling.add(name);
    return true;
  }

  /** Ends the wait for a file that stayed faulty. @returns whether it did */
  #settle(name: string, now: number): boolean {
    const file = this.#files.get(name);
    if (!file?.fault || !this.#settling.has(name) || Math.abs(now - file.fault.since) < SETTLING_MS) return false;
    file.entry = null;
    return this.#settling.delete(name);
  }

  #forget(name: string): boolean {
    this.#settling.delete(name);
    return this.#files.delete(name);
  }

  #publish(): void {
    const now = this.#now();
    for (const name of [...this.#settling]) this.#settle(name, now);
    const files = [...this.#files].sort(([a], [b]) => (a < b ? -1 : 1));
    this.locks = files.flatMap(([, { entry }]) => entry ?? []);
    const faulty = files.flatMap(([name, { entry, fault }]) =>
      fault && !entry && !this.#settling.has(name) ? [[fault.reason, name] as const] : [],
    );
    const unreadable = faulty.map(([, name]) => name);
    if (unreadable.join() !== this.unreadable.join()) this.unreadable = unreadable;
    this.status = statusAfter(
      this.status,
      { state: 'ok', reason: null, keptFrom: null, skipped: countSkipped(faulty) },
      now,
    );
  }

  #missed(): null {
    const now = this.#now();
    this.#missedSince ??= now;
    if (Math.abs(now - this.#missedSince) < MISSING_CONFIRMED_MS) return null;
    this.#folderIdentity = null;
    if (this.#listedAt !== null) this.status = statusAfter(this.status, this.#vanished(this.#listedAt), now);
    return null;
  }

  /** The locks that were in the folder stay: nothing says that they were released. */
  #vanished(until: number): Omit<ReaderStatus, 'since'> {
    const { skipped } = this.status;
    if (this.#files.size === 0) {
      const reason = wasThere(LOCKS_FOLDER, until, 'It held no lock.');
      return { state: 'missing', reason, keptFrom: null, skipped };
    }
    const reason = wasThere(LOCKS_FOLDER, until, 'The locks that were in it are shown.');
    return { state: 'missing', reason, keptFrom: this.status.keptFrom ?? until, skipped };
  }

  #unusable(what: string): null {
    // The next look that succeeds has to see every file.
    this.#folderIdentity = null;
    this.#missedSince = null;
    const reason = `${LOCKS_FOLDER} ${what}; the locks known before are shown.`;
    const keptFrom = this.#files.size === 0 ? null : (this.status.keptFrom ?? this.#listedAt);
    const found = { state: 'unreadable', reason, keptFrom, skipped: this.status.skipped } as const;
    this.status = statusAfter(this.status, found, this.#now());
    return null;
  }
}

function faultOf(known: KnownFile | null, reason: string, since: number): KnownFile['fault'] {
  return { reason, since: known?.fault?.since ?? since };
}

const MISSING: Omit<ReaderStatus, 'since'> = {
  state: 'missing',
  reason: `There is no ${LOCKS_FOLDER}: no lock has been taken in this folder yet.`,
  keptFrom: null,
  skipped: [],
};
