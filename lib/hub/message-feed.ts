/**
 * The messages of one history as events of the stream: the newest in memory, older ones read from their source, cut
 * into pages that all subscribers at the same place share.
 */
import { formatCursor, type StreamEventName } from '../contract/events';

/** A committed message. */
export interface PublishedMessage {
  seq: number;
  /** The message as the API shows it, JSON in UTF-8. */
  json: Uint8Array;
}

/** One event, shared by all its receivers, so that it is encoded once. */
export interface HubEvent {
  readonly name: StreamEventName;
  /** Its data, in parts, so that a part in several events is not copied for each. Bytes are UTF-8. */
  readonly json: readonly (string | Uint8Array)[];
  readonly id?: string;
}

/** The limits of one read: at most `messages`, and none after the one that exceeds `bytes`. */
export interface MessageBound {
  messages: number;
  bytes: number;
}

/** Reads messages that are not in memory. */
export interface MessageSource {
  /**
   * @param seq only messages after this one
   * @param most the limits of the read; fewer where messages are large, none only if none follow
   * @param epoch the history that `seq` belongs to
   * @returns messages in order of `seq`
   * @throws if another history is open by now, or if messages after `seq` have been pruned: a hole must never look
   *   like an end
   */
  after(seq: number, most: MessageBound, epoch: string): Promise<PublishedMessage[]>;
}

/** The messages after a place, as an event. */
export interface MessagePage {
  readonly event: HubEvent;
  readonly bytes: number;
  /** The place after it. */
  readonly last: number;
}

/** A new client gets this many; they are always in memory, however large. */
export const FIRST_MESSAGES = 50;
export const PAGE_MESSAGES = 500;

const MEMORY_MESSAGES = 1_000;
const MEMORY_BYTES = 8 * 2 ** 20;
/** Room for the 50 longest messages that the swarm's tool writes (60 KB each), so that these are one event. */
const FIRST_BYTES = 4 * 2 ** 20;
const PAGE_BYTES = 2 ** 18;
const SHARED_PAGES = 64;
const COMMA = Buffer.from(',');
/**
 * All shared pages together; a first page alone may be that long. A page that no client asks for any more only costs
 * memory.
 */
const SHARED_BYTES = 2 * FIRST_BYTES;
/** How many page ends are remembered: those of 250 MB, or of fewer bytes where messages are short. */
const PAGE_ENDS = 1_000;

/** The largest number of bytes on a page of `limit` messages. */
function pageBytes(limit: number): number {
  return limit === FIRST_MESSAGES ? FIRST_BYTES : PAGE_BYTES;
}

export class MessageFeed {
  readonly epoch: string;
  readonly #source: MessageSource;
  /** Every message after `#memoryStart`, up to the head. */
  #messages: PublishedMessage[] = [];
  #memoryStart: number;
  #bytes = 0;
  #head: number;
  #oldest: number;
  /**
   * Pages by their place, the one that was requested last at the end: after a burst a hundred subscribers cost one read
   * and one encoding.
   */
  readonly #shared = new Map<string, MessagePage | Promise<MessagePage>>();
  /**
   * Places at which a page ends wherever it began: clients that are behind come from different places, and share their
   * pages from the first of these places on. Contains the places at which as many bytes have come as fit on a page;
   * every `PAGE_MESSAGES`th message is such a place too.
   */
  readonly #pageEnds: number[] = [];
  /** Bytes that have come since the last such place. */
  #unended = 0;

