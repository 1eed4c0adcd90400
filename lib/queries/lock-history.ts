/** Who held a file when. */
import type { LockHistory } from '../contract/past-schemas';
import type { History } from '../history/history';
import { lockSpanOf, spansOfPath } from '../history/span-reader';
import { spanPage } from './cursor-page';
import type { Questions } from './questions';

/**
 * @returns a `LockHistory` as JSON
 * @throws {QueryRefused} if the cursor is no longer valid
 */
export function lockHistory(history: History, query: Questions['lock_history']['query']): string {
  const { filepath, holder } = query;
  const { rows, previous_cursor } = spanPage(history, query, (bounds) =>
    spansOfPath(history.db, filepath, holder, bounds),
  );
  const answer: LockHistory = { filepath, spans: rows.map(lockSpanOf), count: rows.length, previous_cursor };
  return JSON.stringify(answer);
}
