/** Commands in the record of a history, for tests: as of a dashboard that ended before the test's own. */
import type { ActionRecord } from '../../lib/contract/action-record';
import { Actions } from '../../lib/history/actions';
import { History } from '../../lib/history/history';
import { actionRecord } from './action-records';

/** Adds commands in order. One with the outcome `started` is lost: its process has ended. */
export function recordCommands(file: string, commands: readonly Partial<ActionRecord>[]): void {
  const history = new History(file);
  const actions = new Actions(history.db, 'earlier');
  for (const fields of commands) {
    const record = actionRecord({ at: Date.now(), ...fields });
    if (record.outcome === 'started') actions.start(record);
    else actions.end({ ...record, endedAt: record.at });
  }
  history.close();
}
