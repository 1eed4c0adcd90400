/** What an observation of processes gives, however the system is asked. */
import { type CommandLine, isClaude, isShell, namesClaude } from './claude-process';

/** A process that runs Claude Code. */
export interface ClaudeProcess {
  pid: number;
  /** It is stopped by a signal (state T) and does nothing until it is continued. */
  suspended: boolean;
}

/** A process of this user and this pid namespace. */
export interface SeenProcess {
  /** Milliseconds since 1970; moves with the clock where that is set. */
  startedAt: number;
  /** Tells it from another process of its pid: ticks since the boot, or `startedAt` where the system counts none. */
  startId: number;
  isShell: boolean;
  /** Itself or the nearest process below it that is Claude Code. */
  claude: ClaudeProcess | null;
  /** Something below it names claude among its arguments: it may run claude where that cannot be seen. */
  mayRunClaude: boolean;
}

/** Why nothing can be said of a process. */
export type Unseen = 'unseen' | 'other_user' | 'other_namespace';

/** What was found under a pid; `gone`: surely no process. */
export type Observation = SeenProcess | 'gone' | Unseen;

export interface ProcessObserver {
  /** The least time between two observations, for what they cost. */
  intervalMs: number;
  /** Observes some processes and what runs under them; never throws. */
  observe(pids: readonly number[]): Map<number, Observation> | Promise<ReadonlyMap<number, Observation>>;
}

/** One process of a tree. */
export interface TreeNode {
  line: CommandLine;
  suspended: boolean;
}

/** A pane holds a shell, a claude and its tools; the bounds are for what runs wild under them. */
const MAX_DEPTH = 16;
const MAX_PROCESSES = 256;

/**
 * Searches a process and what runs under it, breadth first, within the bounds.
 *
 * @param childPids pids of the children of one
 * @param nodeOf null for a process that has ended
 */
export function observeTree(
  top: number,
  childPids: (pid: number) => readonly number[],
  nodeOf: (pid: number) => TreeNode | null,
): Omit<SeenProcess, 'startedAt' | 'startId'> {
  const visited = new Set<number>([top]);
  const found = { isShell: false, mayRunClaude: false };
  let level = [top];
  for (let depth = 0; depth <= MAX_DEPTH && level.length > 0; depth++) {
    for (const pid of level) {
      const node = nodeOf(pid);
      if (!node) continue;
      if (isClaude(node.line)) return { ...found, claude: { pid, suspended: node.suspended } };
      if (pid === top) found.isShell = isShell(node.line);
      else found.mayRunClaude ||= namesClaude(node.line);
    }
    level = level
      .flatMap(childPids)
      .filter((pid) => visited.size < MAX_PROCESSES && !visited.has(pid) && visited.add(pid));
  }
  return { ...found, claude: null };
}
