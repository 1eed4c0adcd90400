import { useEffect, useEffectEvent, useSyncExternalStore } from 'react';

/**
 * One registry of all commands of keys and the command palette: the help dialog lists them, the palette offers them,
 * and one listener on the document runs them.
 */
export interface Command {
  /** Unique among the registered commands. */
  id: number;
  /**
   * One key as named by `KeyboardEvent.key` (`/`, `f`, `Escape`), with `mod+` before it for Ctrl or Command; null for
   * none.
   */
  keys: string | null;
  /** Its action in words, such as "Search messages". */
  description: string;
  /** Its heading in the help and the palette. */
  group: string;
  /** Whether the palette offers it; the help dialog lists every command with keys. */
  inPalette: boolean;
  run: () => void;
}

export interface CommandOptions {
  group?: string;
  /** While false, the key runs an older command with the same keys, or nothing. */
  enabled?: boolean;
  /** False for commands that depend on the focus, such as moving in a list. */
  inPalette?: boolean;
}

/** The relevant part of a key press. */
export type KeyPress = Pick<
  KeyboardEvent,
  | 'key'
  | 'code'
  | 'ctrlKey'
  | 'metaKey'
  | 'altKey'
  | 'shiftKey'
  | 'repeat'
  | 'isComposing'
  | 'keyCode'
  | 'defaultPrevented'
>;

/** What browsers report as `keyCode` for a key press that the input method takes. */
const INPUT_METHOD = 229;

let commands: readonly Command[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

/** Registers a command until the returned function is called; of several with the same keys the newest runs. */
export function register(command: Omit<Command, 'id'>): () => void {
  lastId += 1;
  const added: Command = { ...command, id: lastId };
  replace([...commands, added]);
  return () => replace(commands.filter((known) => known !== added));
}

/** @returns the registered commands, oldest first; the same array while nothing changes */
export function registered(): readonly Command[] {
  return commands;
}

/**
 * Finds the command of a key press.
 *
 * @param writing whether the focus is in a text field, where keys without Ctrl or Command are typed, except Escape
 */
export function commandFor(press: KeyPress, writing: boolean): Command | undefined {
  if (press.defaultPrevented || isComposing(press) || press.repeat || press.altKey) return undefined;
  const withModifier = press.ctrlKey || press.metaKey;
  if (writing && !withModifier && press.key !== 'Escape') return undefined;
  // A letter means its key even with Caps Lock or Shift.
  const key = /^[A-Z]$/.test(press.key) ? press.key.toLowerCase() : press.key;
  const ofKey = (name: string) => commands.findLast(({ keys }) => keys === (withModifier ? `mod+${name}` : name));
  const place = keyByPlace(press);
  return ofKey(key) ?? (place === null ? undefined : ofKey(place));
}

/**
 * Whether a key press belongs to an input method, which ends or changes a composition with it. Safari reports the press
 * that ends one after the composition, with the `keyCode` alone.
 */
export function isComposing(press: Pick<KeyPress, 'isComposing' | 'keyCode'>): boolean {
  return press.isComposing || press.keyCode === INPUT_METHOD;
}

/**
 * @returns the key that a US keyboard has in the place of the pressed one, for layouts that have no such key; null where
 *   the layout has Latin letters, which may be in other places
 */
function keyByPlace({ key, code, shiftKey }: KeyPress): string | null {
  const [, letter] = /^Key([A-Z])$/.exec(code) ?? [];
  if (letter !== undefined) return isForeignLetter(key) ? letter.toLowerCase() : null;
  const [, digit] = /^Digit(\d)$/.exec(code) ?? [];
  // A French keyboard has its digits above other characters.
  if (digit !== undefined) return shiftKey ? null : digit;
  // Russian and Hebrew keyboards have a full stop there, and a comma above it.
  const isSlash = code === 'Slash' && (isForeignLetter(key) || key === (shiftKey ? ',' : '.'));
  return isSlash ? (shiftKey ? '?' : '/') : null;
}

function isForeignLetter(key: string): boolean {
  return /^[\p{L}\p{M}]$/u.test(key) && !/^\p{Script=Latin}$/u.test(key);
}

function replace(next: readonly Command[]): void {
  commands = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const NONE: readonly Command[] = [];

/** The registered commands, for help and palette. */
export function useCommands(): readonly Command[] {
  return useSyncExternalStore(subscribe, registered, () => NONE);
}

/**
 * Binds a key, shows it in the help dialog and offers it in the palette.
 *
 * @param keys as in `Command`
 * @param action the action; the function of the latest render runs
 */
export function useShortcut(
  keys: string | null,
  description: string,
  action: () => void,
  { group = 'Page', enabled = true, inPalette = true }: CommandOptions = {},
): void {
  const run = useEffectEvent(action);
  useEffect(() => {
    if (enabled) return register({ keys, description, group, inPalette, run: () => run() });
  }, [keys, description, group, enabled, inPalette]);
}

/** @returns commands by heading, headings in the order of their first command */
export function byGroup<Shown extends Command>(shown: readonly Shown[]): [string, Shown[]][] {
  const groups = new Map<string, Shown[]>();
  for (const command of shown) groups.set(command.group, [...(groups.get(command.group) ?? []), command]);
  return [...groups];
}

/** Registers a command without a key, for the palette. */
export function useCommand(description: string, action: () => void, options?: Omit<CommandOptions, 'inPalette'>): void {
  useShortcut(null, description, action, options);
}

/**
 * Listens for the keys of all commands; called once per page. Inside `[data-modal]` only the dialog's own keys work.
 */
export function useShortcutListener(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      // Otherwise the browser clears a search box, or closes the dialog.
      if (event.key === 'Escape' && isComposing(event)) event.preventDefault();
      const place = event.target instanceof Element ? event.target : null;
      if (place?.closest('[data-modal]')) return;
      const command = commandFor(event, place !== null && isWriting(place));
      if (!command) return;
      event.preventDefault();
      command.run();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}

const KEYS_WRITE =
  'textarea, select, [contenteditable="true"], input:not([type="checkbox"], [type="radio"], [type="button"], [type="range"])';

function isWriting(place: Element): boolean {
  return place.matches(KEYS_WRITE);
}
