/** The command that presses keys in a terminal, each once. */
import { setTimeout as delay } from 'node:timers/promises';
import type { TerminalKeysAnswer, TerminalKeysBody } from '../../contract/terminal-requests';
import { pressKeys } from '../../sources/tmux/pane-input';
import { readTerminalView } from '../../sources/tmux/screen-view';
import { ActionRefused } from '../action';
import type { TerminalOptions } from './terminal-options';
import { attempt, type FoundTerminal, findTerminal } from './terminal-place';
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
  { id, keys, expected_option: label }: KeysInput,
  options: TerminalOptions & { queue: TerminalQueue },
): Promise<TerminalKeysAnswer> {
  return options.queue.run(id, async () => {
    const found = await findTerminal(id, options);
    const [key = ''] = keys;
    const option = label === undefined ? null : expectedOption({ key, label }, found);
    const { target } = found;
    let pressed = 0;
    for (const group of groupsOf(keys)) {
      if (pressed > 0) await delay(options.times.keyMs);
      const isPressed = await attempt(pressKeys(options.run, target, group, option)).catch((error: unknown) => {
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
