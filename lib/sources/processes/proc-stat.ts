/** Reads the state and the start of one process on Linux. See proc(5). */
import { readFileSync } from 'node:fs';

/** What `/proc/<pid>/stat` says of a process. */
export interface ProcStat {
  /** `Z` and `X`: it has ended. */
  state: string;
  /** When it started, in ticks since boot: with the pid it names one process. */
  startTicks: number;
}

/**
 * @param proc the folder, `/proc` except in tests
 * @throws if there is no such process, or it is hidden
 */
export function readProcStat(proc: string, pid: number): ProcStat {
  // The command may contain anything, even `)`. After it follows the 3rd field; the 22nd is the start.
  const stat = readFileSync(`${proc}/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', startTicks: Number(fields[19]) };
}

/**
 * @param proc the folder, `/proc` except in tests
 * @returns whether a process runs in the foreground of its terminal, where it reads what is typed; null where that can't
 *   be known
 */
export function isInForeground(pid: number, proc = '/proc'): boolean | null {
  try {
    const stat = readFileSync(`${proc}/${pid}/stat`, 'latin1');
    const [state, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state !== 'T' && state !== 'Z' && group === foreground;
  } catch {
    return null; // it ended, or this system has no such folder
  }
}

/** Signal 0 only checks whether the process exists, also where `/proc` hides it. */
export function processExists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

/**
 * @param proc the folder, `/proc` except in tests
 * @returns whether a process has ended, also one that its parent has not taken note of yet
 */
export function hasEnded(pid: number, proc = '/proc'): boolean {
  if (!processExists(pid)) return true;
  try {
    return /[ZX]/.test(readProcStat(proc, pid).state);
  } catch {
    return false; // it is hidden, or this system has no such folder
  }
}
