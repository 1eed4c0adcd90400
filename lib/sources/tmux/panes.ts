/** Panes of a tmux server, and what one of them shows. */
import type { RunTmux } from './run-tmux';

export interface Pane {
  /** Immutable, such as `%3`. */
  id: string;
  /** The process that tmux started in it. */
  pid: number;
  /** The name of the process in its foreground. */
  command: string;
}

/** What a pane shows at one moment. */
export interface PaneView extends Pane {
  /** Its process has ended. */
  dead: boolean;
  /** Somebody scrolls in it: keys would not reach the program. */
  scrolled: boolean;
  cursor: { x: number; y: number };
  /** Its visible lines with their attributes (SGR). */
  lines: string[];
}

const PANE_ID = /^%\d{1,9}$/;
const VIEW = '#{pane_id} #{pane_pid} #{pane_dead} #{pane_in_mode} #{cursor_x} #{cursor_y} #{pane_current_command}';

/** @returns whether a text is the immutable id of a pane, and so may be given to tmux as a target */
export function isPaneId(value: unknown): value is string {
  return typeof value === 'string' && PANE_ID.test(value);
}

/**
 * @returns all panes of the server
 * @throws {TmuxError}
 */
export async function listPanes(run: RunTmux, socket: string): Promise<Pane[]> {
  const output = await run(socket, ['list-panes', '-a', '-F', '#{pane_id} #{pane_pid} #{pane_current_command}']);
  return output.split('\n').flatMap((line) => {
    const [, id, pid, command = ''] = /^(%\d+) (\d+) ?(.*)$/.exec(line) ?? [];
    return id === undefined ? [] : [{ id, pid: Number(pid), command }];
  });
}

/**
 * Captures what a pane shows, with its cursor, at one moment.
 *
 * @throws {TmuxError} if there is no such pane
 */
export async function viewPane(run: RunTmux, socket: string, pane: string): Promise<PaneView> {
  const words = ['display-message', '-p', '-t', pane, VIEW, ';', 'capture-pane', '-p', '-e', '-t', pane];
  const [about = '', ...lines] = (await run(socket, words)).split('\n');
  const [id = '', pid, dead, mode, x, y, ...command] = about.split(' ');
  return {
    ...{ id, pid: Number(pid), command: command.join(' '), dead: dead === '1', scrolled: mode !== '0' },
    cursor: { x: Number(x), y: Number(y) },
    lines,
  };
}
