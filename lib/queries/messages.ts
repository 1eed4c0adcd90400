/** Pages of messages: those of the API, and the replay of the stream. */
import { formatCursor } from '../contract/events';
import { type EncodedMessage, encodeMessages } from '../history/encoded-messages';
import type { History, KeptMessage } from '../history/history';
import { type MessagePlace, type MessageQuery, QueryRefused, type Questions } from './questions';

const BEGIN = '{"messages":[';
const COMMA = Buffer.from(',');

/** @returns a `MessagesAnswer` as JSON. */
export function messagesPage(history: History, query: MessageQuery): string {
  const head = history.head();
  for (const place of [query.before, query.after, query.around]) {
    if (place) assertReachable(history, place, head);
  }
  const { messages, hasOlder } = history.page({
    limit: query.limit,
    filter: query.filter,
    before: query.before?.seq,
    after: query.after?.seq,
    around: query.around?.seq,
  });
  const given = query.before ?? query.after ?? query.around;
  const last = messages.at(-1)?.seq ?? given?.seq ?? head;
  // An empty page after a place still has something before it: the place itself, which its reader knows.
  const first = messages[0]?.seq ?? given?.seq ?? 0;
  return messagesAnswer(messages, query.limit, {
    next: formatCursor(history.epoch, last),
    previous: hasOlder ? formatCursor(history.epoch, first) : null,
  });
}

/** Where the pages before and after one begin. */
interface Cursors {
  next: string;
  previous: string | null;
}

/** Puts a page together without parsing the messages again. */
export function messagesAnswer(messages: readonly KeptMessage[], limit: number, cursors: Cursors): string {
  const listed = messages.map(({ json }) => json).join(',');
  return `${BEGIN}${listed}${pageEnd(messages.length, limit, cursors)}`;
}

/** The same of messages that are bytes already. */
export function encodedPage(
  messages: readonly EncodedMessage[],
  limit: number,
  cursors: Cursors,
): Uint8Array<ArrayBuffer> {
  const listed = messages.flatMap(({ json }, index) => (index === 0 ? [json] : [COMMA, json]));
  return Buffer.concat([Buffer.from(BEGIN), ...listed, Buffer.from(pageEnd(messages.length, limit, cursors))]);
}

function pageEnd(count: number, limit: number, { next, previous }: Cursors): string {
  const envelope = { count, limit, next_cursor: next, previous_cursor: previous };
  return `],${JSON.stringify(envelope).slice(1)}`;
}

/** @returns the messages that follow a place, in order */
export function messagesAfter(history: History, { epoch, seq, most }: Questions['after']['query']): EncodedMessage[] {
  assertReachable(history, { epoch, seq }, history.head());
  return encodeMessages(history.after(seq, most.messages, most.bytes));
}

function assertReachable(history: History, { epoch, seq }: MessagePlace, head: number): void {
  const because =
    epoch !== history.epoch
      ? 'it belongs to another history'
      : seq > head
        ? 'no such message exists yet'
        : seq < history.oldest() - 1
          ? 'the messages there are no longer kept'
          : null;
  if (because === null) return;
  const detail = `The cursor ${formatCursor(epoch, seq)} is no longer valid: ${because}. Retry without a cursor.`;
  throw new QueryRefused('gone_cursor', detail);
}
