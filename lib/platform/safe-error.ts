/**
 * Reduces an error to what a log may contain. A message may quote the text that was read (those of `JSON.parse` and of
 * SQLite searches do), and texts of the swarm must not be in a log file. Name, code and frames are enough for a
 * developer.
 */

/** An error without its message; survives structured cloning and JSON. */
export interface SafeError {
  name: string;
  code?: string;
  /** Only of errors whose messages are written by this project and quote no content. */
  message?: string;
  frames: string[];
}

/** Errors whose messages are sentences for an operator. */
const OWN = ['BundleFault', 'ConfigError', 'HistoryFault', 'ProjectRootError', 'QueryRefused'];
const FRAMES = 20;
const WORD = /^[\w.-]{1,80}$/;
const FRAME = /^ {4}at .{1,400}$/;

/** @param error the thrown value, which need not be an error */
export function safeError(error: unknown): SafeError {
  if (isSafe(error)) return error;
  if (!(error instanceof Error)) return { name: `thrown ${typeof error}`, frames: [] };
  const { name, message, stack = '' } = error;
  const { code } = error as NodeJS.ErrnoException;
  const safe: SafeError = { name: WORD.test(name) ? name : 'Error', frames: stackFrames(stack, message) };
  if (typeof code === 'string' && WORD.test(code)) safe.code = code;
  if (OWN.includes(name)) safe.message = message;
  return safe;
}

/** Another thread has already made it safe before sending it. */
function isSafe(error: unknown): error is SafeError {
  return !(error instanceof Error) && typeof error === 'object' && error !== null && 'frames' in error;
}

/**
 * A message may contain lines that look like frames, so it is removed first; if it is not found, no frame is trusted.
 */
function stackFrames(stack: string, message: string): string[] {
  const start = stack.indexOf(message);
  if (start < 0) return [];
  const lines = stack.slice(start + message.length).split('\n');
  return lines
    .filter((line) => FRAME.test(line))
    .slice(0, FRAMES)
    .map((line) => line.trim());
}
