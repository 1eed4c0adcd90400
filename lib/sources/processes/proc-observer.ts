/** Observes processes on Linux through `/proc`. */
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { errorCode } from '../../platform/read-file';
import { processExists, readProcStat } from './proc-stat';
import { type Observation, observeTree, type ProcessObserver, type TreeNode } from './process-observer';

/**
 * Creates the observer for Linux. It reads only the listed processes and those below them, about 40 us each. See
 * proc(5).
 *
 * @param proc the folder, `/proc` except in tests
 * @param user the id of the user whose processes count
 * @param maxProcesses how many are read in one observation; the others are unseen
 */
export function procObserver(proc: string, user: number, maxProcesses = MAX_PROCESSES): ProcessObserver {
  const hides = mayHide(readText(`${proc}/mounts`));
  const namespace = readLink(`${proc}/self/ns/pid`);
  return {
    // Called once a second, with some delay of the event loop.
    intervalMs: 900,
    observe(pids) {
      let read: number | undefined;
      const bootTime = () => {
        read ??= Number(/^btime (\d+)$/m.exec(readText(`${proc}/stat`))?.[1] ?? Number.NaN) * 1000;
        return read;
      };
      const context = { proc, user, namespace, bootTime, left: maxProcesses };
      return new Map(
        pids.map((pid) => [pid, observeInProc(pid, context) ?? (hides && processExists(pid) ? 'unseen' : 'gone')]),
      );
    },
  };
}

/** Per observation, about 40 us each; nothing is known of further ones. */
const MAX_PROCESSES = 3000;

interface ProcContext {
  proc: string;
  user: number;
  /** Of this process; empty where unknown. */
  namespace: string;
  /** Milliseconds since 1970. */
  bootTime: () => number;
  /** How many processes may still be read in this observation. */
  left: number;
}

/** The unit of times in `/proc`, the same on every Linux that Node runs on. */
const MS_PER_TICK = 10;

/** @returns null if no such process can be seen */
function observeInProc(pid: number, context: ProcContext): Observation | null {
  const { proc, user, namespace, bootTime } = context;
  // An exception for each process that is gone would be most of an idle swarm's cost.
  if (!existsSync(`${proc}/${pid}`)) return null;
  if (context.left <= 0) return 'unseen';
  try {
    const { state, startTicks } = readProcStat(proc, pid);
    const owner = /^Uid:\s+(\d+)/m.exec(readFileSync(`${proc}/${pid}/status`, 'latin1'))?.[1];
    if (Number(owner) !== user) return 'other_user';
    if (state === 'Z' || state === 'X') return 'gone';
    // The registry of a container lists pids of its own namespace: the process of that number here is another one.
    const own = readLink(`${proc}/${pid}/ns/pid`);
    if (namespace !== '' && own !== '' && own !== namespace) return 'other_namespace';
    const startedAt = bootTime() + startTicks * MS_PER_TICK;
    if (!Number.isFinite(startedAt)) return 'unseen';
    const tree = observeTree(
      pid,
      (at) => childrenInProc(proc, at),
      (at) => {
        context.left -= 1;
        return context.left < 0 ? null : nodeInProc(proc, at);
      },
    );
    // Not all processes below it were read.
    if (context.left < 0) return 'unseen';
    return { startedAt, startId: startTicks, ...tree };
  } catch (error) {
    return errorCode(error) === 'ENOENT' || errorCode(error) === 'ESRCH' ? null : 'unseen';
  }
}

function nodeInProc(proc: string, pid: number): TreeNode | null {
  try {
    const { state } = readProcStat(proc, pid);
    if (state === 'Z' || state === 'X') return null;
    const line = {
      command: readText(`${proc}/${pid}/comm`).trim(),
      // A binary that was replaced while it runs.
      executable: readLink(`${proc}/${pid}/exe`).replace(/ \(deleted\)$/, ''),
      args: readText(`${proc}/${pid}/cmdline`).split('\0'),
    };
    return { line, suspended: state === 'T' };
  } catch {
    return null; // it ended meanwhile
  }
}

/**
 * Whether processes of other users may be hidden: by the mount options of `/proc`, or because they are unknown. See
 * proc(5).
 *
 * @param mounts the table of mounts
 */
function mayHide(mounts: string): boolean {
  // The last mount counts: it covers the others.
  const options = mounts
    .split('\n')
    .flatMap((line) => /^\S+ \/proc proc (\S+)/.exec(line)?.[1] ?? [])
    .at(-1);
  return options === undefined || /\bhidepid=(?!0\b|off\b)/.test(options);
}

function childrenInProc(proc: string, pid: number): number[] {
  try {
    const threads = readdirSync(`${proc}/${pid}/task`);
    return threads.flatMap((thread) => numbers(readText(`${proc}/${pid}/task/${thread}/children`)));
  } catch {
    return []; // it ended meanwhile
  }
}

function numbers(text: string): number[] {
  return (text.match(/\d+/g) ?? []).map(Number);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it ended meanwhile, or this kernel keeps no list of children
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // it ended meanwhile, or this kernel has no such link
  }
}
