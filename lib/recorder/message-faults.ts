/**
 * Keeps what is derived from messages from ending the recorder: a fault in deriving something from one message is
 * counted, and the message counts as not having been there for that purpose. The message itself is recorded and shown.
 */
import type { Skipped } from '../contract/schemas';
import { safeError } from '../platform/safe-error';
import type { DerivedPart, RecorderEvent } from './events';
import { LastRun } from './last-run';

/** Each fault is counted, but a hostile log must not fill the dashboard's own log. */
const LOG_INTERVAL_MS = 60_000;

export class MessageFaults {
  readonly #publish: (event: RecorderEvent) => void;
  readonly #lastPublished: LastRun;
  readonly #counted = new Map<DerivedPart, Skipped>();

  /**
   * @param publish takes the faults that are to be logged, at most one a minute
   * @param now milliseconds since 1970
   */
  constructor(publish: (event: RecorderEvent) => void, now: () => number) {
    this.#publish = publish;
    this.#lastPublished = new LastRun(now);
  }

  /** Runs a step that derives something from one message and does not use the database. */
  attempt(part: DerivedPart, seq: number, step: () => void): void {
    try {
      step();
    } catch (error) {
      this.note(part, seq, error);
    }
  }

  /** Counts a fault. */
  note(part: DerivedPart, seq: number, error: unknown): void {
    const count = (this.#counted.get(part)?.count ?? 0) + 1;
    this.#counted.set(part, { reason: `recorded, but could not be judged for ${part}`, count, last: `message ${seq}` });
    if (this.#lastPublished.claim(LOG_INTERVAL_MS)) {
      this.#publish({ type: 'unjudged', part, seq, error: safeError(error) });
    }
  }

  /** Begins again with another history: what is derived from its messages is derived again. */
  clear(): void {
    this.#counted.clear();
  }

  /** @returns the messages that could not be judged of the open history since it was opened, by what was to be derived from them */
  list(): Skipped[] {
    return [...this.#counted.values()];
  }
}
