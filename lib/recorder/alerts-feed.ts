/** Joins the outbox with the history that is open: only a process that records has one, the others show its state. */
import { wants } from '../alerts/receivers';
import type { History } from '../history/history';
import { Outbox, receiverStates } from '../history/outbox';
import type { AlertsUpdate, PostTried, RecorderEvent, RecorderOptions } from './protocol';

export class AlertsFeed {
  readonly #options: ConstructorParameters<typeof Outbox>[1];
  readonly #tell: (event: RecorderEvent) => void;
  readonly #now: () => number;
  #history: History | null = null;
  /** Null in a process that only follows, and where nobody is told. */
  #outbox: Outbox | null = null;
  /** What stands by the last word of the main thread. */
  #latest: AlertsUpdate | null = null;
  #told = '';

  constructor({ root, alerts = [] }: RecorderOptions, tell: (event: RecorderEvent) => void, now: () => number) {
    const receivers = alerts.map((rule) => ({ ...rule, wants: wants.bind(null, rule) }));
    this.#options = { origin: root, receivers };
    this.#tell = tell;
    this.#now = now;
  }

  /**
   * Goes on with a history. Changes nothing if its database fails.
   *
   * @param before the one in which this process has recorded until now, for what is known there
   */
  begin(history: History, records: boolean, before?: History): void {
    if (this.#options.receivers.length === 0) return;
    if (records && before && before !== history) carry(before, history);
    const outbox = records ? new Outbox(history.db, this.#options, this.#now()) : null;
    this.#history = history;
    this.#outbox = outbox;
    // Whoever posts may wait for an answer of the one before.
    this.#told = '';
    if (this.#latest) this.attend(this.#latest);
    this.follow();
  }

  /** What wants a person now. */
  attend(update: AlertsUpdate): void {
    this.#latest = update;
    this.#outbox?.update(update.entries, update.complete, this.#now());
    if (this.#outbox) this.follow();
  }

  posted({ receiver, key, outcome }: PostTried): void {
    this.#outbox?.settle(receiver, key, outcome, this.#now());
    this.follow();
  }

  /** Does what is due by time. */
  advance(): void {
    if (this.#outbox?.advance(this.#now())) this.follow();
  }

  /** Tells what has changed in the database. */
  follow(): void {
    if (!this.#history || this.#options.receivers.length === 0) return;
    const posts = this.#outbox?.posts() ?? [];
    const receivers = receiverStates(this.#history.db);
    const now = JSON.stringify([posts.map(({ key, tries }) => [key, tries]), receivers]);
    if (now === this.#told) return;
    this.#told = now;
    this.#tell({ type: 'alerts', posts, receivers });
  }
}

function carry(from: History, to: History): void {
  try {
    Outbox.carry(from.db, to.db);
  } catch {
    // Not even readable, or not writable: then what stands is told once more, or the next statement fails as well.
  }
}
