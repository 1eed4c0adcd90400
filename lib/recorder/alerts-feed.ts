/** Joins the outbox with the history that is open: only a process that records has one, the others show its state. */
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
  /** Null in a process that only follows, and where nobody is told. */
  #outbox: Outbox | null = null;
  /** What stands by the last word of the main thread. */
  #latest: AlertsUpdate | null = null;
  /** What was told last; null as long as nobody is to be told of anything. */
  #published: string | null = null;

  constructor({ root, alerts = [] }: RecorderOptions, publish: (event: RecorderEvent) => void, now: () => number) {
    this.#origin = root;
    this.#receivers = alerts.map(receiverOf);
    this.#publish = publish;
    this.#now = now;
  }

  /**
   * Goes on with a history. Changes nothing if its database fails.
   *
   * @param before the one in which this process has recorded until now, for what is known there
   */
  begin(history: History, records: boolean, before?: History): void {
    const hasReceivers = this.#receivers.length > 0;
    if (hasReceivers && records && before && before !== history) carry(before, history);
    const outbox = hasReceivers && records ? this.#outboxIn(history) : null;
    this.#history = history;
    this.#records = records;
    this.#outbox = outbox;
    if (hasReceivers) this.#goOn();
  }

  /** Others are told from now on, or the same ones in another way. */
  setReceivers(rules: readonly AlertRule[]): void {
    // First: a history that fails is followed by another, which begins with these.
    this.#receivers = rules.map(receiverOf);
    if (this.#outbox) this.#outbox.setReceivers(this.#receivers, this.#now());
    else if (this.#history && this.#records) this.#outbox = this.#outboxIn(this.#history);
    this.#goOn();
  }

  #outboxIn({ db }: History): Outbox {
    return new Outbox(db, { origin: this.#origin, receivers: this.#receivers }, this.#now());
  }

  #goOn(): void {
    // Whoever posts may wait for an answer of the one before.
    this.#published = '';
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
    // Not even readable, or not writable: then what stands is told once more, or the next statement fails as well.
  }
}
