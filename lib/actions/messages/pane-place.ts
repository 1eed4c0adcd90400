/** Where an agent runs in tmux, and what its session says against typing there. */
import type { Foreground } from '../../contract/terminal-schemas';
import { readSessionNow } from '../../sources/claude-code/session-now';
import { isShell } from '../../sources/processes/claude-process';
import { isInForeground } from '../../sources/processes/proc-stat';
import type { ProcPlaces } from '../../sources/processes/process-places';
import type { PaneTarget } from '../../sources/tmux/pane-input';
import { isPaneId, listPanes } from '../../sources/tmux/panes';
import { type RunTmux, TmuxError } from '../../sources/tmux/run-tmux';
import type { Reach } from './delivery';

export interface PlaceOptions {
  run: RunTmux;
  places: Pick<ProcPlaces, 'ancestors' | 'tmuxServer'>;
}

/** In these a text may be sent; other words are not known. */
const OPEN: ReadonlySet<string> = new Set(['idle', 'busy', 'shell']);
const NO_WAY = 'It has no messaging socket and no terminal in tmux that this dashboard can see.';

/** The tmux server of an agent, and the processes of which one must be that of its pane. */
interface TmuxPlace {
  socket: string;
  above: ReadonlySet<number>;
}

/** @returns the tmux server in which an agent runs, or why none is known, a sentence */
export function tmuxPlace({ pane }: Pick<Reach, 'pane'>, { places }: PlaceOptions): TmuxPlace | { fault: string } {
  if (pane === null) return { fault: NO_WAY };
  const socket = places.tmuxServer(pane.pid);
  if (socket === null) return { fault: `${NO_WAY} The process ${pane.pid} names no tmux server.` };
  return { socket, above: new Set([pane.pid, ...places.ancestors(pane.pid)]) };
}

/** Finds the pane in which the agent runs: its process must be the one that tmux has there, or be below it. */
export async function findPane(
  { pane }: Pick<Reach, 'pane'>,
  options: PlaceOptions,
): Promise<PaneTarget | { fault: string }> {
  const place = tmuxPlace({ pane }, options);
  if ('fault' in place || pane === null) return 'fault' in place ? place : { fault: NO_WAY };
  const { socket, above } = place;
  try {
    const panes = await listPanes(options.run, socket);
    // A server never gives the id of a pane again.
    const own = panes.filter(({ id, pid }) => (pane.within ? above.has(pid) : id === pane.id));
    const named = own.find(({ id }) => id === pane.id);
    const found = named ?? (isPaneId(pane.id) ? undefined : own[0]);
    if (found) return { socket, pane: found.id, panePid: found.pid };
    if (own[0]) return { fault: `It runs in the pane ${own[0].id} now, not in ${pane.id} as it is listed.` };
    return { fault: `Its pane ${pane.id ?? ''} is gone, or belongs to another process now.` };
  } catch (error) {
    if (error instanceof TmuxError) return { fault: error.message };
    throw error;
  }
}

/**
 * @param claudeFolder the folder of Claude Code; null where its files are not read
 * @param see called with the status that the file of the session has now
 * @returns why nothing may be sent to a session now, a sentence; null if it may, or it has no file
 */
export async function sessionHindrance(
  claudeFolder: string | null,
  { session }: Pick<Reach, 'session'>,
  see: (status: string | null) => void = () => {},
): Promise<string | null> {
  if (session === null || claudeFolder === null) return null;
  const now = await readSessionNow(claudeFolder, session.pid);
  if (now.kind === 'ended') return 'Its session has just ended.';
  if (now.kind === 'unreadable') return `The file of its session ${now.fault}, so whether it waits is not known.`;
  const { status, waitingFor } = now.session;
  see(status);
  if (status === 'waiting')
    return `It waits at a prompt (${waitingFor ?? 'reason not given'}), where nothing is typed.`;
  if (status === null) return 'Its session is just starting.';
  return OPEN.has(status) ? null : `Its session says "${status}", which is not known to accept a text.`;
}

/**
 * Finds out who reads what is typed into a pane. tmux names the first process of the foreground, which is a shell that
 * waits where a pane was started by `sh -c claude`, so the process of Claude Code is asked first.
 *
 * @param command the program in the foreground, as tmux names it
 * @param claudePid the process of Claude Code, if it is seen
 */
export function foregroundOf(command: string, claudePid: number | null): Foreground {
  const isClaude = claudePid === null ? null : isInForeground(claudePid);
  if (isClaude === true) return 'agent';
  if (isShell({ command, executable: '', args: [] })) return 'shell';
  return isClaude === false ? 'other' : 'unknown';
}

/** @returns that another program than Claude Code would get what is typed, a sentence without its end */
export function otherProgram(command: string, claudePid: number | null): string {
  return `Its process ${claudePid} is suspended or in the background; the program in the foreground of its terminal is ${JSON.stringify(command)}`;
}
