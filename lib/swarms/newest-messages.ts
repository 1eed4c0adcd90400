/** The newest messages of a live swarm, answered from the hub's memory. */
import { formatCursor } from '../contract/events';
import type { Message } from '../contract/schemas';
import type { Hub } from '../hub/hub';
import { encodedPage } from '../queries/messages';
import type { Json, MessageQuery } from '../queries/questions';

/**
 * @returns a `MessagesAnswer` as JSON; null where the history has to be asked, for a query with a place or a filter, or
 *   for more messages than are in memory
 */
export function newestPage(hub: Pick<Hub, 'newest' | 'head' | 'oldest'>, query: MessageQuery): Json | null {
  const conditions = [query.before, query.after, query.around, ...Object.values(query.filter)];
  const isPlain = conditions.every((condition) => condition === undefined);
  const newest = isPlain ? hub.newest(query.limit) : null;
  if (!newest) return null;
  const { epoch, seq } = hub.head();
  const first = newest[0]?.seq ?? 0;
  return encodedPage(newest, query.limit, {
    next: formatCursor(epoch, newest.at(-1)?.seq ?? seq),
    previous: first > hub.oldest() ? formatCursor(epoch, first) : null,
  });
}

/** @returns the newest messages in order, at most `limit`; none where memory does not reach that far */
export function newestMessages(hub: Pick<Hub, 'newest'>, limit: number): Message[] {
  const decoder = new TextDecoder();
  return (hub.newest(limit) ?? []).map(({ json }) => JSON.parse(decoder.decode(json)) as Message);
}