  /**
   * @param newest the newest messages in order, at least `FIRST_MESSAGES` if there are as many
   * @param oldestSeq the oldest message that is kept; the next one to come if there is none
   */
  constructor(source: MessageSource, epoch: string, newest: readonly PublishedMessage[], oldestSeq: number) {
    this.#source = source;
    this.epoch = epoch;
    this.#oldest = oldestSeq;
    this.#head = newest[0] ? newest[0].seq - 1 : Math.max(0, oldestSeq - 1);
    this.#memoryStart = this.#head;
    this.append(newest, this.#head);
  }

  get oldest(): number {
    return this.#oldest;
  }

  /** The newest message, 0 before the first. */
  get head(): number {
    return this.#head;
  }

  /** Whether every message after `seq` is still kept. */
  reaches(seq: number): boolean {
    return seq <= this.#head && seq >= this.#oldest - 1;
  }

  /**
   * Appends committed messages.
   *
   * @param messages in order; those already known are ignored, and those at the beginning of a large commit may be
   *   missing
   * @param lastSeq the newest committed message
   * @returns whether anything is new
   */
  append(messages: readonly PublishedMessage[], lastSeq: number): boolean {
    const fresh = messages.filter((message) => message.seq > this.#head);
    const last = fresh.at(-1)?.seq ?? 0;
    const head = Math.max(lastSeq, last);
    if (head <= this.#head) return false;

    const follows = fresh.length < messages.length || fresh[0]?.seq === this.#head + 1;
    if (last !== head || !follows) {
      // Messages in between are missing. Memory never has a hole: what it lacks is read from the source.
      this.#messages = [];
      this.#bytes = 0;
      this.#memoryStart = last === head ? (fresh[0] as PublishedMessage).seq - 1 : head;
      this.#unended = 0;
    }
    if (last === head) for (const message of fresh) this.#add(message);
    this.#head = head;
    this.#forgetOld();
    return true;
  }

  /**
   * Removes messages before `seq`, which have been pruned.
   *
   * @returns whether some of them are not published yet
   */
  prune(seq: number): boolean {
    if (seq <= this.#oldest) return false;
    this.#oldest = seq;
    this.#drop(this.#indexAfter(seq - 1));
    this.#memoryStart = Math.max(this.#memoryStart, seq - 1);
    if (seq - 1 <= this.#head) return false;
    this.#head = seq - 1;
    return true;
  }

  /** @returns the newest messages in order, null if memory does not reach that far. */
  newest(limit: number): PublishedMessage[] | null {
    if (this.#messages.length >= limit) return limit > 0 ? this.#messages.slice(-limit) : [];
    return this.#memoryStart < this.#oldest ? [...this.#messages] : null;
  }

  /** @returns the place before the newest `FIRST_MESSAGES` messages. */
  freshStart(): number {
    const index = this.#messages.length - FIRST_MESSAGES;
    if (index > 0) return (this.#messages[index - 1] as PublishedMessage).seq;
    if (index === 0 || this.#memoryStart < this.#oldest) return this.#memoryStart;
    return Math.max(this.#oldest - 1, this.#head - FIRST_MESSAGES);
  }

  /** @returns an event without messages that names the newest one. */
  emptyPage(): MessagePage {
    return this.#page([], this.#head);
  }

  /**
   * Cuts the page after a place before the head: at least one message.
   *
   * @param limit the largest number of messages
   * @returns the page, or a promise of it where it must be read; it rejects if the messages cannot be read
   */
  pageAfter(seq: number, limit: number): MessagePage | Promise<MessagePage> {
    const key = `${seq}/${limit}`;
    const shared = this.#shared.get(key);
    if (shared) {
      this.#shared.delete(key);
      this.#shared.set(key, shared);
      return shared;
    }
    if (seq >= this.#memoryStart) {
      const start = this.#indexAfter(seq);
      return this.#share(key, this.#livePage(this.#messages.slice(start, start + limit), limit));
    }
    const reading = this.#read(seq, limit);
    this.#share(key, reading);
    reading.then(
      (page) => this.#shared.has(key) && this.#share(key, page),
      () => this.#shared.delete(key),
    );
    return reading;
  }

  /** Frees the shared pages, while there are no subscribers. */
  forgetPages(): void {
    this.#shared.clear();
  }

  async #read(seq: number, limit: number): Promise<MessagePage> {
    if (!this.reaches(seq)) throw new Error(`The messages after ${seq} have been pruned.`);
    const rows = await this.#source.after(seq, { messages: limit, bytes: pageBytes(limit) }, this.epoch);
    // Rows beyond the head are committed but not published yet. A client must not know an id that the head lacks: if it
    // came back with it at once, it would get a gap that does not exist.
    const known = rows.filter((row) => row.seq > seq && row.seq <= this.#head);
    if (known.length === 0) throw new Error(`The messages after ${seq} are gone.`);
    return this.#livePage(known, limit);
  }

  #livePage(messages: readonly PublishedMessage[], limit: number): MessagePage {
    const isFirst = limit === FIRST_MESSAGES;
    const most = pageBytes(limit);
    const start = messages[0]?.seq ?? 0;
    const end = isFirst ? undefined : this.#pageEnd(start);
    let bytes = 0;
    const tooLong = messages.findIndex(({ seq, json }, index) => {
      bytes += json.byteLength;
      return index > 0 && (bytes > most || seq > (end ?? seq));
    });
    const fitting = tooLong < 0 ? messages : messages.slice(0, tooLong);
    return this.#page(fitting, fitting.at(-1)?.seq ?? this.#head);
  }

  /** @returns where the page ends that begins with message `start`, the same for every client */
  #pageEnd(start: number): number {
    const counted = Math.ceil(start / PAGE_MESSAGES) * PAGE_MESSAGES;
    return Math.min(counted, this.#pageEnds.find((known) => known >= start) ?? counted);
  }

  #page(messages: readonly PublishedMessage[], last: number): MessagePage {
    const parts = messages.flatMap(({ json }, index) => (index === 0 ? [json] : [COMMA, json]));
    const json = ['{"messages":[', ...parts, `],"count":${messages.length}}`];
    const bytes = messages.reduce((sum, message) => sum + message.json.byteLength, 0);
    return { event: { name: 'messages', json, id: formatCursor(this.epoch, last) }, bytes, last };
  }

  #share<Page extends MessagePage | Promise<MessagePage>>(key: string, page: Page): Page {
    this.#shared.set(key, page);
    let [count, bytes] = [0, 0];
    for (const [known, shared] of [...this.#shared].reverse()) {
      count += 1;
      bytes += shared instanceof Promise ? 0 : shared.bytes;
      if (known !== key && (count > SHARED_PAGES || bytes > SHARED_BYTES)) this.#shared.delete(known);
    }
    return page;
  }

  /** Appends the next message to those in memory. */
  #add(message: PublishedMessage): void {
    const { byteLength } = message.json;
    const before = this.#messages.at(-1);
    if (before && before.seq % PAGE_MESSAGES === 0) this.#unended = 0;
    else if (before && this.#unended + byteLength > PAGE_BYTES) {
      this.#pageEnds.push(before.seq);
      if (this.#pageEnds.length > PAGE_ENDS) this.#pageEnds.shift();
      this.#unended = 0;
    }
    this.#unended += byteLength;
    this.#messages.push(message);
    this.#bytes += byteLength;
  }

  #forgetOld(): void {
    let bytes = this.#bytes;
    let count = 0;
    while (
      this.#messages.length - count > FIRST_MESSAGES &&
      (this.#messages.length - count > MEMORY_MESSAGES || bytes > MEMORY_BYTES)
    ) {
      bytes -= (this.#messages[count] as PublishedMessage).json.byteLength;
      count++;
    }
    this.#drop(count);
  }

  /** Removes the oldest messages from memory. */
  #drop(count: number): void {
    for (const message of this.#messages.splice(0, count)) {
      this.#bytes -= message.json.byteLength;
      this.#memoryStart = message.seq;
    }
  }

  /** @returns the index in memory of the first message after `seq` */
  #indexAfter(seq: number): number {
    let [low, high] = [0, this.#messages.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#messages[middle] as PublishedMessage).seq <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
