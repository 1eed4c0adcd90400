/**
 * Processes of simulated agents: the dashboard takes each for Claude Code, so that it sees agents run and die. Each is a
 * `cat` that waits for input, and ends with this process, however that ends.
 */
import { type ChildProcess, spawn } from 'node:child_process';

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

  /** Ends the process of an agent. */
  stop(agentId: string): void {
    this.#running.get(agentId)?.kill('SIGKILL');
    this.#running.delete(agentId);
  }

  stopAll(): void {
    for (const agentId of [...this.#running.keys()]) this.stop(agentId);
  }
}
