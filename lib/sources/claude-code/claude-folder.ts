/** The folder of Claude Code, and whether it may be read. */
import { stat } from 'node:fs/promises';
import { describeFileError, errorCode } from '../../platform/read-file';
import type { ReaderStatus } from '../source-status';

/** Folders in it that are read. Nothing else of it is ever opened: it also contains credentials. */
export const [SESSIONS_FOLDER, TEAMS_FOLDER, TASKS_FOLDER] = ['sessions', 'teams', 'tasks'];

export const CLAUDE_CODE_OFF: Pick<ReaderStatus, 'state' | 'reason'> = {
  state: 'missing',
  reason: "CLAUDE_CODE is off: nothing of Claude Code's own files is read.",
};

/** Whether the folder can be read, with a sentence for every state but `ok`. */
export type ClaudeFolderState = Pick<ReaderStatus, 'state' | 'reason'>;

/**
 * Looks at the folder of Claude Code. Costs one `stat`.
 *
 * @param folder absolute, as the settings name it
 * @param user the id of the user whose folder may be read; null on systems without one
 */
export async function claudeFolderState(
  folder: string,
  user: number | null = process.getuid?.() ?? null,
): Promise<ClaudeFolderState> {
  try {
    const found = await stat(folder);
    if (!found.isDirectory()) {
      return { state: 'unreadable', reason: `${folder} is not a folder; correct CLAUDE_CONFIG_DIR.` };
    }
    if (user !== null && found.uid !== user) {
      const remedy = 'start the dashboard as that user, or set CLAUDE_CODE=off';
      const reason = `${folder} belongs to another user (uid ${found.uid}), so its sessions are not read; ${remedy}.`;
      return { state: 'unreadable', reason };
    }
    return { state: 'ok', reason: null };
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes(errorCode(error))) {
      return { state: 'unreadable', reason: `${folder} can't be read: ${describeFileError(error)}.` };
    }
    return {
      state: 'missing',
      reason: `There is no ${folder}: Claude Code has not run for this user, or it uses another folder (CLAUDE_CONFIG_DIR).`,
    };
  }
}

const SEVERITY = ['unreadable', 'degraded', 'missing', 'ok'] as const;

/**
 * Joins what the readers and the watcher of the folder report to one source.
 *
 * @returns the worst state, with all reasons and everything that was skipped
 */
export function claudeCodeStatus(first: ReaderStatus, ...others: readonly ReaderStatus[]): ReaderStatus {
  const all = [first, ...others];
  const [worst = first] = [...all].sort((a, b) => SEVERITY.indexOf(a.state) - SEVERITY.indexOf(b.state));
  const reasons = new Set(all.flatMap(({ reason }) => reason ?? []));
  return {
    state: worst.state,
    reason: reasons.size === 0 ? null : [...reasons].join(' '),
    since: worst.since,
    keptFrom: all.find(({ keptFrom }) => keptFrom !== null)?.keptFrom ?? null,
    skipped: all.flatMap(({ skipped }) => skipped),
  };
}
