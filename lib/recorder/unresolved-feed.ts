/**
 * Feeds a history's messages to what keeps the open matters, each as it is committed. What was known is kept with the
 * history now and then, so that the next process reads back only what followed.
 */
import type { History, KeptMessage } from '../history/history';
import { type SavedUnresolved, type UnresolvedMessages, UnresolvedTracker } from '../rules/unresolved-messages';
import type { UnresolvedOptions } from '../rules/unresolved-options';

/** So many messages at most are read back when a history is opened: less than a second's work. */
const READ_BACK = 50_000;
const READ_AT_ONCE = 1000;
/** After a kill no more than about so many are read back. */
const SAVE_AFTER = 1000;
/** To be raised when what is saved, or what follows from a message, changes. */
const FORM = 2;

type Fields = Readonly<Record<string, unknown>>;

interface Saved {
  /** How it came about; under other settings it would be something else. */
  basis: string;
  /** The message after which it was so. */
  seq: number;
  matters: SavedUnresolved;
}

export class UnresolvedFeed {
  readonly #unresolved: UnresolvedTracker;
  readonly #history: History;
  readonly #basis: string;
  /** The newest message, the newest that was fed, and the one after which all was saved. */
  #head: number;
  #fed: number;
  #saved = 0;

  /** @param zone of times without one */
  constructor(history: History, { zone, ...options }: UnresolvedOptions & { zone: string | null }) {
    this.#history = history;
    this.#unresolved = new UnresolvedTracker(options);
    this.#basis = JSON.stringify([FORM, options.questionsMs, options.failuresMs, zone]);
    this.#head = history.head();
    this.#fed = this.#restore() ?? this.#firstOpen(options.now() - options.questionsMs);
  }

  /** Takes what was committed. While older messages are still being read, it waits for its turn in the history. */
  take(kept: readonly KeptMessage[], fields: readonly Fields[]): void {
    const last = kept.at(-1);
    if (!last) return;
    if (this.#fed === this.#head) this.#feed(kept, fields);
    this.#head = last.seq;
  }

  /** Reads on. Returns whether there is more. */
  catchUp(): boolean {
    if (this.#fed >= this.#head) return false;
    const kept = this.#history.after(this.#fed, READ_AT_ONCE);
    if (kept.length > 0) this.#feed(kept, kept.map(fieldsOf));
    else this.#fed = this.#head;
    return this.#fed < this.#head;
  }

  /**
   * @returns what is open, or null if it has not changed since the last call or is not known yet: in the midst of
   *   reading, questions stand open whose answers are still to come
   */
  changes(): UnresolvedMessages | null {
    return this.#fed >= this.#head ? this.#unresolved.changes(this.#history.epoch) : null;
  }

  /** Keeps what is known with the history, unless little has come since the last time. */
  saveSoon(): void {
    if (this.#fed >= this.#saved + SAVE_AFTER) this.save();
  }

  /** Keeps what is known with the history. */
  save(): void {
    if (this.#fed === this.#saved) return;
    const saved: Saved = { basis: this.#basis, seq: this.#fed, matters: this.#unresolved.save() };
    this.#history.keepUnresolved(JSON.stringify(saved));
    this.#saved = this.#fed;
  }

  /** @returns the message after which to go on; null where what is saved is of no use */
  #restore(): number | null {
    const saved = JSON.parse(this.#history.readUnresolved() ?? 'null') as Saved | null;
    if (saved?.basis !== this.#basis || saved.seq > this.#head || saved.seq < this.#head - READ_BACK) return null;
    this.#unresolved.restore(saved.matters);
    this.#saved = saved.seq;
    return saved.seq;
  }

  /** @returns the message after which one may still be open that was sent since then */
  #firstOpen(since: number): number {
    const after = Math.max(0, this.#head - READ_BACK);
    const [first] = this.#history.page({ limit: 1, after, filter: { since } }).messages;
    return first ? first.seq - 1 : this.#head;
  }

  #feed(kept: readonly KeptMessage[], fields: readonly Fields[]): void {
    for (const [index, { seq }] of kept.entries()) this.#unresolved.feed(seq, fields[index] ?? {});
    this.#fed = kept.at(-1)?.seq ?? this.#fed;
  }
}

/** @returns a message's fields, the added ones too */
export function fieldsOf({ json }: KeptMessage): Fields {
  return JSON.parse(json) as Fields;
}
