/**
 * What of an error may stand in a log. A message may quote what was being read (`JSON.parse` does, and so does SQLite of
 * a search), and a swarm's texts have no place in a log file; the name, the code and the frames tell a developer enough.
 */

/** An error without its message; survives structured cloning and JSON. */
export interface SafeError {
  name: string;
  code?: string;
  /** Only of errors whose sentences are this project's own and quote no content. */
  message?: string;
  frames: string[];
}

/** Their messages are whole sentences made for an operator. */
const OWN = ['BundleFault', 'ConfigError', 'HistoryFault', 'ProjectRootError', 'QueryRefused'];
const FRAMES = 20;
const WORD = /^[\w.-]{1,80}$/;
const FRAME = /^ {4}at .{1,400}$/;

/** @param error whatever was thrown; need not be an error */
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

/** A thread has made it safe before it was told to this one. */
function isSafe(error: unknown): error is SafeError {
  return !(error instanceof Error) && typeof error === 'object' && error !== null && 'frames' in error;
}

/** A message may hold lines that look like frames, so it is cut out before; where it can't be found nothing is trusted. */
function stackFrames(stack: string, message: string): string[] {
  const start = stack.indexOf(message);
  if (start < 0) return [];
  const lines = stack.slice(start + message.length).split('\n');
  return lines
    .filter((line) => FRAME.test(line))
    .slice(0, FRAMES)
    .map((line) => line.trim());
}
