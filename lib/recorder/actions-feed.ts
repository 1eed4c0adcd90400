/** Connects the record of commands to the open history. Every process on a history writes its own commands there. */
import { randomBytes } from 'node:crypto';
import { type ActionRecord, type ActionStep, KEY_KEPT_MS, type KnownAction, STARTED } from '../contract/action-record';
import { type ActionRetention, Actions } from '../history/actions';
import type { History } from '../history/history';
import { HistoryFault } from '../history/history-fault';
import { ProcessLocks } from '../history/process-locks';
import type { RecorderOptions } from './events';
import { LastRun } from './last-run';

const REVIEW_INTERVAL_MS = 1000;

export class ActionsFeed {
  readonly #file: string | null;
  readonly #process: string;
  readonly #lastReview: LastRun;
  #history: History | null = null;
  #actions: Actions | null = null;
  #locks: ProcessLocks | null = null;

  constructor({ file, process }: Pick<RecorderOptions, 'file' | 'process'>, now: () => number) {
    this.#file = file;
    this.#process = process ?? randomBytes(9).toString('base64url');
    this.#lastReview = new LastRun(now);
  }

  /**
   * Continues with a history.
   *
   * @throws what SQLite throws; then nothing has changed here
   */
  begin(history: History): void {
    const actions = new Actions(history.db, this.#process);
    const isFile = history.file !== ':memory:';
    const locks = isFile && this.#locks?.file !== history.file ? new ProcessLocks(history.file, this.#process) : null;
    // Commands that ran when the last dashboard ended are unknown from the first answer on.
    if (isFile) this.#review(actions, locks ?? this.#locks);
    if (locks !== null) {
      this.#locks?.release();
      this.#locks = locks;
    }
    this.#history = history;
    this.#actions = actions;
  }

  /**
   * Commits the beginning or the end of a command.
   *
   * @param fault why a history in memory replaces the file, a sentence; null if it does not
   * @returns the earlier command with the same key, if the beginning was not written for that reason
   * @throws {HistoryFault} while the file cannot be used: what is only in memory does not survive the process
   * @throws what SQLite throws
   */
  take(step: ActionStep, record: ActionRecord, fault: string | null): KnownAction | null {
    const actions = this.#actions;
    if (actions === null) throw new HistoryFault('unusable', 'The history is not open yet.');
    if (this.#file !== null && this.#history?.file === ':memory:') {
      throw new HistoryFault('unusable', fault ?? `The history ${this.#file} can't be used just now.`);
    }
    if (step === 'end') {
      actions.end(record);
      return null;
    }
    this.#locks?.take();
    const known = actions.start(record);
    if (known?.outcome !== STARTED) return known;
    // Its process may have ended just now.
    this.#review(actions, this.#locks);
    return actions.start(record);
  }

  /** Marks commands of processes that have ended, about once a second. */
  reviewSometimes(): void {
    const isFile = this.#history !== null && this.#history.file !== ':memory:';
    if (isFile && this.#actions && this.#lastReview.claim(REVIEW_INTERVAL_MS)) this.#review(this.#actions, this.#locks);
  }

  /**
   * Drops old rows.
   *
   * @param now milliseconds since 1970, by the clock of the retention
   * @returns the number of dropped rows
   * @throws what SQLite throws
   */
  prune(retention: Omit<ActionRetention, 'keysBefore'>, now: number, most: number): number {
    return this.#actions?.prune({ ...retention, keysBefore: now - KEY_KEPT_MS }, most) ?? 0;
  }

  /** Shows other processes that this one ends. */
  stop(): void {
    this.#locks?.release();
  }

  #review(actions: Actions, locks: ProcessLocks | null): void {
    if (locks !== null) actions.review((process) => locks.isAlive(process));
  }
}
