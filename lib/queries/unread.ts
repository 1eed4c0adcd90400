/** Which messages agents have not read, by their read marks. */
import type { Addressed } from '../history/addressed-messages';
import type { History } from '../history/history';
import { EVERYONE } from '../sources/claudeswarm/message-fields';
import { QueryRefused, type Questions } from './questions';

/**
 * @returns the messages after the marks, all of them or those among the next ones after a message
 * @throws {QueryRefused} if `after` is of another history
 */
export function unread(
  history: History,
  { marks, after }: Questions['unread']['query'],
): Addressed & { epoch: string } {
  const { epoch } = history;
  if (after === null) return { epoch, ...history.addressed.later(marks, EVERYONE, history.head()) };
  if (after.epoch !== epoch) throw new QueryRefused('gone_cursor', 'The history is another one than before.');
  return { epoch, ...history.addressed.after(marks, EVERYONE, after.seq) };
}
