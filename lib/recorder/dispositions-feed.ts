/** Joins what was decided about attention items with the history that is open, and reports what other processes decide. */
import {
  type Disposition,
  type DispositionChange,
  type DispositionReview,
  Dispositions,
} from '../history/dispositions';
import type { History } from '../history/history';
import type { RecorderEvent } from './events';

export class DispositionsFeed {
  readonly #publish: (event: RecorderEvent) => void;
  readonly #now: () => number;
  #history: History | null = null;
  #dispositions: Dispositions | null = null;
  #records = false;
  #known: readonly Disposition[] = [];
  /** As it was reported last; null before the first report. */
  #published: string | null = null;
  #dataVersion: unknown = null;
  /** Decided while a history in memory stood in for the file: to be decided there again. */
  #unsaved: DispositionChange[] = [];

  constructor(publish: (event: RecorderEvent) => void, now: () => number) {
    this.#publish = publish;
    this.#now = now;
  }

  /**
   * Goes on with a history; `follow` reports what is decided there. A history in memory takes over what is known; one in a
   * file gets what was decided while it could not be used.
   *
   * @param records whether this process records in it
   * @throws what SQLite throws; then nothing has changed here
   */
  begin(history: History, records: boolean): void {
    const dispositions = new Dispositions(history.db);
    if (this.#history !== history) {
      if (history.file === ':memory:') dispositions.replace(this.#known, this.#now());
      else for (const change of this.#unsaved) dispositions.change(change);
    }
    if (history.file !== ':memory:') this.#unsaved = [];
    this.#history = history;
    this.#dispositions = dispositions;
    this.#records = records;
    this.#dataVersion = null;
  }

  /**
   * Commits one decision.
   *
   * @returns everything that is decided now
   * @throws what SQLite throws
   */
  change(change: DispositionChange): readonly Disposition[] {
    this.#dispositions?.change(change);
    if (this.#history?.file === ':memory:') this.#unsaved.push(change);
    this.#report();
    return this.#known;
  }

  /** Drops what has ended; only where this process records: one that follows may know less of the facts. */
  review(review: DispositionReview): void {
    if (!this.#records) return;
    this.#dispositions?.review(review, this.#now());
    this.#report();
  }

  /** Reports what another process has decided. Cheap while nothing has changed. */
  follow(): void {
    if (!this.#history) return;
    const version = this.#history.db.pragma('data_version', { simple: true });
    if (version === this.#dataVersion) return;
    this.#dataVersion = version;
    this.#report();
  }

  #report(): void {
    this.#known = this.#dispositions?.all() ?? [];
    const now = JSON.stringify(this.#known);
    if (now === this.#published) return;
    this.#published = now;
    this.#publish({ type: 'dispositions', dispositions: this.#known });
  }
}
