/** The names in the folder of locks, listed no more often than they can have changed. */
import { type BigIntStats, opendirSync, statSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describeFileError, errorCode, fileKind } from '../../platform/read-file';

/** So many names are listed in one turn of the event loop: 50,000 take 30 ms. */
const MAX_NAMES_AT_ONCE = 2000;
/** How many names the system is asked for at a time; more of them are memory outside of the heap, and no faster. */
const NAMES_PER_READ = 512;
/** A folder whose time of change stands still is listed all the same this often: some file systems do not keep it. */
const LIST_INTERVAL_MS = 5000;
/** Times of change advance only every few milliseconds, and by less than this. */
const COARSE_CLOCK_MS = 100;

/** What a look at the folder found; `isAnother`: it is not the folder that was listed before; `same`: it need not be listed. */
export type FolderReading =
  | { kind: 'listed'; names: readonly string[]; isAnother: boolean }
  | { kind: 'same' }
  | { kind: 'missing' }
  | { kind: 'unusable'; what: string };

export class LockFolder {
  readonly #path: string;
  readonly #now: () => number;
  #identity: string | null = null;
  /** How many possible lock files it held; their names would be as much again as those of the locks. */
  #count = 0;
  /** The folder's time of change when it was last listed, and when that was; nanoseconds and milliseconds since 1970. */
  #listed: { changedNs: bigint; at: number } | null = null;

  /** @param now the clock, milliseconds since 1970 */
  constructor(path: string, now: () => number) {
    this.#path = path;
    this.#now = now;
  }

  /** Whether it holds so many names that listing it with every change would cost too much. */
  get isLarge(): boolean {
    return this.#count > MAX_NAMES_AT_ONCE;
  }

  /** Whatever stands there next counts as another folder. */
  forget(): void {
    this.#identity = null;
  }

  /** @returns whether there is a folder, and it is the one that was listed last */
  isSame(): boolean {
    try {
      const folder = statSync(this.#path, { bigint: true, throwIfNoEntry: false });
      return folder !== undefined && statIdentity(folder) === this.#identity;
    } catch {
      return false;
    }
  }

  /**
   * Lists the names of possible lock files, where they may differ from those that were listed last.
   *
   * @param anew lists them in any case
   */
  async refresh(anew: boolean): Promise<FolderReading> {
    try {
      const folder = statSync(this.#path, { bigint: true, throwIfNoEntry: false });
      if (!folder) return { kind: 'missing' };
      if (!folder.isDirectory()) return { kind: 'unusable', what: `is ${fileKind(folder)}, not a folder` };
      const isAnother = statIdentity(folder) !== this.#identity;
      const now = this.#now();
      if (!anew && !isAnother && this.#isListed(folder.mtimeNs, now)) return { kind: 'same' };
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
    // A change just after the listing may have left the time as it was.
    const settled = at - Number(before / 1_000_000n) >= COARSE_CLOCK_MS;
    return settled && before === changedNs && now >= at && now - at < LIST_INTERVAL_MS;
  }
}

function statIdentity({ dev, ino, birthtimeNs }: BigIntStats): string {
  return `${dev}.${ino}.${birthtimeNs}`;
}
