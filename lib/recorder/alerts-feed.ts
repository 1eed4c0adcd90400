/** Connects the outbox to the open history. Only a process that records has an outbox; the others show its state. */
import { type AlertRule, wants } from '../alerts/rule';
import type { History } from '../history/history';
import { Outbox, receiverStates } from '../history/outbox/outbox';
import type { OutboxReceiver } from '../history/outbox/outbox-lane';
import type { AlertsUpdate, PostTried, RecorderEvent, RecorderOptions } from './events';

export class AlertsFeed {
  readonly #origin: string;
  readonly #publish: (event: RecorderEvent) => void;
  readonly #now: () => number;
  #receivers: readonly OutboxReceiver[];
  #history: History | null = null;
  #records = false;
  /** Null in a process that only follows, and without receivers. */
  #outbox: Outbox | null = null;
  /** The last update from the main thread. */
  #latest: AlertsUpdate | null = null;
  /** The last published event as JSON; null as long as there are no receivers. */
  #published: string | null = null;

  constructor({ root, alerts = [] }: RecorderOptions, publish: (event: RecorderEvent) => void, now: () => number) {
    this.#origin = root;
    this.#receivers = alerts.map(receiverOf);
    this.#publish = publish;
    this.#now = now;
  }

  /**
   * Continues with a history. Changes nothing if its database fails.
   *
   * @param before the history in which this process has recorded until now; its alerts are copied
   */
  begin(history: History, records: boolean, before?: History): void {
    const hasReceivers = this.#receivers.length > 0;
    if (hasReceivers && records && before && before !== history) carry(before, history);
    const outbox = hasReceivers && records ? this.#outboxIn(history) : null;
    this.#history = history;
    this.#records = records;
    this.#outbox = outbox;
    if (hasReceivers) this.#continue();
  }

  /** Replaces the receivers, or their rules. */
  setReceivers(rules: readonly AlertRule[]): void {
    // Set first: if the history fails, the next one begins with these receivers.
    this.#receivers = rules.map(receiverOf);
    if (this.#outbox) this.#outbox.setReceivers(this.#receivers, this.#now());
    else if (this.#history && this.#records) this.#outbox = this.#outboxIn(this.#history);
    this.#continue();
  }

  #outboxIn({ db }: History): Outbox {
    return new Outbox(db, { origin: this.#origin, receivers: this.#receivers }, this.#now());
  }

  #continue(): void {
    // The poster may still wait for an answer of the outbox before, so the posts are published again.
    this.#published = '';
    if (this.#latest) this.attend(this.#latest);
    this.follow();
  }

  /** Takes the attention items of now. */
  attend(update: AlertsUpdate): void {
    this.#latest = update;
    this.#outbox?.update(update.entries, update.complete, this.#now());
    if (this.#outbox) this.follow();
  }

  posted({ receiver, key, outcome }: PostTried): void {
    this.#outbox?.settle(receiver, key, outcome, this.#now());
    this.follow();
  }

  /** Creates the posts that are due by time. */
  advance(): void {
    if (this.#outbox?.advance(this.#now())) this.follow();
  }

  /** Publishes the posts and the receivers if they have changed in the database. */
  follow(): void {
    if (!this.#history || this.#published === null) return;
    const posts = this.#outbox?.posts() ?? [];
    const receivers = receiverStates(this.#history.db);
    const now = JSON.stringify([posts.map(({ key, tries }) => [key, tries]), receivers]);
    if (now === this.#published) return;
    this.#published = now;
    this.#publish({ type: 'alerts', posts, receivers });
  }
}

function receiverOf(rule: AlertRule): OutboxReceiver {
  return { ...rule, wants: wants.bind(null, rule) };
}

function carry(from: History, to: History): void {
  try {
    Outbox.carry(from.db, to.db);
  } catch {
    // If it can't be read, open alerts are sent once more; if the other can't be written, its next statement fails too.
  }
}
