/** Feeds a history's messages to what keeps the open matters: those of the last day first, then each as it is committed. */
import type { History, KeptMessage } from '../history/history';
import { OpenMatters, type OpenMattersNow, type OpenMattersOptions } from './open-matters';

/** So many messages at most are read back when a history is opened: less than a second's work. */
const READ_BACK = 50_000;
const READ_AT_ONCE = 1000;

type Fields = Readonly<Record<string, unknown>>;

export class MattersFeed {
  readonly #options: OpenMattersOptions;
  readonly #matters: OpenMatters;
  #history: History;
  /** The newest message, and the newest that was fed. */
  #head = 0;
  #fed = 0;

  constructor(history: History, options: OpenMattersOptions) {
    this.#history = history;
    this.#options = options;
    this.#matters = new OpenMatters(options);
  }

  /** Begins with a history, forgetting any other. */
  begin(history: History): void {
    this.#history = history;
    this.#matters.reset();
    this.#head = history.head();
    const after = Math.max(0, this.#head - READ_BACK);
    const since = this.#options.now() - this.#options.questionsMs;
    const [first] = history.page({ limit: 1, after, filter: { since } }).messages;
    this.#fed = first ? first.seq - 1 : this.#head;
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
  changes(): OpenMattersNow | null {
    return this.#fed >= this.#head ? this.#matters.changes(this.#history.epoch) : null;
  }

  #feed(kept: readonly KeptMessage[], fields: readonly Fields[]): void {
    for (const [index, { seq }] of kept.entries()) this.#matters.feed(seq, fields[index] ?? {});
    this.#fed = kept.at(-1)?.seq ?? this.#fed;
  }
}

/** @returns a message's fields, the added ones too */
export function fieldsOf({ json }: KeptMessage): Fields {
  return JSON.parse(json) as Fields;
}
