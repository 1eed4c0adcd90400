/** One file `sessions/<pid>.json`. */
import { isObject } from '../../platform/json-shape';
import type { ClaudeSession } from './claude-session';
import { instantField, parseJson, pidField, textField } from './json-fields';

/** A file of 700 bytes is usual. */
export const MAX_SESSION_BYTES = 64 * 1024;
const MAX_PATH_LENGTH = 4096;

/** What one file says: all of a session but whether its process runs. */
export type SessionFile = Omit<ClaudeSession, 'alive' | 'keptFrom'> & {
  /** The system and the namespace in which `pid` counts. */
  pidDomain: string | null;
};

const NAME = /^([1-9]\d{0,9})\.json$/;

/** @returns the pid in the name of a session's file; null for every other file, such as the credentials beside it */
export function sessionPid(name: string): number | null {
  const digits = NAME.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
}

/**
 * Reads one file, tolerantly: unknown fields are left out, unknown words passed on.
 *
 * @param pid the one in its name
 * @returns the session, or why there is none
 */
export function parseSession(bytes: Buffer, pid: number): { content: SessionFile } | { fault: string } {
  const parsed = parseJson(bytes);
  if ('fault' in parsed) return parsed;
  const { value } = parsed;
  if (!isObject(value)) return { fault: 'contains no JSON object' };
  if (value.pid !== undefined && pidField(value.pid) !== pid) return { fault: 'names another pid than its own name' };
  const status = textField(value.status);
  return {
    content: {
      ...{ pid, procStart: textField(value.procStart), pidDomain: textField(value.pidDomain) },
      ...{ sessionId: textField(value.sessionId), cwd: textField(value.cwd, MAX_PATH_LENGTH) },
      ...{ name: textField(value.name), nameSource: textField(value.nameSource), version: textField(value.version) },
      ...{ kind: textField(value.kind), entrypoint: textField(value.entrypoint), tmux: readTmux(value.tmux) },
      messagingSocketPath: textField(value.messagingSocketPath, MAX_PATH_LENGTH),
      jobId: textField(value.jobId),
      status,
      // An old reason must not outlive its status, whatever another version leaves in the file.
      waitingFor: status === 'waiting' ? textField(value.waitingFor) : null,
      statusUpdatedAt: instantField(value.statusUpdatedAt),
      startedAt: instantField(value.startedAt),
    },
  };
}

/** @returns the parts of `<session>:@<window>.%<pane>`; the session's name may contain anything */
function readTmux(value: unknown): ClaudeSession['tmux'] {
  const [, session, window, pane] = /^(.*):(@\d+)\.(%\d+)$/s.exec(textField(value) ?? '') ?? [];
  return session === undefined || window === undefined || pane === undefined ? null : { session, window, pane };
}
