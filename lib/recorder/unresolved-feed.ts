/**
 * Feeds committed messages to the rule that finds the unresolved ones. Its state is saved with the history now and
 * then, so that the next process reads back only the messages after it.
 */
import type { History, KeptMessage } from '../history/history';
import { type SavedUnresolved, type UnresolvedMessages, UnresolvedTracker } from '../rules/unresolved-messages';
import type { UnresolvedOptions } from '../rules/unresolved-options';
import type { MessageFaults } from './message-faults';

/** The maximum number of messages read back when a history is opened: less than a second's work. */
const READ_BACK = 50_000;
const READ_AT_ONCE = 1000;
/** After a kill about this many messages are read back. */
const SAVE_AFTER = 1000;
/** Raise it when the saved form, or what follows from a message, changes. */
const FORM = 2;

type Fields = Readonly<Record<string, unknown>>;

interface Saved {
  /** The settings under which it was computed; under others it is of no use. */
  basis: string;
  /** The last message that it includes. */
  seq: number;
  matters: SavedUnresolved;
}

export class UnresolvedFeed {
  #unresolved: UnresolvedTracker;
  readonly #options: UnresolvedOptions;
  readonly #history: History;
  readonly #basis: string;
  readonly #faults: Pick<MessageFaults, 'attempt'>;
  /** The newest message, the newest that was fed, and the newest that is included in the saved state. */
  #head: number;
  #fed: number;
  #saved = 0;

  /**
   * @param zone of times without one
   * @param faults takes messages that cannot be judged
   */
  constructor(
    history: History,
    { zone, ...options }: UnresolvedOptions & { zone: string | null },
    faults: Pick<MessageFaults, 'attempt'>,
  ) {
    this.#faults = faults;
    this.#history = history;
    this.#options = options;
    this.#unresolved = new UnresolvedTracker(options);
    this.#basis = JSON.stringify([FORM, options.questionsMs, options.failuresMs, zone]);
    this.#head = history.head();
    this.#fed = this.#restore() ?? this.#firstOpen(options.now() - options.questionsMs);
  }

  /** Takes committed messages. While older messages are still being read back, they are left for `catchUp`. */
  take(kept: readonly KeptMessage[], fields: readonly Fields[]): void {
    const last = kept.at(-1);
    if (!last) return;
    if (this.#fed === this.#head) this.#feed(kept, fields);
    this.#head = last.seq;
  }

  /** Reads back the next messages. @returns whether there are more */
  catchUp(): boolean {
    if (this.#fed >= this.#head) return false;
    const kept = this.#history.after(this.#fed, READ_AT_ONCE);
    if (kept.length > 0) this.#feed(kept, kept.map(fieldsOf));
    else this.#fed = this.#head;
    return this.#fed < this.#head;
  }

  /**
   * @returns the unresolved messages; null if they have not changed since the last call or are not known yet: while
   *   messages are read back, questions are open whose answers are still to come
   */
  changes(): UnresolvedMessages | null {
    return this.#fed >= this.#head ? this.#unresolved.changes(this.#history.epoch) : null;
  }

  /** Saves the state with the history if many messages were fed since the last time. */
  saveSoon(): void {
    if (this.#fed >= this.#saved + SAVE_AFTER) this.save();
  }

  /** Saves the state with the history. */
  save(): void {
    if (this.#fed === this.#saved) return;
    const saved: Saved = { basis: this.#basis, seq: this.#fed, matters: this.#unresolved.save() };
    this.#history.keepUnresolved(JSON.stringify(saved));
    this.#saved = this.#fed;
  }

  /** @returns the last message that the saved state includes; null where there is none that can be used */
  #restore(): number | null {
    const saved = JSON.parse(this.#history.readUnresolved() ?? 'null') as Saved | null;
    if (saved?.basis !== this.#basis || saved.seq > this.#head || saved.seq < this.#head - READ_BACK) return null;
    try {
      this.#unresolved.restore(saved.matters);
    } catch {
      // Its form is not what this version expects; the messages are read back.
      this.#unresolved = new UnresolvedTracker(this.#options);
      return null;
    }
    this.#saved = saved.seq;
    return saved.seq;
  }

  /** @returns the message before the first one that was sent since then and may still be unresolved */
  #firstOpen(since: number): number {
    const after = Math.max(0, this.#head - READ_BACK);
    const [first] = this.#history.page({ limit: 1, after, filter: { since } }).messages;
    return first ? first.seq - 1 : this.#head;
  }

  #feed(kept: readonly KeptMessage[], fields: readonly Fields[]): void {
    for (const [index, { seq, team }] of kept.entries()) {
      // Teams have messages of no type: none of them asks or answers in a way that a file says.
      if (team) continue;
      this.#faults.attempt('open questions', seq, () => this.#unresolved.feed(seq, fields[index] ?? {}));
    }
    this.#fed = kept.at(-1)?.seq ?? this.#fed;
  }
}

/** @returns a message's fields, the added ones too */
export function fieldsOf({ json }: KeptMessage): Fields {
  return JSON.parse(json) as Fields;
}
