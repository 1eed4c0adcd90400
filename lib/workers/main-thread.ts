/** What a worker can find out about the main thread while that is blocked, and do in its place. */
import { readFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { constants } from 'node:os';

/** What the main thread is doing. */
export interface MainThreadSample {
  /** The call stack, innermost first; empty while the thread is in a system call or in native code. */
  frames: string[];
  /** The state of the thread by the operating system: `running`, `sleeping`, ...; null if it is not known. */
  threadState: string | null;
}

const SAMPLE_TIMEOUT_MS = 500;
const MAX_FRAMES = 30;
const FRAME = /^ {4}at .{1,400}$/;
/** The frames of the evaluated expression itself. */
const OWN_FRAMES = 2;
const STACK = `(() => {
  const { stackTraceLimit } = Error;
  const here = {};
  Error.stackTraceLimit = ${MAX_FRAMES + OWN_FRAMES};
  Error.captureStackTrace(here);
  Error.stackTraceLimit = stackTraceLimit;
  return String(here.stack);
})()`;

const THREAD_STATES: Readonly<Record<string, string>> = {
  R: 'running',
  S: 'sleeping',
  D: 'waiting for a disk',
  T: 'stopped',
  t: 'stopped by a debugger',
};

/**
 * Reads the main thread's stack. V8 interrupts JavaScript for that, loops and regular expressions included; it can't
 * interrupt a system call. Costs the main thread less than a millisecond.
 */
export async function sampleMainThread(): Promise<MainThreadSample> {
  const frames = await mainThreadFrames();
  return { frames, threadState: threadState() };
}

function mainThreadFrames(): Promise<string[]> {
  const session = new Session();
  return new Promise<string[]>((resolve) => {
    setTimeout(() => resolve([]), SAMPLE_TIMEOUT_MS).unref();
    session.connectToMainThread();
    session.post('Runtime.evaluate', { expression: STACK, returnByValue: true, silent: true }, (error, answer) => {
      const stack: unknown = error ? null : answer.result.value;
      resolve(typeof stack === 'string' ? threadFrames(stack) : []);
    });
  })
    .catch(() => [])
    .finally(() => session.disconnect());
}

function threadFrames(stack: string): string[] {
  const frames = stack.split('\n').filter((line) => FRAME.test(line));
  return frames.slice(OWN_FRAMES, OWN_FRAMES + MAX_FRAMES).map((line) => line.trim());
}

function threadState(): string | null {
  try {
    const stat = readFileSync(`/proc/self/task/${process.pid}/stat`, 'latin1');
    const letter = stat.charAt(stat.lastIndexOf(')') + 2);
    return THREAD_STATES[letter] ?? letter;
  } catch {
    return null; // not Linux
  }
}

interface SignalHandle {
  onsignal: (signal: number) => void;
  start(signal: number): number;
  unref(): void;
  close(): void;
}

/**
 * Calls back in this thread on the signals that end the process. Node delivers signals only to the main thread, but
 * libuv delivers each one to every loop that has a handle for it, and Node's internal class for that handle also works
 * in a worker. It can only be reached through `process.binding`.
 *
 * @returns a function that stops listening; null if this version of Node has no such class
 */
export function watchSignals(onSignal: (signal: number) => void): (() => void) | null {
  const { binding } = process as { binding?: (name: string) => { Signal?: new () => SignalHandle } };
  const { noDeprecation } = process;
  try {
    // For this thread only. The warning about the class would look like a fault of the dashboard.
    process.noDeprecation = true;
    const Signal = binding?.call(process, 'signal_wrap').Signal;
    if (!Signal) return null;
    const handles = [constants.signals.SIGTERM, constants.signals.SIGINT].map((signal) => {
      const handle = new Signal();
      handle.unref();
      handle.onsignal = onSignal;
      handle.start(signal);
      return handle;
    });
    return () => {
      for (const handle of handles) handle.close();
    };
  } catch {
    return null;
  } finally {
    process.noDeprecation = noDeprecation;
  }
}

/** Ends the process at once, whatever the main thread does. In a worker `process.exit` would end only that worker. */
export async function endProcess(exitCode: number): Promise<void> {
  try {
    const { default: koffi } = await import('koffi');
    koffi.load(null).func('void _exit(int)')(exitCode);
  } finally {
    process.kill(process.pid, 'SIGKILL');
  }
}
