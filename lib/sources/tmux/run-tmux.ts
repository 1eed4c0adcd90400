/** Runs tmux: no shell, bounded time and output, errors as sentences. */
import { execFile } from 'node:child_process';
import { lstat } from 'node:fs/promises';
import { limitRuns } from '../../platform/limit-runs';
import { errorCode } from '../../platform/read-file';

const TMUX_TIMEOUT_MS = 10_000;
const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;

/** A command of tmux failed. The message is a sentence. */
export class TmuxError extends Error {
  override readonly name = 'TmuxError';
  /**
   * @param known whether the command is known to have had no effect; it may have had one where it did not end in time
   * @param kind `other` for everything that is not about the server as a whole
   */
  constructor(
    message: string,
    readonly known: boolean,
    readonly kind: 'no_tmux' | 'other_user' | 'gone' | 'other' = 'other',
  ) {
    super(message);
  }
}

/**
 * Runs commands in one tmux server.
 *
 * @param socket of the server, absolute
 * @param words of one or more commands, separated by a word `;`
 * @param input for standard input
 * @returns its output
 * @throws {TmuxError}
 */
export type RunTmux = (socket: string, words: readonly string[], input?: string) => Promise<string>;

/** Runs the program `tmux`. */
export const runTmux: RunTmux = async (socket, words, input) => {
  await checkSocket(socket);
  return new Promise((resolve, reject) => {
    const options = { timeout: TMUX_TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES, killSignal: 'SIGKILL' } as const;
    // -u: tmux replaces what is not ASCII where it takes the client's terminal for one without UTF-8.
    const child = execFile('tmux', ['-u', '-S', socket, ...words], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(failure(error, stderr, socket));
    });
    // A tmux that ends early closes its input; its exit says why.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input ?? '');
  });
};

/** @returns `runTmux`, of which at most some programs run at a time */
export function tmuxRunner(max: number): RunTmux {
  return limitRuns(runTmux, max);
}

/** The socket is named by the environment of a process of this user; nothing is written to anybody else's. */
async function checkSocket(socket: string): Promise<void> {
  try {
    const found = await lstat(socket);
    const user = process.getuid?.() ?? null;
    if (!found.isSocket()) throw new TmuxError(`${socket} is no socket of tmux.`, true);
    if (user !== null && found.uid !== user)
      throw new TmuxError(`${socket} belongs to another user.`, true, 'other_user');
  } catch (error) {
    if (error instanceof TmuxError) throw error;
    throw new TmuxError(`The tmux server at ${socket} is gone (${errorCode(error)}).`, true, 'gone');
  }
}

function failure(error: Error & { killed?: boolean; code?: unknown }, stderr: string, socket: string): TmuxError {
  if (error.code === 'ENOENT') return new TmuxError('tmux is not installed where the dashboard runs.', true, 'no_tmux');
  if (error.killed === true) return new TmuxError(`tmux did not answer within ${TMUX_TIMEOUT_MS / 1000} s.`, false);
  const [said = ''] = stderr.trim().split('\n');
  if (/no server running|error connecting|server exited|lost server/.test(said)) {
    return new TmuxError(`The tmux server at ${socket} is gone.`, !/exited|lost/.test(said), 'gone');
  }
  return new TmuxError(`tmux refused: ${said.slice(0, 200) || 'without a reason'}.`, true);
}
