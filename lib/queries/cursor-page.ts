/** Pages of spans: their cursors are `<epoch>.<id of a span>`. */
import { formatCursor } from '../contract/events';
import type { History } from '../history/history';
import type { SpanRows } from '../history/span-reader';
import { QueryRefused, type SpanPage } from './questions';

/**
 * Reads one page.
 *
 * @param read gives the spans before an id, or null if that is no longer kept
 * @throws {QueryRefused} if the cursor is of another history or leads to what is no longer kept
 */
export function spanPage(
  history: History,
  { limit, before }: SpanPage,
  read: (bounds: { limit: number; before?: number }) => SpanRows | null,
): { rows: SpanRows['rows']; previous_cursor: string | null } {
  const foreign = before !== undefined && before.epoch !== history.epoch;
  const page = foreign ? null : read({ limit, ...(before && { before: before.seq }) });
  if (page) {
    const { rows, previous } = page;
    return { rows, previous_cursor: previous === null ? null : formatCursor(history.epoch, previous) };
  }
  const cursor = before ? formatCursor(before.epoch, before.seq) : '';
  const because = foreign ? 'it belongs to another history' : 'its entry is no longer kept';
  throw new QueryRefused('gone_cursor', `The cursor ${cursor} is no longer valid: ${because}. Retry without a cursor.`);
}
