/**
 * Types into the composer of Claude Code. Each step is conditional inside the tmux server, so that nothing happens where
 * the screen changed since it was last seen.
 */
import { randomUUID } from 'node:crypto';
import type { RunTmux } from './run-tmux';

/** A pane, and the process that tmux must still have in it. */
export interface PaneTarget {
  socket: string;
  pane: string;
  panePid: number;
}

const PROMPT = '❯\u00a0';
/** Characters that mean nothing in a format or a pattern of tmux. */
const PLAIN = /[A-Za-z0-9 .:_-]+/g;

/**
 * Pastes a text into an empty composer, bracketed, without Enter.
 *
 * @returns false if it was not pasted, as the pane shows no empty composer
 * @throws {TmuxError}
 */
export async function pasteInto(run: RunTmux, target: PaneTarget, text: string): Promise<boolean> {
  const { socket, pane } = target;
  const buffer = `dashboard-${randomUUID()}`;
  await run(socket, ['load-buffer', '-b', buffer, '-'], text);
  const condition = both(sameProcess(target), both(`#{C:${PROMPT}}`, '#{==:#{cursor_x},2}'));
  const paste = `paste-buffer -p -r -d -b ${buffer} -t ${pane} ; display-message -p done`;
  const said = await run(socket, ['if-shell', '-F', '-t', pane, condition, paste, `delete-buffer -b ${buffer}`]);
  return said.trim() === 'done';
}

/**
 * Presses Enter if the composer still shows a line.
 *
 * @param line the first line of the composer, as it was captured
 * @returns false if it was not pressed
 * @throws {TmuxError}
 */
export async function submitIf(run: RunTmux, target: PaneTarget, line: string): Promise<boolean> {
  return pressIf(run, target, `#{C:${PROMPT}*${longestPlain(line)}}`, 'Enter');
}

/** Presses Ctrl-S, with which Claude Code puts a draft aside; it comes back after the next prompt. */
export async function stashIf(run: RunTmux, target: PaneTarget, line: string): Promise<boolean> {
  return pressIf(run, target, `#{C:${PROMPT}*${longestPlain(line)}}`, 'C-s');
}

async function pressIf(run: RunTmux, target: PaneTarget, shown: string, key: string): Promise<boolean> {
  const { socket, pane } = target;
  const press = `send-keys -t ${pane} ${key} ; display-message -p done`;
  const said = await run(socket, ['if-shell', '-F', '-t', pane, both(sameProcess(target), shown), press]);
  return said.trim() === 'done';
}

function sameProcess({ panePid }: PaneTarget): string {
  return both(`#{==:#{pane_pid},${panePid}}`, '#{==:#{pane_in_mode},0}');
}

function both(one: string, other: string): string {
  return `#{&&:${one},${other}}`;
}

/** @returns the longest part of a line that can stand in a pattern; empty for a line without one */
export function longestPlain(line: string): string {
  const parts = (line.match(PLAIN) ?? []).map((part) => part.trim());
  return parts.reduce((longest, part) => (part.length > longest.length ? part : longest), '').slice(0, 60);
}
