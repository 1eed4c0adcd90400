/** What the file of one session says at this moment, for commands that must not act on an older state. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describeFileError, errorCode } from '../../platform/read-file';
import { SESSIONS_FOLDER } from './claude-folder';
import { MAX_SESSION_BYTES, parseSession, type SessionFile } from './session-file';

/** Claude Code writes in place: what is half written is whole some milliseconds later. */
const RETRY_INTERVAL_MS = 30;
const MAX_ATTEMPTS = 10;

/** `ended`: the session has removed its file. `unreadable`: with the end of a sentence about it. */
export type SessionNow =
  | { kind: 'read'; session: SessionFile }
  | { kind: 'ended' }
  | { kind: 'unreadable'; fault: string };

/** @param folder of Claude Code */
export async function readSessionNow(folder: string, pid: number): Promise<SessionNow> {
  const path = join(folder, SESSIONS_FOLDER, `${pid}.json`);
  let fault = '';
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    if (attempt > 0) await delay(RETRY_INTERVAL_MS);
    try {
      const bytes = await readFile(path);
      if (bytes.length > MAX_SESSION_BYTES) return { kind: 'unreadable', fault: 'is too large' };
      const parsed = parseSession(bytes, pid);
      if ('content' in parsed) return { kind: 'read', session: parsed.content };
      fault = parsed.fault;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return { kind: 'ended' };
      fault = `can't be read: ${describeFileError(error)}`;
    }
  }
  return { kind: 'unreadable', fault };
}
