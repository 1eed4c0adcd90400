/** The newest own message of each sender, and when it last spoke: a sign of life. Automatic messages are neither. */
import { formatMicroseconds } from '../contract/instant';
import type { LastMessage } from '../contract/schemas';
import type { History, KeptMessage } from '../history/history';
import { excerptOf, isAutomatic, messageContent } from '../sources/claudeswarm/message-fields';

/** Of one sender. */
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

const MAX_SENDERS = 1000;
const MAX_TYPE_CHARACTERS = 256;
/** Of a sender that the newest messages do not show, so many are read at most; retries may come in a row. */
const PAGE_SIZES = [4, 60];

export class NewestSenders {
  /** Who spoke last comes last. */
  readonly #newest = new Map<string, NewestMessage>();
  readonly #readTime: (timestamp: unknown) => number | null;
  readonly #now: () => number;

  /**
   * @param readTime reads the time of a message; microseconds since 1970, null for what is no time
   * @param now milliseconds since 1970
   */
  constructor(readTime: (timestamp: unknown) => number | null, now: () => number) {
    this.#readTime = readTime;
    this.#now = now;
  }

  /**
   * Forgets everybody, since each `seq` belongs to one history, and takes the senders of this one. It is asked once for
   * the names of the senders, and once or twice for each of at most 1,000 that the newest messages do not show: a look
   * into its index, some 0.1 ms.
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

  /** A time ahead of the clock is no sign of life, and must not hide an older one that is. */
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
