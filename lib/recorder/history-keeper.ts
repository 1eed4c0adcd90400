/**
 * Keeps a usable history open: after a fault of the database it continues with one in memory, moves a damaged file
 * aside and returns to the file when it works again. Each switch goes through `Prepare`.
 */

import type { History } from '../history/history';
import { HistoryFault, historyFault } from '../history/history-fault';
import { seedMemory } from './checkpoint';
import type { HistorySlot, Opened } from './history-slot';
import { LastRun } from './last-run';

const RECOVER_INTERVAL_MS = 2000;
/** Slightly less than from one heartbeat of the main thread to the next. */
const IDENTITY_INTERVAL_MS = 900;

/** Runs a step that uses the database. If the database fails, switches to another history and returns undefined. */
export type Guard = <T>(step: () => T) => T | undefined;

/**
 * Prepares the use of a history. May throw what SQLite throws; then nothing has changed.
 *
 * @param history the one to use, open but not current yet
 * @returns switches over to it, once it is the current one; `before` was the current one, undefined at the start
 */
export type Prepare = (history: History) => (before: History | undefined) => void;

export class HistoryKeeper {
  readonly #slot: HistorySlot;
  readonly #prepare: Prepare;
  readonly #now: () => number;
  readonly #lastRecovery: LastRun;
  readonly #lastIdentityCheck: LastRun;
  #history: History | undefined;
  #fault: string | null = null;

  /** @param now milliseconds since 1970 */
  constructor(slot: HistorySlot, prepare: Prepare, now: () => number) {
    this.#slot = slot;
    this.#prepare = prepare;
    this.#now = now;
    this.#lastRecovery = new LastRun(now);
    this.#lastIdentityCheck = new LastRun(now);
  }

  /** The history that is open now: after the first `reopen` there always is one, in memory if need be. */
  get history(): History {
    return this.#history as History;
  }

  /** Whether there was a history before the one that is being prepared. */
  get hasHistory(): boolean {
    return this.#history !== undefined;
  }

  /** Why the history is not what the settings ask for, a sentence; null if it is. */
  get fault(): string | null {
    return this.#fault;
  }

  get inMemory(): boolean {
    return this.history.file === ':memory:';
  }

  /** Opens what the settings ask for, or memory, and switches to it. */
  reopen(): void {
    this.#use(this.#slot.open());
  }

  /** Gives up the right to record and opens the history again: another process records, or the file was replaced. */
  stepDown(): void {
    this.#slot.release();
    this.reopen();
  }

  /**
   * Switches to the history that is open already: another process has restored it.
   *
   * @throws what SQLite throws
   */
  restart(): void {
    this.#switchTo({ history: this.history, fault: this.#fault });
  }

  /** See `Guard`. */
  readonly guard: Guard = (step) => {
    try {
      return step();
    } catch (error) {
      const fault = historyFault(error, this.history.file);
      if (!(fault instanceof HistoryFault) || this.inMemory) throw error;
      this.#switchAfter(fault);
      return undefined;
    }
  };

  /** Continues without the file: another thread found it damaged. */
  reportDamage(): void {
    const { file } = this.history;
    if (!this.inMemory) this.#switchAfter(new HistoryFault('corrupt', `The history ${file} is damaged.`));
  }

  /** Does what is due by time: tries the file again after a fault, and checks whether it was removed or replaced. */
  check(): void {
    if (this.#fault !== null && this.#lastRecovery.claim(RECOVER_INTERVAL_MS)) this.#recover();
    if (!this.inMemory && this.#lastIdentityCheck.claim(IDENTITY_INTERVAL_MS) && this.#slot.replaced()) this.stepDown();
  }

  /** Continues in memory after a fault of the file. A damaged file is moved aside, and a new one begun at once. */
  #switchAfter(fault: HistoryFault): void {
    // `memory` also gives up the right to record in the file.
    const memory = this.#slot.memory();
    seedMemory(memory, this.history, this.#now());
    this.#use({ history: memory, fault: fault.message });
    if (fault.kind !== 'corrupt') return;
    this.#slot.markDamaged();
    this.#recover();
  }

  /** Returns to the file if it can be used again; its epoch returns with it. */
  #recover(): void {
    let history: History;
    try {
      history = this.#slot.reopen();
    } catch (error) {
      this.#fault = (error as Error).message;
      return;
    }
    this.#use({ history, fault: null });
  }

  /** Switches to a history. If it turns out to be damaged or unusable, switches to what the slot has instead. */
  #use(opened: Opened): void {
    try {
      this.#switchTo(opened);
    } catch (error) {
      const fault = historyFault(error, opened.history.file);
      if (!(fault instanceof HistoryFault) || opened.history.file === ':memory:') throw error;
      opened.history.close();
      this.#use(this.#slot.openAfter(fault));
    }
  }

  #switchTo({ history, fault }: Opened): void {
    const enter = this.#prepare(history);
    const before = this.#history;
    this.#history = history;
    this.#fault = fault;
    enter(before);
  }
}
