/** Recipients that messages do not reach, from the first failure on until anything reaches them. */
import { deliveriesOf, excerptOf, messageContent, readName } from '../sources/claudeswarm/message-fields';
import type { UnresolvedOptions } from './unresolved-options';

/** A recipient that nothing has reached since a delivery failed. */
export interface FailedRecipient {
  recipient: string;
  msgId: string | null;
  /** Of the first message that failed, milliseconds since 1970. */
  since: number;
  /** Of the newest one. */
  last: number;
  /** How many messages failed; a message and its retries count as one. */
  count: number;
  senders: string[];
  /** The beginning of the first one's text. */
  text: string;
  /** The first one, then the newest. */
  seqs: number[];
}

/** Of questions and of recipients each. */
export const MAX_KEPT = 1000;
const MAX_NAMES = 10;
const MAX_PLACES = 5;

export class FailedDeliveries {
  readonly #options: UnresolvedOptions;
  readonly #onLetGo: (at: number) => void;
  #failures = new Map<string, FailedRecipient>();
  #changed = true;

  /** @param onLetGo takes the time of a failure that was let go since there were more than can be kept */
  constructor(options: UnresolvedOptions, onLetGo: (at: number) => void) {
    this.#options = options;
    this.#onLetGo = onLetGo;
  }

  list(): FailedRecipient[] {
    return [...this.#failures.values()];
  }

  /** Goes on with these, and forgets any other. */
  restore(failures: readonly FailedRecipient[]): void {
    this.#failures = new Map(failures.map((failure) => [failure.recipient, failure]));
    this.#changed = true;
  }

  /** Takes the next message. */
  feed(seq: number, sender: string | null, fields: Readonly<Record<string, unknown>>): void {
    const { reached, missed } = deliveriesOf(fields);
    for (const recipient of reached) this.#changed = this.#failures.delete(recipient) || this.#changed;
    if (missed.length === 0) return;
    const at = this.#options.readTime(fields.timestamp);
    if (at === null || this.#isTooOld(at)) return;
    const { text, form } = messageContent(fields);
    const msgId = typeof fields.msg_id === 'string' ? readName(fields.msg_id) : null;
    const senders = sender === null ? [] : [sender];
    const failure = { msgId, since: at, last: at, count: 1, senders, text: excerptOf(text), seqs: [seq] };
    for (const recipient of missed) this.#fail({ ...failure, recipient }, form === 'first');
    this.#changed = true;
  }

  /** Forgets what is too old. @returns whether anything differs from what it was at the last call */
  takeChange(): boolean {
    for (const [recipient, { last }] of this.#failures) {
      if (this.#isTooOld(last)) this.#changed = this.#failures.delete(recipient) || this.#changed;
    }
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  #isTooOld(at: number): boolean {
    return at < this.#options.now() - this.#options.failuresMs;
  }

  #fail(failure: FailedRecipient, isNew: boolean): void {
    const { recipient, last } = failure;
    const known = this.#failures.get(recipient);
    // What failed so long ago no longer counts, so this begins anew.
    if (known && last - known.last <= this.#options.failuresMs) {
      this.#failures.set(recipient, {
        ...known,
        last: Math.max(known.last, last),
        count: known.count + (isNew ? 1 : 0),
        senders: [...new Set([...known.senders, ...failure.senders])].slice(0, MAX_NAMES),
        seqs: withNewest(known.seqs, ...failure.seqs),
      });
      return;
    }
    this.#failures.delete(recipient);
    this.#failures.set(recipient, failure);
    if (this.#failures.size <= MAX_KEPT) return;
    const [oldest] = this.#failures.values();
    if (!oldest) return;
    this.#failures.delete(oldest.recipient);
    this.#onLetGo(oldest.last);
  }
}

/** The first place and the newest ones. */
export function withNewest(seqs: readonly number[], ...more: number[]): number[] {
  const [first, ...rest] = [...seqs, ...more];
  return first === undefined ? [] : [first, ...rest.slice(1 - MAX_PLACES)];
}
