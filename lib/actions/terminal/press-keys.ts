/** The command that presses keys in a terminal, each once. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ExpectedScreen, TerminalKeysAnswer, TerminalKeysBody } from '../../contract/terminal-requests';
import { pressKeys } from '../../sources/tmux/pane-input';
import { readTerminalView } from '../../sources/tmux/screen-view';
import { ActionRefused } from '../action';
import type { TerminalOptions } from './terminal-options';
import { attempt, type FoundTerminal, findTerminal, notReady } from './terminal-place';
import type { TerminalQueue } from './terminal-queue';

export interface KeysInput extends TerminalKeysBody {
  id: string;
}

/**
 * Presses keys.
 *
 * @throws {ActionRefused} if none was pressed because none may be
 */
export function pressInTerminal(
  { id, keys, expected_option: label, expected_screen: screen }: KeysInput,
  options: TerminalOptions & { queue: TerminalQueue },
): Promise<TerminalKeysAnswer> {
  return options.queue.run(id, async () => {
    const found = await findTerminal(id, options);
    const [key = ''] = keys;
    if (screen !== undefined) checkScreen(screen, found);
    const option = label === undefined ? null : expectedOption({ key, label }, found);
    const shown = option ?? (screen === 'composer' ? 'composer' : null);
    const { target } = found;
    let pressed = 0;
    for (const group of groupsOf(keys)) {
      if (pressed > 0) await delay(options.times.keyMs);
      const isPressed = await attempt(pressKeys(options.run, target, group, shown)).catch((error: unknown) => {
        if (pressed > 0 && error instanceof ActionRefused) return false;
        throw error;
      });
      if (isPressed !== true) return { ...ended(isPressed, pressed), pressed, pane: target.pane };
      pressed += group.length;
    }
    return { outcome: 'pressed', pressed, detail: 'tmux gave them to the program.', pane: target.pane };
  });
}

function ended(isPressed: false | 'unknown', pressed: number): Pick<TerminalKeysAnswer, 'outcome' | 'detail'> {
  if (isPressed === 'unknown') return { outcome: 'unknown', detail: 'tmux did not answer in time.' };
  const what = 'Its screen or its process changed before';
  return {
    outcome: 'not_pressed',
    detail: pressed === 0 ? `${what}.` : `${what} the last keys; ${pressed} were pressed.`,
  };
}

/** @throws {ActionRefused} if the screen shows something else than the keys are meant for */
function checkScreen(expected: ExpectedScreen, { view }: FoundTerminal): void {
  const { composer, dialog } = readTerminalView(view);
  const isOther = composer === 'absent' && dialog === null;
  const shown: ExpectedScreen = isOther ? 'other' : dialog === null ? 'composer' : 'dialog';
  if (shown === expected) return;
  const detail = `The screen shows ${SCREENS[shown]} now, but the keys are meant for ${SCREENS[expected]}. Read it before you press them again.`;
  throw notReady(detail, { dialog });
}

const SCREENS: Readonly<Record<ExpectedScreen, string>> = {
  composer: 'the composer of Claude Code',
  dialog: 'a dialog with options',
  other: 'neither a composer nor a dialog that is known',
};

/**
 * @returns the option of the open dialog that a digit chooses
 * @throws {ActionRefused} if the screen does not show it with this label
 */
function expectedOption({ key, label }: { key: string; label: string }, { view }: FoundTerminal) {
  const { dialog } = readTerminalView(view);
  if (dialog === null) {
    const detail = 'The screen shows no dialog with numbered options any more; nothing was pressed.';
    throw new ActionRefused('option_changed', detail, { dialog });
  }
  const shown = dialog.options.find((option) => option.key === key);
  if (shown?.label === label) return shown;
  const now = shown === undefined ? 'no option' : `"${shown.label}"`;
  const detail = `${key} chooses ${now} on the screen, not "${label}"; nothing was pressed. Read the dialog again.`;
  const recorded = 'The key chooses another option on the screen than was expected; nothing was pressed.';
  throw new ActionRefused('option_changed', detail, { dialog }, recorded);
}

/**
 * Keys that can be pressed together. A key right after Escape would be read with it as one key, and Enter right after
 * others may be read as part of a pasted text.
 */
function groupsOf(keys: readonly string[]): string[][] {
  const groups: string[][] = [];
  for (const [index, key] of keys.entries()) {
    const before = keys[index - 1];
    if (before === undefined || key === 'Enter' || before === 'Enter' || before === 'Escape') groups.push([key]);
    else groups.at(-1)?.push(key);
  }
  return groups;
}
