/** Reads the small files of one folder, each once it has settled. The folder is listed only when it changed. */
import { lstat, opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describeFileError, errorCode, fileKind } from '../platform/read-file';
import { type ParseBytes, SettledFile, type SettledFileOptions } from './settled-file';

/** Further names are not looked at. */
const MAX_NAMES = 20_000;
/** How many names one system call reads. */
const NAMES_PER_READ = 256;
/** Times of change advance in steps of a few milliseconds, always less than this. */
const COARSE_CLOCK_MS = 100;
/** An unchanged folder is listed this often all the same: some file systems do not keep its time of change. */
const LIST_INTERVAL_MS = 5000;
const MAX_AT_ONCE = 32;

/** Whether a folder could be listed; `fault` is such as `can't be read: permission denied (EACCES)`. */
export type FolderState = { kind: 'ok' } | { kind: 'missing' } | { kind: 'fault'; fault: string };

/** The names in a folder that are of interest. They stay as they were while the folder can't be listed. */
export class FolderNames {
  state: FolderState = { kind: 'missing' };
  names: readonly string[] = [];
  /** Whether the folder has more entries than are looked at. */
  isCut = false;

  readonly #path: string;
  readonly #accepts: (name: string, isFolder: boolean) => boolean;
  readonly #now: () => number;
  readonly #followLinks: boolean;
  #listed: { signature: string; at: number } | null = null;

  /**
   * @param accepts which names are of interest; `isFolder` is false for a symbolic link
   * @param options.followLinks whether the folder itself may be a symbolic link
   */
  constructor(
    path: string,
    accepts: (name: string, isFolder: boolean) => boolean,
    options: { followLinks?: boolean; now?: () => number } = {},
  ) {
    this.#path = path;
    this.#accepts = accepts;
    this.#now = options.now ?? Date.now;
    this.#followLinks = options.followLinks ?? false;
  }

  /** @returns whether it was listed again; costs one `stat` if it did not change */
  async refresh(): Promise<boolean> {
    try {
      const found = await (this.#followLinks ? stat : lstat)(this.#path, { bigint: true });
      if (!found.isDirectory()) throw new Error(`it is ${fileKind(found)}, not a folder`);
      const { dev, ino } = found;
      const mtimeMs = Number(found.mtimeNs) / 1e6;
      const signature = `${dev}.${ino}.${mtimeMs}`;
      const now = this.#now();
      const rested = Math.abs(now - (this.#listed?.at ?? 0)) < LIST_INTERVAL_MS;
      if (this.state.kind === 'ok' && this.#listed?.signature === signature && rested) return false;
      this.names = await this.#list();
      this.state = { kind: 'ok' };
      // A change just after the listing may leave the same time.
      this.#listed = { signature: Math.abs(now - mtimeMs) >= COARSE_CLOCK_MS ? signature : '', at: now };
    } catch (error) {
      const isGone = ['ENOENT', 'ENOTDIR'].includes(errorCode(error));
      this.state = isGone
        ? { kind: 'missing' }
        : { kind: 'fault', fault: `can't be read: ${describeFileError(error)}` };
    }
    return true;
  }

  async #list(): Promise<string[]> {
    const names: string[] = [];
    let seen = 0;
    // The loop closes the folder, also when it is left early.
    for await (const entry of await opendir(this.#path, { bufferSize: NAMES_PER_READ })) {
      if (this.#accepts(entry.name, entry.isDirectory())) names.push(entry.name);
      if (++seen === MAX_NAMES) break;
    }
    this.isCut = seen === MAX_NAMES;
    return names;
  }
}

export interface SettledFolderKind<Content> {
  /** Whether the folder itself may be a symbolic link. */
  followLinks?: boolean;
  /** Which names are read; no other file is ever opened. */
  accepts: (name: string) => boolean;
  maxFiles: number;
  /** Of each file. */
  limitBytes: number;
  parse: (bytes: Buffer, name: string) => ReturnType<ParseBytes<Content>>;
  /** Puts the names first that matter most where there are more than `maxFiles`. */
  order?: (names: string[]) => string[];
}

export class SettledFolder<Content> {
  /** By name. A file stays while it exists, readable or not. */
  readonly files = new Map<string, SettledFile<Content>>();
  /** How many files are left out at least, because there are too many. */
  beyond = 0;

  readonly #path: string;
  readonly #kind: SettledFolderKind<Content>;
  readonly #options: SettledFileOptions;
  readonly #names: FolderNames;

  constructor(path: string, kind: SettledFolderKind<Content>, options: SettledFileOptions = {}) {
    this.#path = path;
    this.#kind = kind;
    this.#options = options;
    this.#names = new FolderNames(path, kind.accepts, { ...options, followLinks: kind.followLinks });
  }

  get state(): FolderState {
    return this.#names.state;
  }

  /**
   * Reads the files that changed.
   *
   * @param only names of files that may have changed; null for all, with a new list of the folder
   * @returns whether any content, fault or the set of files changed
   */
  async refresh(only: ReadonlySet<string> | null = null): Promise<boolean> {
    if (only !== null && this.state.kind === 'ok') {
      const names = [...only].filter((name) => this.#kind.accepts(name) && this.#hasRoomFor(name));
      return this.#read(names);
    }
    const before = this.state;
    const listed = await this.#names.refresh();
    const dropped = listed && this.#takeNames();
    const changed = await this.#read([...this.files.keys()]);
    return changed || dropped || before.kind !== this.state.kind;
  }

  /** A sentence part for each file that can't be used, with its name. */
  get faults(): [fault: string, name: string][] {
    return [...this.files].flatMap(([name, { fault }]) => (fault === null ? [] : [[fault, name] as [string, string]]));
  }

  #hasRoomFor(name: string): boolean {
    return this.files.has(name) || this.files.size < this.#kind.maxFiles;
  }

  /** @returns whether the set of files became smaller; a new file counts once it was read */
  #takeNames(): boolean {
    // What a folder contained that is gone or can't be read now is not known to be gone: its files say that.
    if (this.state.kind !== 'ok') return false;
    const { order, maxFiles } = this.#kind;
    const all = [...this.#names.names];
    const names = all.length > maxFiles && order ? order(all).slice(0, maxFiles) : all.slice(0, maxFiles);
    const beyond = all.length - names.length + (this.#names.isCut ? 1 : 0);
    const kept = new Set(names);
    const gone = [...this.files.keys()].filter((name) => !kept.has(name));
    for (const name of gone) this.files.delete(name);
    for (const name of names) if (!this.files.has(name)) this.files.set(name, this.#file(name));
    const differs = gone.length > 0 || beyond !== this.beyond;
    this.beyond = beyond;
    return differs;
  }

  #file(name: string): SettledFile<Content> {
    const { limitBytes, parse } = this.#kind;
    return new SettledFile(join(this.#path, name), limitBytes, (bytes) => parse(bytes, name), this.#options);
  }

  async #read(names: readonly string[]): Promise<boolean> {
    let changed = false;
    for (let from = 0; from < names.length; from += MAX_AT_ONCE) {
      const results = await Promise.all(names.slice(from, from + MAX_AT_ONCE).map((name) => this.#readOne(name)));
      changed = results.includes(true) || changed;
    }
    return changed;
  }

  async #readOne(name: string): Promise<boolean> {
    const known = this.files.get(name);
    const file = known ?? this.#file(name);
    const reading = await file.refresh();
    // What is gone together with its folder stays as it was last known.
    if (reading === 'gone') return this.state.kind === 'ok' && this.files.delete(name);
    if (!known) this.files.set(name, file);
    return reading === 'changed';
  }
}
