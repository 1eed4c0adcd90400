/** Pages of the record of commands. Their cursors are `<epoch>.<id of a command>`. */
import type { ActionEntry, ActionsAnswer } from '../contract/action-schemas';
import { formatCursor } from '../contract/events';
import { formatInstant } from '../contract/instant';
import { type ActionRow, actionIds, actionRows } from '../history/action-rows';
import type { History } from '../history/history';
import { type ActionPage, type MessagePlace, QueryRefused } from './questions';

/**
 * @returns an `ActionsAnswer` as JSON
 * @throws {QueryRefused} if the cursor is no longer valid
 */
export function actionsPage(history: History, { before, after, ...query }: ActionPage): string {
  const { head, oldest } = actionIds(history.db);
  // A page after the newest command is empty; one before the next command has the newest.
  if (before) assertReachable(history, before, { oldest, last: head + 1 });
  if (after) assertReachable(history, after, { oldest, last: head });
  const { rows, hasOlder } = actionRows(history.db, { ...query, before: before?.seq, after: after?.seq });
  const cursor = (id: number) => formatCursor(history.epoch, id);
  // Of an empty page, the places between which it lies.
  const newest = rows[0]?.id ?? after?.seq ?? (before === undefined ? head : Math.max(0, before.seq - 1));
  const last = rows.at(-1)?.id ?? newest + 1;
  const answer: ActionsAnswer = {
    actions: rows.map(actionEntry),
    next_cursor: hasOlder ? cursor(last) : null,
    previous_cursor: head > 0 ? cursor(newest) : null,
  };
  return JSON.stringify(answer);
}

function actionEntry({ at, ended_at, principal, agent, request, ...row }: ActionRow): ActionEntry {
  return {
    ...row,
    at: formatInstant(at),
    ended_at: ended_at === null ? null : formatInstant(ended_at),
    principal: principal || null,
    agent_id: agent,
    request: JSON.parse(request),
  };
}

function assertReachable(history: History, { epoch, seq }: MessagePlace, ids: { oldest: number; last: number }): void {
  const because =
    epoch !== history.epoch
      ? 'it belongs to another history'
      : seq > ids.last
        ? 'no such command exists yet'
        : seq < ids.oldest - 1
          ? 'the commands there are no longer kept'
          : null;
  if (because === null) return;
  const detail = `The cursor ${formatCursor(epoch, seq)} is no longer valid: ${because}. Retry without a cursor.`;
  throw new QueryRefused('gone_cursor', detail);
}
