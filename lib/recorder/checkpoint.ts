/** The place in the message log up to which a history has recorded, as it is kept with the history. */

import type { History } from '../history/history';
import { HistoryFault } from '../history/history-fault';
import { parseLine } from '../sources/claudeswarm/log-line';
import { isLogCheckpoint, type LogCheckpoint } from '../sources/claudeswarm/message-log';

const MAX_COPIED_MESSAGES = 1000;

/**
 * @returns the checkpoint of the last commit, null before the first
 * @throws {HistoryFault} if the database contains something else
 */
export function committedCheckpoint(history: History): LogCheckpoint | null {
  const text = history.checkpoint();
  if (text === null) return null;
  try {
    const checkpoint: unknown = JSON.parse(text);
    if (isLogCheckpoint(checkpoint)) return checkpoint;
  } catch {
    // Not even JSON.
  }
  throw new HistoryFault('corrupt', `The history ${history.file} is damaged (its checkpoint can't be read).`);
}

/**
 * Copies the checkpoint and the newest messages of a history to an empty one in memory. If they can't be read, the
 * memory stays empty, and the log is read again from its start.
 *
 * @param now milliseconds since 1970
 */
export function seedMemory(memory: History, from: History, now: number): void {
  try {
    // Throws for an invalid checkpoint, with which the memory could not be used either.
    const checkpoint = committedCheckpoint(from);
    if (checkpoint === null) return;
    const lines = from.newestRows(MAX_COPIED_MESSAGES).flatMap(({ line: text, team }) => {
      const line = parseLine(Buffer.from(text), false);
      return line && !('error' in line) ? [{ ...line, ...(team !== null && { team }) }] : [];
    });
    memory.append(lines, JSON.stringify(checkpoint), now);
    memory.keepTeamKeys(from.teamKeys(MAX_COPIED_MESSAGES));
  } catch {
    // See above.
  }
}
