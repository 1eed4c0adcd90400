/**
 * Types into a pane, above all into the composer of Claude Code. Each step is conditional inside the tmux server, so that nothing happens where
 * the screen changed since it was last seen.
 */
import { randomUUID } from 'node:crypto';
import type { RunTmux } from './run-tmux';

/** A pane, and the process that tmux must still have in it. */
export interface PaneTarget {
  socket: string;
  pane: string;
  panePid: number;
  /** The program that must still be in its foreground; any if absent. */
  command?: string;
}

const PROMPT = '❯\u00a0';
/** Characters that mean nothing in a format or a pattern of tmux. */
const PLAIN = /[A-Za-z0-9 .:_-]+/g;
const NAME = /^[A-Za-z0-9._-]+$/;

/**
 * Pastes a text into an empty composer, bracketed, without Enter.
 *
 * @returns false if it was not pasted, as the pane shows no empty composer
 * @throws {TmuxError}
 */
export async function pasteInto(run: RunTmux, target: PaneTarget, text: string): Promise<boolean> {
  return pasteIf(run, target, text, both(`#{C:${PROMPT}}`, '#{==:#{cursor_x},2}'));
}

/**
 * Pastes a text at the cursor, bracketed, without Enter.
 *
 * @param where `composer`: only if the pane shows a composer; `anywhere`: whatever it shows
 * @returns false if it was not pasted
 * @throws {TmuxError}
 */
export async function typeInto(
  run: RunTmux,
  target: PaneTarget,
  text: string,
  where: 'composer' | 'anywhere',
): Promise<boolean> {
  return pasteIf(run, target, text, where === 'composer' ? `#{C:${PROMPT}}` : '1');
}

async function pasteIf(run: RunTmux, target: PaneTarget, text: string, shown: string): Promise<boolean> {
  const { socket, pane } = target;
  const buffer = `dashboard-${randomUUID()}`;
  const condition = both(sameProcess(target), shown);
  const paste = `paste-buffer -p -r -d -b ${buffer} -t ${pane} ; display-message -p done`;
  const load = ['load-buffer', '-b', buffer, '-', ';'];
  try {
    const said = await run(
      socket,
      [...load, 'if-shell', '-F', '-t', pane, condition, paste, `delete-buffer -b ${buffer}`],
      text,
    );
    return said.trim() === 'done';
  } catch (error) {
    // Without the pane nothing else would remove the text, which may be a secret.
    await run(socket, ['delete-buffer', '-b', buffer]).catch(() => {});
    throw error;
  }
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

/**
 * Presses keys by their names in tmux, in one step.
 *
 * @param shown what the screen must still show: a numbered option, or a composer; null for any screen
 * @returns false if they were not pressed
 * @throws {TmuxError}
 */
export async function pressKeys(
  run: RunTmux,
  target: PaneTarget,
  keys: readonly string[],
  shown: { key: string; label: string } | 'composer' | null = null,
): Promise<boolean> {
  return pressIf(run, target, shown === null ? '1' : searchFor(shown), keys.join(' '));
}

function searchFor(shown: { key: string; label: string } | 'composer'): string {
  return shown === 'composer' ? `#{C:${PROMPT}}` : `#{C:${shown.key}. *${longestPlain(shown.label)}}`;
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

function sameProcess({ panePid, command }: PaneTarget): string {
  const same = both(`#{==:#{pane_pid},${panePid}}`, both('#{==:#{pane_in_mode},0}', '#{!=:#{pane_dead},1}'));
  // Other names could be read as a format.
  return command !== undefined && NAME.test(command) ? both(same, `#{==:#{pane_current_command},${command}}`) : same;
}

function both(one: string, other: string): string {
  return `#{&&:${one},${other}}`;
}

/** @returns the longest part of a line that can stand in a pattern; empty for a line without one */
export function longestPlain(line: string): string {
  const parts = (line.match(PLAIN) ?? []).map((part) => part.trim());
  return parts.reduce((longest, part) => (part.length > longest.length ? part : longest), '').slice(0, 60);
}
