/** The results of observing processes, on every system. */
import { type CommandLine, isClaude, isShell, namesClaude } from './claude-process';

/** A process that runs Claude Code. */
export interface ClaudeProcess {
  pid: number;
  /** It is stopped by a signal (state T) and does nothing until it is continued. */
  suspended: boolean;
}

/** A process of this user and this pid namespace. */
export interface SeenProcess {
  /** Milliseconds since 1970; it moves when the clock is set. */
  startedAt: number;
  /** Distinguishes it from another process of its pid: ticks since boot, or `startedAt` on systems without them. */
  startId: number;
  isShell: boolean;
  /** Itself or the nearest process below it that is Claude Code. */
  claude: ClaudeProcess | null;
  /** Something below it names claude among its arguments: it may run claude where that cannot be seen. */
  mayRunClaude: boolean;
}

/** Why nothing is known of a process. */
export type Unseen = 'unseen' | 'other_user' | 'other_namespace';

/** The result for a pid; `gone`: there certainly is no such process. */
export type Observation = SeenProcess | 'gone' | Unseen;

export interface ProcessObserver {
  /** The shortest time between two observations, because of their cost. */
  intervalMs: number;
  /** Observes some processes and those below them. Never throws. */
  observe(pids: readonly number[]): Map<number, Observation> | Promise<ReadonlyMap<number, Observation>>;
}

/** One process of a tree. */
export interface TreeNode {
  line: CommandLine;
  suspended: boolean;
}

/** A pane has a shell, claude and its tools; the bounds are for runaway processes below them. */
const MAX_DEPTH = 16;
const MAX_PROCESSES = 256;

/**
 * Searches a process and those below it, breadth first, within the bounds.
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
