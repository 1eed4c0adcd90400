/** The terminals of a swarm's agents, as the server shows them to viewers. */
import type { TerminalEvent, TerminalMode, TerminalState } from '../contract/terminal-schemas';

/** One viewer's place in what a terminal shows. It pulls, so that a slow viewer costs no memory. */
export interface TerminalCursor {
  /**
   * @returns the next event; null where there is none now, and the viewer will be told when there is. A viewer that is
   *   further behind than the ring reaches gets a `screen` again.
   */
  next(): TerminalEvent | null;
  /** Ends it. The control client of tmux ends 30 s after the last viewer. */
  close(): void;
}

/** The screen of a watched terminal at this moment. */
export interface TerminalScreenLines {
  /** Its visible lines with their attributes (SGR). */
  lines: string[];
  cursor: { x: number; y: number };
}

export interface Terminals {
  /**
   * Opens the terminal of an agent for one viewer. The first event is always a `state`.
   *
   * @param lastId the last `id` that the viewer has; null for a first visit
   * @param onMore called when `next` has something again after it returned null
   */
  open(agentId: string, mode: TerminalMode, lastId: string | null, onMore: () => void): TerminalCursor;
  /** @returns the plain text of the screen as it is now, or why there is none */
  text(agentId: string): Promise<{ text: string } | { state: TerminalState }>;
  /** @returns what is on the screen now, without a question to tmux; null where nobody watches the terminal */
  lines(agentId: string): TerminalScreenLines | null;
  stop(): Promise<void>;
}
