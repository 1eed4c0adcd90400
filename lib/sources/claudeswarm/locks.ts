/** The locks of the swarm: one file each in `.agent_locks`, read without ever following, creating or deleting one. */
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { MAX_LISTED_LOCKS } from '../../contract/schemas';
import { type FileReading, readIfChanged } from '../../platform/read-file';
import { countSkipped, type ReaderStatus, statusAfter } from '../source-status';
import { MISSING_CONFIRMED_MS, wasThere } from './json-file';
import { isSameEntry, type LockEntry, parseLock } from './lock-entry';
import { type FolderReading, LockFolder } from './lock-folder';
import { mergeLocks } from './lock-list';

export const LOCKS_FOLDER = '.agent_locks';

const LIMIT_BYTES = 64 * 1024;

/** A lock file is created empty and then written, so what can't be read yet is not at once called unreadable. */
const SETTLING_MS = 1000;

/** Reading a lock takes some 20 us: the event loop is never held for more than about 5 ms. */
const FILES_PER_TURN = 200;

/**
 * Of more files than this, one look at all takes only so many again, and goes on from there the next time: 50,000 would
 * take half of every second. New and vanished files are found by every look.
 */
const MAX_FILES_AGAIN = 5000;

/** Faults of one file alone. Any other (too many open files, a failing disk) says nothing of the lock. */
const OWN_FAULTS = new Set(['EACCES', 'EPERM', 'TOO_LARGE']);

interface KnownFile {
  signature: string | null;
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
  readonly #onMany: () => void;
  readonly #files = new Map<string, KnownFile>();
  /** Names at which there is no regular file: every look comes back to them. */
  readonly #irregular = new Set<string>();
  /** Names whose fault is younger than `SETTLING_MS`: every look comes back to them. */
  readonly #settling = new Set<string>();
  /** Why files that hold no lock can't be read. */
  readonly #faulty = new Map<string, string>();
  /** Files whose lock is not as `locks` has it. */
  readonly #changed = new Set<string>();
  readonly #directory: LockFolder;
  /** Every file of the folder was looked at once, and nothing has gone wrong since. */
  #complete = false;
  /** Where in the names the next look at all goes on. */
  #nextAgain = 0;
  #missedSince: number | null = null;
  /** When the folder was last seen, milliseconds since 1970. */
  #seenAt: number | null = null;
  #lastRefresh: Promise<unknown> = Promise.resolve();

  /**
   * @param root the swarm's root
   * @param now the clock, milliseconds since 1970
   * @param onMany called before it reads more lock files than one answer may list
   */
  constructor(root: string, now: () => number = Date.now, onMany = () => {}) {
    this.#folder = join(root, LOCKS_FOLDER);
    this.#directory = new LockFolder(this.#folder, now);
    this.#now = now;
    this.#onMany = onMany;
    this.status = { ...MISSING, since: now() };
  }

