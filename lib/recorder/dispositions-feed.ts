/** Connects the decisions about attention items to the open history, and publishes what other processes decide. */
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
  /** The last published decisions as JSON; null before the first event. */
  #published: string | null = null;
  #dataVersion: unknown = null;
  /** Decisions made while a history in memory replaced the file: they are repeated in the file. */
  #unsaved: DispositionChange[] = [];

  constructor(publish: (event: RecorderEvent) => void, now: () => number) {
    this.#publish = publish;
    this.#now = now;
  }

  /**
   * Continues with a history; `follow` publishes what is decided there. A history in memory takes over what is known;
   * one in a file gets what was decided while it could not be used.
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
   * @returns all decisions that are in force now
   * @throws what SQLite throws
   */
  change(change: DispositionChange): readonly Disposition[] {
    this.#dispositions?.change(change);
    if (this.#history?.file === ':memory:') this.#unsaved.push(change);
    this.#publishChanges();
    return this.#known;
  }

  /** Drops decisions that have ended. Only where this process records: a follower may know fewer facts. */
  review(review: DispositionReview): void {
    if (!this.#records) return;
    this.#dispositions?.review(review, this.#now());
    this.#publishChanges();
  }

  /** Publishes what another process has decided. Cheap while nothing has changed. */
  follow(): void {
    if (!this.#history) return;
    const version = this.#history.db.pragma('data_version', { simple: true });
    if (version === this.#dataVersion) return;
    this.#dataVersion = version;
    this.#publishChanges();
  }

  #publishChanges(): void {
    this.#known = this.#dispositions?.all() ?? [];
    const now = JSON.stringify(this.#known);
    if (now === this.#published) return;
    this.#published = now;
    this.#publish({ type: 'dispositions', dispositions: this.#known });
  }
}
