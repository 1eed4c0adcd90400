/** A process that the dashboard recognizes as Claude Code: a `sleep` under its name. */
import { spawn } from 'node:child_process';

let running: number | null = null;

/** @returns the pid of such a process, which runs until this one ends; every call returns the same */
export function claudeProcess(): number {
  running ??= anotherClaudeProcess();
  return running;
}

/** @returns the pid of a new such process, which runs until this one ends */
export function anotherClaudeProcess(): number {
  const child = spawn('sleep', ['86400'], { argv0: 'claude', stdio: 'ignore' });
  child.unref();
  process.on('exit', () => child.kill('SIGKILL'));
  const { pid } = child;
  if (pid === undefined) throw new Error('sleep cannot be started.');
  return pid;
}
