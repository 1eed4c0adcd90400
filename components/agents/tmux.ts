/** Commands for a person to copy that lead a terminal to an agent's pane. */

import { asText } from '@/lib/client/text';
import type { Agent } from '@/lib/contract/schemas';

/** tmux's own name of a pane: the same for as long as the pane lives, wherever it is moved. */
const PANE_ID = /^%\d{1,9}$/;

/**
 * `session:window.pane`. tmux allows nearly anything in a session's name; what is accepted here holds nothing that
 * a shell, or tmux's own way to look up targets, reads as more than itself.
 */
const PANE_INDEX = /^[A-Za-z0-9_][A-Za-z0-9_-]*(?: [A-Za-z0-9_-]+)*:\d{1,6}\.\d{1,6}$/;

export type PaneCommands =
  | {
      /** Within tmux: the terminal that runs it goes there. */
      inside: string;
      /** From any other terminal of the host. */
      outside: string;
    }
  | { refused: string };

/**
 * The commands that jump to an agent's pane. Their text goes from files that anyone may write into a person's shell, so
 * a pane must consist of characters known to be harmless; what does not is refused, not escaped.
 *
 * @returns null if the registry names no pane
 */
export function paneCommands({ tmux_pane_id, pane_index }: Agent): PaneCommands | null {
  const id = asText(tmux_pane_id);
  const index = asText(pane_index);
  if (id === '' && index === '') return null;
  // `=` asks for the session of exactly this name; without it tmux takes one that begins with it.
  const pane = PANE_ID.test(id) ? id : PANE_INDEX.test(index) ? `=${index}` : null;
  if (pane === null) return { refused: id === '' ? index : id };
  return {
    inside: `tmux switch-client -t '${pane}'`,
    outside: `tmux attach-session -t '${pane}' ';' select-window -t '${pane}' ';' select-pane -t '${pane}'`,
  };
}
