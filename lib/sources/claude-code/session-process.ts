/** Whether the process of a session still runs. A pid alone proves nothing: it may be another process or host. */
import { readFileSync, readlinkSync } from 'node:fs';
import { processExists, readProcStat } from '../processes/proc-stat';
import { MAX_PID } from '../processes/processes';
import type { SessionFile } from './session-file';

/** The files that name this system; the second is older. */
const MACHINE_ID_FILES = ['/etc/machine-id', '/var/lib/dbus/machine-id'];

/**
 * @param proc the folder, `/proc` except in tests
 * @returns the system and pid namespace of this process, as Claude Code writes them; null where they can't be known
 */
export function ownPidDomain(proc = '/proc'): string | null {
  try {
    const namespace = readlinkSync(`${proc}/self/ns/pid`);
    for (const file of MACHINE_ID_FILES) {
      const id = readText(file).trim();
      if (id !== '') return `linux:${id}:${namespace}`;
    }
  } catch {
    // No Linux, or /proc is not there.
  }
  return null;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/**
 * @param proc the folder, `/proc` except in tests
 * @param domain of this process; null where it is not known
 * @returns true or false only with evidence: the same domain, and a process of the same pid and start, or none
 */
export function isSessionAlive(
  { pid, procStart, pidDomain }: Pick<SessionFile, 'pid' | 'procStart' | 'pidDomain'>,
  domain: string | null,
  proc = '/proc',
): boolean | null {
  // A simulated session has a pid that no process can have.
  if (domain === null || pidDomain !== domain || pid > MAX_PID) return null;
  try {
    const { state, startTicks } = readProcStat(proc, pid);
    if (state === 'Z' || state === 'X') return false;
    return procStart === null || !Number.isFinite(startTicks) ? null : String(startTicks) === procStart;
  } catch {
    return processExists(pid) ? null : false;
  }
}
