/**
 * Opens the history: the file that the settings name, or one in memory while the file can't be used. Also keeps the
 * lock that gives the right to record.
 */
import { existsSync } from 'node:fs';
import { fileIdentity, moveAside } from '../history/database-files';
import { History } from '../history/history';
import { HistoryFault, historyFault } from '../history/history-fault';
import type { ReadTime } from '../history/read-time';
import { RecorderLock } from '../history/recorder-lock';
import { adoptMoved } from './adopt-moved';
import { adopt, foreignOwner } from './root-identity';

export interface Opened {
  history: History;
  /** Why it is not the file, a sentence; null if it is, or if the settings ask for memory. */
  fault: string | null;
}

/** Which file is meant, and whose it must be. */
export interface HistoryPlace {
  /** Absolute path, or null for a history in memory only. */
  file: string | null;
  /** Absolute path of the project. */
  root: string;
  /** The file was named for this root only: if it belongs to another one, a file beside it is used. */
  inFolder: boolean;
  /** Use the history of another root: the project was moved. */
  adopt: boolean;
}

/** Projects that may have one path in the same folder of histories, as in containers that mount each at one place. */
const MAX_FILES_OF_A_PATH = 50;

export class HistorySlot {
  readonly #root: string;
  readonly #inFolder: boolean;
  readonly #readTime: ReadTime;
  readonly #now: () => number;
  #file: string | null;
  #adopt: boolean;
  #lock: RecorderLock | null = null;
  #identity: string | null = null;
  #damaged = false;
  #movedTo: string | null = null;

  constructor(place: HistoryPlace, readTime: ReadTime, now: () => number) {
    this.#file = place.file;
    this.#root = place.root;
    this.#inFolder = place.inFolder;
    this.#adopt = place.adopt;
    this.#readTime = readTime;
    this.#now = now;
  }

  /** Whether this process may record in the file. */
  get records(): boolean {
    return this.#lock !== null;
  }

  /** Where a damaged file was moved, null if none was. */
  get movedTo(): string | null {
    return this.#movedTo;
  }

  /** Opens the file, or memory with the reason why. */
  open(): Opened {
    if (this.#file === null) return { history: this.memory(), fault: null };
    try {
      return { history: this.reopen(), fault: null };
    } catch (error) {
      return { history: this.memory(), fault: (error as Error).message };
    }
  }

  /** Opens the replacement after a fault of the file: a new file if it was damaged, otherwise memory. */
  openAfter(fault: HistoryFault): Opened {
    if (fault.kind !== 'corrupt') return { history: this.memory(), fault: fault.message };
    this.markDamaged();
    return this.open();
  }

  /**
   * Opens the file; a damaged one is moved aside first.
   *
   * @throws {HistoryFault} if it can't be used
   */
  reopen(): History {
    if (this.#inFolder) this.#chooseFile(this.#file as string);
    const file = this.#file as string;
    try {
      if (this.#damaged) this.#setAside(file);
      return this.#use(file);
    } catch (error) {
      const fault = historyFault(error, file);
      if (!(fault instanceof HistoryFault) || fault.kind !== 'corrupt') throw this.#giveUp(fault);
    }
    try {
      this.#setAside(file);
      return this.#use(file);
    } catch (error) {
      throw this.#giveUp(error);
    }
  }

  /** A fresh history in memory. It never competes for the right to record. */
  memory(): History {
    this.release();
    return new History(':memory:', { readTime: this.#readTime });
  }

  /** The file was found damaged while it was in use: the next opening moves it aside. */
  markDamaged(): void {
    this.#damaged = true;
  }

  /** @returns whether this process may record: true once no other process does */
  take(): boolean {
    this.#lock ??= RecorderLock.take(this.#file as string);
    return this.records;
  }

  /** @returns whether the file or its lock file was removed or replaced while in use */
  replaced(): boolean {
    return fileIdentity(this.#file as string) !== this.#identity || this.#lock?.holds === false;
  }

  release(): void {
    this.#lock?.release();
    this.#lock = null;
  }

  #use(file: string): History {
    const history = new History(file, { readTime: this.#readTime });
    try {
      this.#requireOwner(history);
      // Learn now, not at the first message, whether the disk takes writes.
      if (this.take()) history.probe();
    } catch (error) {
      history.close();
      throw error;
    }
    this.#identity = fileIdentity(file);
    return history;
  }

  /** @throws {HistoryFault} if the history belongs to another root and is not adopted */
  #requireOwner(history: History): void {
    const owner = foreignOwner(history, this.#root);
    if (owner === null) return;
    if (this.#adopt) {
      if (!this.take()) {
        const inUse = `The history ${history.file} is in use by another process, so it can't be adopted.`;
        throw new HistoryFault('foreign', `${inUse} Stop the dashboard of ${owner.path} first.`);
      }
      adopt(history, this.#root);
      this.#adopt = false;
      return;
    }
    const whose =
      owner.path === this.#root
        ? `another project that was at ${owner.path} (folder ${owner.inode})`
        : `the project ${owner.path}`;
    throw new HistoryFault(
      'foreign',
      `The history ${history.file} belongs to ${whose}, but this project is ${this.#root}. Set SWARM_HISTORY to another ` +
        'file, or to a folder, where each project has a file of its own. If it is the same project, moved, start once ' +
        'with --adopt-history.',
    );
  }

  /** In a folder of histories: uses the first file for this path that belongs to no other project. */
  #chooseFile(first: string): void {
    if (this.#adopt) this.#adopt = !adoptMoved(first, this.#root, this.#now());
    for (let n = 1; n <= MAX_FILES_OF_A_PATH; n += 1) {
      const file = n === 1 ? first : first.replace(/(\.sqlite)?$/, `-${n}$1`);
      this.#file = file;
      if (!existsSync(file) || this.#isOurs(file)) return;
    }
    this.#file = first;
  }

  /** True also for a file that can't be opened: its fault is reported when it is used. */
  #isOurs(file: string): boolean {
    try {
      const history = new History(file, { readTime: this.#readTime });
      try {
        return foreignOwner(history, this.#root) === null;
      } finally {
        history.close();
      }
    } catch {
      return true;
    }
  }

  #setAside(file: string): void {
    // Only the process that records may move the file: another process would take it away while it is in use.
    if (!this.take())
      throw new HistoryFault('unusable', `The history ${file} is damaged and in use by another process.`);
    this.#movedTo = moveAside(file, this.#now());
    this.#damaged = false;
  }

  #giveUp(error: unknown): unknown {
    this.release();
    return historyFault(error, this.#file as string);
  }
}
