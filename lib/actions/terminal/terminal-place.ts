/** Finds the terminal of an agent for one command, and checks that something may be typed there. */
import { hasEnded } from '../../sources/processes/proc-stat';
import type { PaneTarget } from '../../sources/tmux/pane-input';
import { isPaneId, type PaneView, viewPane } from '../../sources/tmux/panes';
import { TmuxError } from '../../sources/tmux/run-tmux';
import { ActionRefused } from '../action';
import type { Reach } from '../messages/delivery';
import { findPane, foregroundOf, otherProgram, type PlaceOptions, tmuxPlace } from '../messages/pane-place';

/** A terminal in which the agent's process still runs, and what it shows. */
export interface FoundTerminal {
  target: PaneTarget;
  view: PaneView;
  reach: Reach;
}

interface Options extends PlaceOptions {
  /** How an agent can be reached; null if none has this id. */
  reach: (id: string) => Reach | null;
}

/**
 * @throws {ActionRefused} if the agent is not listed, has no terminal, or nothing may be typed into it
 */
export async function findTerminal(id: string, options: Options): Promise<FoundTerminal> {
  const reach = options.reach(id);
  if (reach === null) {
    throw new ActionRefused('not_found', `No agent ${JSON.stringify(id)} is listed; GET /api/agents lists them.`);
  }
  if (reach.gone !== null) throw gone(reach.gone);
  const pid = reach.claudePid ?? reach.pane?.pid ?? null;
  if (pid !== null && hasEnded(pid)) throw gone(`Its process ${pid} has just ended.`);
  const { target, view } = await locate(reach, options);
  if (view.dead || view.pid !== target.panePid) throw gone('The process of its pane has ended.');
  checkForeground(view.command, reach);
  if (view.scrolled) {
    throw notReady('Somebody scrolls in its pane, where keys do not reach the program; leave the copy mode (q).');
  }
  return { target: { ...target, command: view.command }, view, reach };
}

/** @throws {ActionRefused} if it is certain that not the agent would read what is typed */
function checkForeground(command: string, { claudePid }: Reach): void {
  const foreground = foregroundOf(command, claudePid);
  if (foreground === 'shell') {
    throw notReady('Its terminal shows a shell, which would run what is typed; Claude Code has ended or is suspended.');
  }
  if (foreground === 'other') {
    const what = `${otherProgram(command, claudePid)}, which would get it. Bring Claude Code to the foreground there (fg).`;
    throw notReady(what, {}, 'Claude Code is suspended or in the background of its terminal.');
  }
}

/** What the pane of an agent shows. Most know the id of their pane, which saves a program. */
async function locate(reach: Reach, options: Options): Promise<{ target: PaneTarget; view: PaneView }> {
  const place = tmuxPlace(reach, options);
  if ('fault' in place) throw gone(place.fault);
  const { socket, above } = place;
  const { pane } = reach;
  try {
    if (isPaneId(pane?.id)) {
      const view = await viewPane(options.run, socket, pane.id).catch(missing);
      const isOwn = view !== null && (pane.within ? above.has(view.pid) : view.id === pane.id);
      if (view !== null && isOwn) return { target: { socket, pane: view.id, panePid: view.pid }, view };
    }
    const target = await findPane(reach, options);
    if ('fault' in target) throw gone(target.fault);
    return { target, view: await viewPane(options.run, socket, target.pane) };
  } catch (error) {
    throw error instanceof TmuxError ? gone(error.message) : error;
  }
}

/** There may be no such pane; the list of all panes says more. */
function missing(error: unknown): null {
  if (error instanceof TmuxError) return null;
  throw error;
}

/** @returns the refusal that there is no terminal to type into */
export function gone(detail: string): ActionRefused {
  return new ActionRefused('terminal_gone', `${detail} Nothing was typed.`);
}

/**
 * @param recorded the detail without what the screen shows, for the record
 * @returns the refusal that what the terminal shows takes no input, with the dialog that is open
 */
export function notReady(detail: string, more: Record<string, unknown> = {}, recorded = detail): ActionRefused {
  return new ActionRefused(
    'terminal_not_ready',
    `${detail} Nothing was typed.`,
    more,
    `${recorded} Nothing was typed.`,
  );
}

/** Runs one step in tmux. @returns `unknown` where tmux did not answer in time */
export async function attempt(step: Promise<boolean>): Promise<boolean | 'unknown'> {
  try {
    return await step;
  } catch (error) {
    if (!(error instanceof TmuxError)) throw error;
    if (error.known) throw gone(error.message);
    return 'unknown';
  }
}
