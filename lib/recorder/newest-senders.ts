/**
 * The newest own message of each sender, and when it last spoke, which is a sign of life. Automatic messages do not
 * count.
 */
import { formatMicroseconds } from '../contract/instant';
import type { LastMessage } from '../contract/schemas';
import type { History, KeptMessage } from '../history/history';
import { excerptOf, isAutomatic, messageContent } from '../sources/claudeswarm/message-fields';

/** What is known of one sender. */
export interface NewestMessage {
  /**
   * When it last spoke, in milliseconds since 1970: the newest time of its own messages that is not ahead of the clock;
   * null where none has such a time.
   */
  at: number | null;
  /** Its newest own message by `seq`, whatever its time. */
  message: LastMessage;
}

type Fields = Readonly<Record<string, unknown>>;
type Attempt = (seq: number, step: () => void) => void;

const MAX_SENDERS = 1000;
const MAX_TYPE_CHARACTERS = 256;
/**
 * For a sender without a recent message: how many of its messages are read, first 4, then 60, since retries may come in
 * a row.
 */
const PAGE_SIZES = [4, 60];

export class NewestSenders {
  /** By sender; the one that spoke last comes last. */
  readonly #newest = new Map<string, NewestMessage>();
  readonly #readTime: (timestamp: unknown) => number | null;
  readonly #attempt: Attempt;
  readonly #now: () => number;

  /**
   * @param readTime reads the time of a message; microseconds since 1970, null for what is not a time
   * @param attempt runs a step for the message with a `seq`, and takes what it throws
   * @param now milliseconds since 1970
   */
  constructor(readTime: (timestamp: unknown) => number | null, attempt: Attempt, now: () => number) {
    this.#readTime = readTime;
    this.#attempt = attempt;
    this.#now = now;
  }

  /**
   * Replaces all senders by those of a history, since each `seq` belongs to one history. Reads the names of the senders
   * once, and one or two pages for each of up to 1,000 senders without a recent message (about 0.1 ms each, by index).
   *
   * @param recent its newest messages, oldest first
   */
  begin(history: Pick<History, 'senders' | 'page'>, recent: readonly KeptMessage[]): void {
    this.#newest.clear();
    const messages = recent.map(({ seq, json }) => ({ seq, fields: JSON.parse(json) as Fields }));
    const shown = new Set(messages.filter(({ fields }) => !isAutomatic(fields)).map(({ fields }) => fields.sender));
    const absent = history.senders(MAX_SENDERS).filter((sender) => !shown.has(sender));
    const older = absent.map((sender) => newestOwn(history, sender)).filter((message) => message !== null);
    for (const { seq, fields } of older.sort((one, other) => one.seq - other.seq)) this.note(seq, fields);
    for (const { seq, fields } of messages) this.note(seq, fields);
  }

  /** Takes the next message. */
  note(seq: number, fields: Fields): void {
    this.#attempt(seq, () => this.#note(seq, fields));
  }

  #note(seq: number, fields: Fields): void {
    const { sender, timestamp, msg_type: type } = fields;
    if (typeof sender !== 'string' || sender === '' || isAutomatic(fields)) return;
    const sentAt = this.#readTime(timestamp);
    const known = this.#newest.get(sender)?.at ?? null;
    const message: LastMessage = {
      seq,
      ...(typeof type === 'string' ? { msg_type: type.slice(0, MAX_TYPE_CHARACTERS) } : {}),
      excerpt: excerptOf(messageContent(fields).text),
      sent_at: sentAt === null ? null : formatMicroseconds(sentAt),
    };
    this.#newest.delete(sender);
    this.#newest.set(sender, { at: this.#newerOf(known, sentAt), message });
    if (this.#newest.size > MAX_SENDERS) this.#newest.delete(this.#newest.keys().next().value as string);
  }

  list(): [sender: string, NewestMessage][] {
    return [...this.#newest];
  }

  /** A time ahead of the clock is not a sign of life, and must not replace an older one that is. */
  #newerOf(known: number | null, sentAt: number | null): number | null {
    const at = sentAt === null ? null : Math.floor(sentAt / 1000);
    if (at === null || at > this.#now()) return known;
    return known === null ? at : Math.max(known, at);
  }
}

/** @returns null where the newest messages of that sender are all automatic */
function newestOwn(history: Pick<History, 'page'>, sender: string): { seq: number; fields: Fields } | null {
  for (const limit of PAGE_SIZES) {
    const { messages, hasOlder } = history.page({ limit, filter: { sender } });
    for (const { seq, json } of messages.toReversed()) {
      const fields = JSON.parse(json) as Fields;
      if (!isAutomatic(fields)) return { seq, fields };
    }
    if (!hasOlder) return null;
  }
  return null;
}
