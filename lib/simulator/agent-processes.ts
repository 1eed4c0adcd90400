/**
 * Processes of simulated agents: the dashboard takes each for Claude Code, so that it sees agents run and die. Each is a
 * `cat` that waits for input, and ends with this process, however that ends.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';

/** A process as Claude Code names its own in its files. */
export interface AgentProcess {
  pid: number;
  /** Field 22 of `/proc/<pid>/stat`; undefined where the system has no such file. */
  procStart: string | undefined;
}

export class AgentProcesses {
  readonly #running = new Map<string, ChildProcess>();

  /** @returns the pid of a new process for an agent; null where the system starts none */
  start(agentId: string): number | null {
    // Its input is a pipe of this process: it closes even if this process is killed.
    const child = spawn('cat', [], { argv0: 'claude', stdio: ['pipe', 'ignore', 'ignore'] });
    child.on('error', () => this.#running.delete(agentId));
    child.stdin?.on('error', () => {});
    (child.stdin as unknown as { unref?: () => void } | null)?.unref?.();
    child.unref();
    this.#running.set(agentId, child);
    return child.pid ?? null;
  }

  /** @returns the process of an agent; null if it has none */
  find(agentId: string): AgentProcess | null {
    const pid = this.#running.get(agentId)?.pid;
    return pid === undefined ? null : { pid, procStart: startOf(pid) };
  }

  /** Ends the process of an agent. */
  stop(agentId: string): void {
    this.#running.get(agentId)?.kill('SIGKILL');
    this.#running.delete(agentId);
  }

  stopAll(): void {
    for (const agentId of [...this.#running.keys()]) this.stop(agentId);
  }
}

function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name of the command, in parentheses, may contain spaces; field 3 follows it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** @returns the domain in which the pids of this process mean something, as Claude Code writes it; undefined if unknown */
export function ownPidDomain(): string | undefined {
  try {
    const machine = readFileSync('/etc/machine-id', 'utf8').trim();
    return `linux:${machine}:${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return undefined;
  }
}
