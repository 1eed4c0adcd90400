/**
 * Shows the processes on one history which of them live. Each locks a file of its own beside the history, backed by a
 * record lock of the operating system, so that its death is known even after SIGKILL, and pids do not matter: they are
 * used again, and every container has its own.
 */
import { existsSync, rmSync } from 'node:fs';
import { HistoryFault } from './history-fault';
import { RecorderLock } from './recorder-lock';

export class ProcessLocks {
  readonly file: string;
  readonly #own: string;
  #lock: RecorderLock | null = null;

  /**
   * @param file path of the history
   * @param own a random name of this process
   */
  constructor(file: string, own: string) {
    this.file = file;
    this.#own = own;
  }

  /**
   * Locks the file of this process, unless that was done. While an earlier thread of this process still has the lock,
   * that one counts.
   *
   * @throws {HistoryFault} if the file cannot be created
   */
  take(): void {
    // Its file may have been removed together with its folder: then nobody sees this lock.
    if (this.#lock?.holds === false) this.release();
    this.#lock ??= RecorderLock.take(this.#pathFor(this.#own));
  }

  /** @returns whether a process lives, as far as can be found out; the file of one that has ended is removed */
  isAlive(name: string): boolean {
    if (name === this.#own) return true;
    const path = this.#pathFor(name);
    if (!existsSync(`${path}.lock`)) return false;
    try {
      const lock = RecorderLock.take(path);
      if (lock === null) return true;
      lock.release();
      rmSync(`${path}.lock`, { force: true });
      return false;
    } catch (error) {
      // Without evidence of its end it counts as living.
      if (error instanceof HistoryFault) return true;
      throw error;
    }
  }

  /** Releases the lock of this process and removes its file. */
  release(): void {
    if (this.#lock === null) return;
    this.#lock.release();
    this.#lock = null;
    rmSync(`${this.#pathFor(this.#own)}.lock`, { force: true });
  }

  #pathFor(name: string): string {
    return `${this.file}.commands-${name}`;
  }
}
