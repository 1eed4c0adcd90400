/** Which agent runs this command: the one in whose terminal it was started. */
import { readFileSync } from 'node:fs';
import type { Agent } from '../../lib/contract/schemas';

const MAX_ANCESTORS = 100;

/** What is known of the process that asks. */
export interface Surroundings {
  /** The tmux pane, such as `%3`; null outside of tmux. */
  pane: string | null;
  /** The processes above this one, the nearest first; null where the system does not say. */
  ancestors: readonly number[] | null;
}

/**
 * Finds the agent of a terminal. Pane ids of several tmux servers may be equal, so the agent's process must be above this
 * one where that can be seen.
 *
 * @returns its id; null if there is none, or more than one
 */
export function ownAgent(agents: readonly Agent[], { pane, ancestors }: Surroundings): string | null {
  if (pane === null) return null;
  const fitting = agents.filter(({ tmux_pane_id, pid, process: { claude_pid } }) => {
    if (tmux_pane_id !== pane) return false;
    return ancestors === null || [pid, claude_pid].some((one) => typeof one === 'number' && ancestors.includes(one));
  });
  const [only, another] = fitting;
  return only !== undefined && another === undefined ? only.id : null;
}

/** @returns the surroundings of this process */
export function ownSurroundings(pane: string | null): Surroundings {
  const ancestors: number[] = [];
  for (let pid = process.ppid; pid > 1 && ancestors.length < MAX_ANCESTORS; ) {
    ancestors.push(pid);
    const parent = parentOf(pid);
    if (parent === null) return { pane, ancestors: ancestors.length === 1 ? null : ancestors };
    pid = parent;
  }
  return { pane, ancestors };
}

function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name of the command, in parentheses, may contain anything; state and parent follow it.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}
