/** Commands, to be copied, that bring a terminal to an agent's pane. */

import { asText } from '@/lib/client/text';
import type { Agent } from '@/lib/contract/schemas';

/** tmux's own name of a pane, which stays the same for the life of the pane, even when it is moved. */
const PANE_ID = /^%\d{1,9}$/;

/**
 * `session:window.pane`. tmux allows nearly any character in a session's name; the pattern accepts only characters
 * without a special meaning for a shell or for tmux's target syntax.
 */
const PANE_INDEX = /^[A-Za-z0-9_][A-Za-z0-9_-]*(?: [A-Za-z0-9_-]+)*:\d{1,6}\.\d{1,6}$/;

export type PaneCommands =
  | {
      /** Within tmux: switches the terminal that runs it. */
      inside: string;
      /** From any other terminal of the host. */
      outside: string;
    }
  | { refused: string };

/**
 * The commands that jump to an agent's pane. Their text comes from files that anyone may write and goes into a person's
 * shell. A pane must therefore consist of harmless characters; other panes are refused, not escaped.
 *
 * @returns null if the registry names no pane
 */
export function paneCommands({ tmux_pane_id, pane_index }: Agent): PaneCommands | null {
  const id = asText(tmux_pane_id);
  const index = asText(pane_index);
  if (id === '' && index === '') return null;
  // `=` means the session of exactly this name; without it tmux also takes one whose name begins with it.
  const pane = PANE_ID.test(id) ? id : PANE_INDEX.test(index) ? `=${index}` : null;
  if (pane === null) return { refused: id === '' ? index : id };
  return {
    inside: `tmux switch-client -t '${pane}'`,
    outside: `tmux attach-session -t '${pane}' ';' select-window -t '${pane}' ';' select-pane -t '${pane}'`,
  };
}