  /**
   * Lists the folder, drops what is gone, reads what is new and looks again at some or all of the others. Such looks wait
   * for one another. In a large folder a look at some files looks at nothing else, and waits for nothing.
   *
   * @param changed the names to look at again; `all`: every one, of many files so many each time (some 10 us each)
   * @returns whether `status`, `locks` or `unreadable` changed
   */
  refresh(changed: ReadonlySet<string> | 'all'): Promise<boolean> {
    if (changed !== 'all' && this.#complete && this.#directory.isLarge && this.#directory.isSame())
      return this.#refreshSome(changed);
    const reading = this.#lastRefresh.then(() => this.#refreshAll(changed));
    // The caller learns of a failure; the looks after it must not.
    this.#lastRefresh = reading.catch(() => {});
    return reading;
  }

  #refreshSome(names: ReadonlySet<string>): Promise<boolean> {
    return this.#compared(async () => {
      if (await this.#refreshFiles(new Set([...names, ...this.#settling]))) this.#publish();
    });
  }

  #refreshAll(changed: ReadonlySet<string> | 'all'): Promise<boolean> {
    return this.#compared(async () => {
      const found = await this.#directory.refresh(!this.#complete);
      if (found.kind === 'missing') return this.#missed();
      if (found.kind === 'unusable') return this.#unusable(found.what);
      this.#missedSince = null;
      this.#seenAt = this.#now();
      this.#complete = await this.#refreshFiles(this.#namesToRead(changed, found));
      if (this.#complete) this.#publish();
    });
  }

  /** @returns whether looking changed what this holds */
  async #compared(reading: () => Promise<void>): Promise<boolean> {
    const known = { status: this.status, locks: this.locks, unreadable: this.unreadable };
    await reading();
    return this.status !== known.status || this.locks !== known.locks || this.unreadable !== known.unreadable;
  }

  #namesToRead(
    changed: ReadonlySet<string> | 'all',
    found: Extract<FolderReading, { kind: 'listed' | 'same' }>,
  ): Set<string> {
    if (found.kind === 'same') return new Set([...this.#settling, ...this.#irregular, ...this.#again(changed)]);
    const { names, isAnother } = found;
    if (names.length > MAX_LISTED_LOCKS) this.#onMany();
    // What is known may be older than the files, unless everything went well until now.
    const again = this.#complete && !isAnother ? this.#again(changed) : names;
    return new Set([...this.#settling, ...this.#differing(names), ...again]);
  }

  /** @returns the files that are new, and those that are known but not listed */
  #differing(names: readonly string[]): string[] {
    const fresh = names.filter((name) => !this.#files.has(name));
    if (names.length - fresh.length === this.#files.size) return fresh;
    const present = new Set(names);
    return [...fresh, ...[...this.#files.keys()].filter((name) => !present.has(name))];
  }

  #again(changed: ReadonlySet<string> | 'all'): Iterable<string> {
    if (changed !== 'all') return changed;
    const { size } = this.#files;
    if (size <= MAX_FILES_AGAIN) return this.#files.keys();
    const from = this.#nextAgain < size ? this.#nextAgain : 0;
    this.#nextAgain = from + MAX_FILES_AGAIN;
    const names: string[] = [];
    let at = 0;
    for (const name of this.#files.keys()) if (at++ >= from && names.push(name) === MAX_FILES_AGAIN) break;
    return names;
  }

  /** @returns whether it could; else what was found so far is published once it can */
  async #refreshFiles(names: Iterable<string>): Promise<boolean> {
    let inTurn = 0;
    for (const name of names) {
      if (++inTurn % FILES_PER_TURN === 0) {
        await nextTurn();
        // Of a folder that was taken away the files are not gone.
        if (!this.#directory.isSame()) return false;
      }
      const hindered = this.#refreshFile(name);
      if (hindered === null) continue;
      this.#unusable(`can't be read: ${hindered}`);
      return false;
    }
    return true;
  }

  /** @returns what hinders reading any file at all, else null */
  #refreshFile(name: string): string | null {
    const now = this.#now();
    const known = this.#files.get(name) ?? null;
    this.#irregular.delete(name);
    const reading = readIfChanged(join(this.#folder, name), {
      limitBytes: LIMIT_BYTES,
      known: known?.signature ?? null,
      followLinks: false,
      now,
    });
    switch (reading.kind) {
      case 'missing':
        this.#forget(name);
        break;
      case 'irregular':
        this.#forget(name);
        this.#irregular.add(name);
        break;
      case 'unchanged':
        this.#settle(name, now);
        break;
      case 'read':
        this.#keep(name, known, reading, now);
        this.#settle(name, now);
        break;
      case 'unreadable':
        if (reading.code === 'ELOOP') {
          // Became a symbolic link since it was listed.
          this.#forget(name);
          this.#irregular.add(name);
        } else if (!OWN_FAULTS.has(reading.code)) return reading.reason;
        else {
          this.#fail(name, known, reading.reason, now);
          this.#settle(name, now);
        }
    }
    return null;
  }

  #keep(name: string, known: KnownFile | null, reading: Extract<FileReading, { kind: 'read' }>, now: number): void {
    const { bytes, signature } = reading;
    const parsed = parseLock(name, bytes);
    if ('error' in parsed) {
      if (known?.fault?.reason === parsed.error) {
        known.signature = signature;
        return;
      }
      // A file that never was a lock has had its time since it was written, also before anybody looked.
      const since = known ? now : Math.min(now, reading.changedAt);
      this.#set(name, { signature, entry: known?.entry ?? null, fault: fileFault(known, parsed.error, since) });
      this.#settling.add(name);
    } else if (known?.entry && known.fault === null && isSameEntry(known.entry, parsed)) {
      known.signature = signature;
    } else {
      this.#set(name, { signature, entry: parsed, fault: null });
      this.#settling.delete(name);
    }
  }

  #fail(name: string, known: KnownFile | null, reason: string, now: number): void {
    if (known?.fault?.reason === reason) return;
    // Rights don't come by waiting: nothing to settle where nothing was read before.
    const since = known ? now : Number.NEGATIVE_INFINITY;
    this.#set(name, { signature: null, entry: known?.entry ?? null, fault: fileFault(known, reason, since) });
    this.#settling.add(name);
  }

  #set(name: string, file: KnownFile): void {
    this.#files.set(name, file);
    this.#changed.add(name);
  }

  /** Ends the wait for a file that stayed faulty. */
  #settle(name: string, now: number): void {
    const file = this.#files.get(name);
    if (!file?.fault || !this.#settling.has(name) || Math.abs(now - file.fault.since) < SETTLING_MS) return;
    file.entry = null;
    this.#settling.delete(name);
    this.#changed.add(name);
  }

  #forget(name: string): void {
    this.#settling.delete(name);
    if (this.#files.delete(name)) this.#changed.add(name);
  }

  /** Takes what changed into `locks` and `unreadable`; a change costs a pass over the locks, and sorts none of them. */
  #publish(): void {
    const now = this.#now();
    if (this.#changed.size + this.#settling.size === 0 && this.status.state === 'ok') return;
    for (const name of [...this.#settling]) this.#settle(name, now);
    const changed = [...this.#changed].sort();
    this.#changed.clear();
    if (changed.length > 0)
      this.locks = mergeLocks(this.locks, changed, (name) => this.#files.get(name)?.entry ?? null);
    let faultsDiffer = false;
    for (const name of changed) {
      const { entry = null, fault = null } = this.#files.get(name) ?? {};
      const reason = fault && !entry && !this.#settling.has(name) ? fault.reason : null;
      if (reason === (this.#faulty.get(name) ?? null)) continue;
      faultsDiffer = true;
      if (reason === null) this.#faulty.delete(name);
      else this.#faulty.set(name, reason);
    }
    if (faultsDiffer) this.unreadable = [...this.#faulty.keys()].sort();
    const skipped = faultsDiffer
      ? countSkipped(this.unreadable.map((name) => [this.#faulty.get(name) ?? '', name] as const))
      : this.status.skipped;
    this.status = statusAfter(this.status, { state: 'ok', reason: null, keptFrom: null, skipped }, now);
  }

  #missed(): void {
    const now = this.#now();
    this.#missedSince ??= now;
    if (Math.abs(now - this.#missedSince) < MISSING_CONFIRMED_MS) return;
    this.#directory.forget();
    this.#complete = false;
    if (this.#seenAt !== null) this.status = statusAfter(this.status, this.#vanished(this.#seenAt), now);
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

  #unusable(what: string): void {
    // The next look that succeeds has to see every file.
    this.#directory.forget();
    this.#complete = false;
    this.#missedSince = null;
    const reason = `${LOCKS_FOLDER} ${what}; the locks known before are shown.`;
    const keptFrom = this.#files.size === 0 ? null : (this.status.keptFrom ?? this.#seenAt);
    const found = { state: 'unreadable', reason, keptFrom, skipped: this.status.skipped } as const;
    this.status = statusAfter(this.status, found, this.#now());
  }
}

function fileFault(known: KnownFile | null, reason: string, since: number): KnownFile['fault'] {
  return { reason, since: known?.fault?.since ?? since };
}

const MISSING: Omit<ReaderStatus, 'since'> = {
  state: 'missing',
  reason: `There is no ${LOCKS_FOLDER}: no lock has been taken in this folder yet.`,
  keptFrom: null,
  skipped: [],
};
