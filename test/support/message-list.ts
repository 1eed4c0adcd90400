/** A `MessageListStore` before a stream and a history that a test controls. */

import type { MessageListInput } from '@/components/messages/message-list-state';
import { MessageListStore } from '@/components/messages/message-list-store';
import type { Place } from '@/components/messages/message-pages';
import { ApiError } from '@/lib/client/api-error';
import { NO_CHOICE } from '@/lib/client/message-filter';
import { formatCursor, parseCursor } from '@/lib/contract/events';
import type { Message, MessagesAnswer } from '@/lib/contract/schemas';

export const EPOCH = 'e';
/** How many messages the stream keeps in these tests. */
export const TAIL = 10;

const sender = (seq: number) => (seq % 2 === 0 ? 'even' : 'odd');
const message = (seq: number): Message => ({ seq, sender: sender(seq), sent_at: null });
export const range = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);
export const EVEN = { ...NO_CHOICE, from: 'even' };
/** Only the server knows which messages match; here it answers with the even ones. */
export const SEARCH = { ...NO_CHOICE, q: 'even' };

/** What the stream has of the messages up to `head`. */
export function stream(head: number, tail = TAIL, epoch = EPOCH) {
  return { messages: range(Math.max(1, head - tail + 1), head).map(message), lastEventId: formatCursor(epoch, head) };
}

/** That, with a filter and an address. */
export function input(head: number, part: Partial<MessageListInput> = {}): MessageListInput {
  return { ...stream(head), choice: NO_CHOICE, pointedAt: null, ...part };
}

/** The page that a server with messages 1 to `head` answers. */
function page(choice: string, place: Place, limit: number, head: number): MessagesAnswer {
  const all = range(1, head).filter((seq) => choice === '' || sender(seq) === 'even');
  const at = Object.values(place ?? {}).map((cursor) => parseCursor(cursor)?.seq ?? 0)[0] ?? 0;
  const older = place !== null && 'before' in place ? all.filter((seq) => seq < at) : all;
  const start = all.findIndex((seq) => seq >= at);
  const seqs =
    place !== null && 'after' in place
      ? all.filter((seq) => seq > at).slice(0, limit)
      : place !== null && 'around' in place
        ? all.slice(Math.max(0, start - limit / 2), start + limit / 2)
        : older.slice(-limit);
  const [first] = seqs;
  return {
    messages: seqs.map(message),
    count: seqs.length,
    limit,
    next_cursor: formatCursor(EPOCH, seqs.at(-1) ?? at),
    previous_cursor: first === undefined || first === all[0] ? null : formatCursor(EPOCH, first),
  };
}

export interface Read {
  choice: string;
  place: Place | 'first';
  limit: number;
  signal: AbortSignal | undefined;
  /** Answers as a server with messages up to `head` does. */
  answer: (head: number) => Promise<void>;
  fail: (status: number | null) => Promise<void>;
}

function pending(reads: Read[], read: Pick<Read, 'choice' | 'place' | 'limit' | 'signal'>): Promise<MessagesAnswer> {
  let resolve: (page: MessagesAnswer) => void = () => {};
  let reject: (error: ApiError) => void = () => {};
  const promise = new Promise<MessagesAnswer>((onPage, onError) => {
    resolve = onPage;
    reject = onError;
  });
  const settled = () =>
    promise.then(
      () => {},
      () => {},
    );
  reads.push({
    ...read,
    answer: (head) => {
      const place = read.place === 'first' ? { after: formatCursor(EPOCH, 0) } : read.place;
      const whole = page(read.choice, place, read.limit, head);
      resolve(read.place === 'first' ? { ...whole, previous_cursor: null } : whole);
      return settled();
    },
    fail: (status) => {
      reject(new ApiError('It failed.', status));
      return settled();
    },
  });
  return promise;
}

/** A store with its reads, oldest first; `show` draws an input and accepts it, as the hook does. */
export function listOf(first: MessageListInput) {
  const reads: Read[] = [];
  const store = new MessageListStore(
    {
      readPage: (choice, place, limit, signal) => pending(reads, { choice, place, limit, signal }),
      readFirstPage: (choice, _, limit, signal) => pending(reads, { choice, place: 'first', limit, signal }),
    },
    first,
  );
  let current = first;
  const show = (part: Partial<MessageListInput>) => {
    current = { ...current, ...part };
    store.view(current);
    store.accept(current);
  };
  const view = () => store.view(current);
  const seqs = () => view().window?.messages.map(({ seq }) => seq) ?? null;
  show(first);
  const last = () => reads.at(-1) as Read;
  return { store, show, view, seqs, reads, last };
}
