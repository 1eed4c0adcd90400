/** What the commands for terminals work with. */
import type { Reach } from '../messages/delivery';
import type { PlaceOptions } from '../messages/pane-place';

/** How long each step is waited for, milliseconds. */
interface TerminalTimes {
  /** Between two looks at a screen or a session. */
  pollMs: number;
  /** For a text to be shown before Enter. */
  shownMs: number;
  /** For a text without Enter to be shown. */
  typedMs: number;
  /** For the composer to be empty after Enter. */
  submittedMs: number;
  /** Between the paste of a command and Enter: its menu needs that long. */
  commandMs: number;
  /** After Escape, and before Enter. */
  keyMs: number;
  /** For the session to be idle after Escape. */
  interruptedMs: number;
}

export const TERMINAL_TIMES: TerminalTimes = {
  pollMs: 20,
  shownMs: 3000,
  typedMs: 500,
  submittedMs: 2000,
  commandMs: 500,
  keyMs: 60,
  interruptedMs: 3000,
};

export interface TerminalOptions extends PlaceOptions {
  /** How an agent can be reached; null if none has this id. */
  reach: (id: string) => Reach | null;
  /** The folder of Claude Code; null where its files are not read. */
  claudeFolder: string | null;
  times: TerminalTimes;
}
