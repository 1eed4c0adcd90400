/** The panes of a tmux server with their sessions, as far as watching them needs it. */
import { isPaneId } from './panes';

export interface ListedPane {
  /** Immutable, such as `%3`. */
  id: string;
  /** The process that tmux started in it. */
  pid: number;
  /** The immutable ids of the sessions that show it: a window can be in several. */
  sessions: string[];
  dead: boolean;
  columns: number;
  rows: number;
  historySize: number;
  /** The name of the process in its foreground. */
  command: string;
}

export interface PaneList {
  panes: ReadonlyMap<string, ListedPane>;
  /** Sessions that tmux destroys when the last client leaves, while there is none: they must not be attached. */
  fragile: ReadonlySet<string>;
}

/** An emulator takes 12 bytes for each letter of its screen; tmux allows 10,000 x 10,000. */
export const MAX_COLUMNS = 1000;
export const MAX_ROWS = 1000;

/** @returns whether a pane is larger than what an emulator is given */
export function isTooLarge({ columns, rows }: Pick<ListedPane, 'columns' | 'rows'>): boolean {
  return columns > MAX_COLUMNS || rows > MAX_ROWS;
}

const FORMAT = [
  ...['pane_id', 'session_id', 'session_attached', 'destroy-unattached', 'pane_pid', 'pane_dead', 'pane_width'],
  ...['pane_height', 'history_size', 'pane_current_command'],
]
  .map((name) => `#{${name}}`)
  .join(':');

export const LIST_WORDS = ['list-panes', '-a', '-F', FORMAT] as const;
export const LIST_COMMAND = `list-panes -a -F '${FORMAT}'`;

const SESSION_ID = /^\$\d{1,9}$/;

/**
 * @param lines what `list-panes` printed. A program may have line feeds in its name, so not every line is of tmux; the
 *   ids become parts of commands
 */
export function parsePaneList(lines: readonly string[]): PaneList {
  const panes = new Map<string, ListedPane>();
  const fragile = new Set<string>();
  for (const line of lines) {
    const [id, session, attached, destroys, pid, dead, columns, rows, history, ...command] = line.split(':');
    if (!isPaneId(id) || session === undefined || !SESSION_ID.test(session)) continue;
    // `on` is 1 in a format; later versions have further words.
    if (attached === '0' && destroys !== '0' && destroys !== 'off' && destroys !== '') fragile.add(session);
    const known = panes.get(id);
    if (known) known.sessions.push(session);
    else {
      panes.set(id, {
        ...{ id, pid: Number(pid), sessions: [session], dead: dead === '1', columns: Number(columns) },
        ...{ rows: Number(rows), historySize: Number(history), command: command.join(':') },
      });
    }
  }
  return { panes, fragile };
}

/**
 * @param layout a layout as tmux writes it
 * @returns the sizes of its panes, by the ids of the panes
 */
export function layoutSizes(layout: string): Map<string, { columns: number; rows: number }> {
  const leaves = layout.matchAll(/(\d+)x(\d+),\d+,\d+,(\d+)(?=[,\]}]|$)/g);
  return new Map(
    [...leaves].map(([, columns, rows, id]) => [`%${id}`, { columns: Number(columns), rows: Number(rows) }]),
  );
}
