/** Lists the names in the folder of locks, only when they may have changed. */
import { type BigIntStats, opendirSync, statSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describeFileError, errorCode, fileKind } from '../../platform/read-file';

/** How many names are listed in one turn of the event loop: 50,000 take 30 ms. */
const MAX_NAMES_AT_ONCE = 2000;
/** How many names one system call reads; more cost memory outside of the heap and are no faster. */
const NAMES_PER_READ = 512;
/** An unchanged folder is listed this often all the same: some file systems do not keep its modification time. */
const LIST_INTERVAL_MS = 5000;
/** Modification times advance in steps of a few milliseconds, always less than this. */
const COARSE_CLOCK_MS = 100;

/**
 * The state of the folder. `isAnother`: it is not the folder that was listed before; `same`: it was not listed again.
 */
export type FolderReading =
  | { kind: 'listed'; names: readonly string[]; isAnother: boolean }
  | { kind: 'same' }
  | { kind: 'missing' }
  | { kind: 'unusable'; what: string };

export class LockFolder {
  readonly #path: string;
  readonly #now: () => number;
  #identity: string | null = null;
  /** The number of possible lock files; keeping their names would double the memory of those of the locks. */
  #count = 0;
  /**
   * The folder's modification time when it was last listed, and when that was; nanoseconds and milliseconds since 1970.
   */
  #listed: { changedNs: bigint; at: number } | null = null;

  /** @param now the clock, milliseconds since 1970 */
  constructor(path: string, now: () => number) {
    this.#path = path;
    this.#now = now;
  }

  /** Whether it has so many entries that listing it after every change would cost too much. */
  get isLarge(): boolean {
    return this.#count > MAX_NAMES_AT_ONCE;
  }

  /** The next folder at this path counts as another one. */
  forget(): void {
    this.#identity = null;
  }

  /** @returns whether the folder exists and is the one that was listed last */
  isSame(): boolean {
    try {
      const folder = statSync(this.#path, { bigint: true, throwIfNoEntry: false });
      return folder !== undefined && statIdentity(folder) === this.#identity;
    } catch {
      return false;
    }
  }

  /**
   * Lists the names of possible lock files if they may have changed since they were last listed.
   *
   * @param force lists them in any case
   */
  async refresh(force: boolean): Promise<FolderReading> {
    try {
      const folder = statSync(this.#path, { bigint: true, throwIfNoEntry: false });
      if (!folder) return { kind: 'missing' };
      if (!folder.isDirectory()) return { kind: 'unusable', what: `is ${fileKind(folder)}, not a folder` };
      const isAnother = statIdentity(folder) !== this.#identity;
      const now = this.#now();
      if (!force && !isAnother && this.#isListed(folder.mtimeNs, now)) return { kind: 'same' };
      const names = await this.#list();
      this.#count = names.length;
      this.#listed = { changedNs: folder.mtimeNs, at: now };
      this.#identity = statIdentity(folder);
      return { kind: 'listed', names, isAnother };
    } catch (error) {
      if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return { kind: 'missing' };
      return { kind: 'unusable', what: `can't be read: ${describeFileError(error)}` };
    }
  }

  async #list(): Promise<string[]> {
    const folder = opendirSync(this.#path, { bufferSize: NAMES_PER_READ });
    const names: string[] = [];
    let inTurn = 0;
    try {
      for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
        if (entry.name.endsWith('.lock')) names.push(entry.name);
        if (++inTurn % MAX_NAMES_AT_ONCE === 0) await nextTurn();
      }
    } finally {
      folder.closeSync();
    }
    return names;
  }

  #isListed(changedNs: bigint, now: number): boolean {
    if (!this.isLarge || this.#listed === null) return false;
    const { changedNs: before, at } = this.#listed;
    // A change just after the listing may not have changed the modification time.
    const settled = at - Number(before / 1_000_000n) >= COARSE_CLOCK_MS;
    return settled && before === changedNs && now >= at && now - at < LIST_INTERVAL_MS;
  }
}

function statIdentity({ dev, ino, birthtimeNs }: BigIntStats): string {
  return `${dev}.${ino}.${birthtimeNs}`;
}
