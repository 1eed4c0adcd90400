/**
 * Which history is open: the file that the settings name, or one in memory that stands in for it while the file can't be
 * used. Also holds the right to record.
 */
import { fileIdentity, HistoryFault, historyFault, moveAside, RecorderLock } from '../history/database';
import { History, type ReadTime } from '../history/history';

export interface Opened {
  history: History;
  /** Why it is not the file, in a sentence; null if it is, or if the settings want none. */
  fault: string | null;
}

export class HistorySlot {
  readonly #file: string | null;
  readonly #readTime: ReadTime;
  readonly #now: () => number;
  #lock: RecorderLock | null = null;
  #identity: string | null = null;
  #damaged = false;
  #movedTo: string | null = null;

  /** @param file absolute path, or null for a history in memory only */
  constructor(file: string | null, readTime: ReadTime, now: () => number) {
    this.#file = file;
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

  /** Opens what there is after a fault of the file: the file made anew if it was damaged, else memory. */
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

  /** @returns true once nobody else records in the file. */
  take(): boolean {
    this.#lock ??= RecorderLock.take(this.#file as string);
    return this.records;
  }

  /** @returns whether somebody removed or replaced the file, or that of the lock, under us. */
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
      // Learn now, not at the first message, whether the disk takes writes.
      if (this.take()) history.probe();
    } catch (error) {
      history.close();
      throw error;
    }
    this.#identity = fileIdentity(file);
    return history;
  }

  #setAside(file: string): void {
    // Only who records may move the file: anyone else would take it from under the recorder's feet.
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
