import { useEffect, useEffectEvent, useSyncExternalStore } from 'react';

/**
 * Everything that can be done by a key or from the command palette, in one registry: the help dialog lists it, the
 * palette offers it, and one listener on the document runs it.
 */
export interface Command {
  /** Unique among the registered. */
  id: number;
  /** One key as `KeyboardEvent.key` names it (`/`, `f`, `Escape`), `mod+` before it for Ctrl or Command; null: none. */
  keys: string | null;
  /** What it does, as a command: "Search messages". */
  description: string;
  /** The heading under which help and palette show it. */
  group: string;
  /** Shown in the palette; the help dialog shows whatever has keys. */
  inPalette: boolean;
  run: () => void;
}

export interface CommandOptions {
  group?: string;
  /** While false, the key does what it did before: an older command with the same keys, or nothing. */
  enabled?: boolean;
  /** False for what makes no sense out of place, such as moving in a list. */
  inPalette?: boolean;
}

/** What is looked at of a key press. */
export type KeyPress = Pick<
  KeyboardEvent,
  'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'repeat' | 'isComposing' | 'defaultPrevented'
>;

let commands: readonly Command[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

/** Adds a command until the returned function is called; of several with the same keys the newest is meant. */
export function register(command: Omit<Command, 'id'>): () => void {
  lastId += 1;
  const added: Command = { ...command, id: lastId };
  replace([...commands, added]);
  return () => replace(commands.filter((known) => known !== added));
}

/** @returns what is registered now, oldest first; the same array while nothing changes */
export function registered(): readonly Command[] {
  return commands;
}

/**
 * The command that a key press means.
 *
 * @param writing the focus is in a field: keys without Ctrl or Command write there, except Escape
 */
export function commandFor(press: KeyPress, writing: boolean): Command | undefined {
  if (press.defaultPrevented || press.isComposing || press.repeat || press.altKey) return undefined;
  const withModifier = press.ctrlKey || press.metaKey;
  if (writing && !withModifier && press.key !== 'Escape') return undefined;
  // With caps lock or shift held, a letter still means its key.
  const key = /^[A-Z]$/.test(press.key) ? press.key.toLowerCase() : press.key;
  const keys = withModifier ? `mod+${key}` : key;
  return commands.findLast((command) => command.keys === keys);
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

/** What is registered now, for help and palette. */
export function useCommands(): readonly Command[] {
  return useSyncExternalStore(subscribe, registered, () => NONE);
}

/**
 * Binds a key, shows it in the help dialog and offers it in the palette.
 *
 * @param keys as in `Command`
 * @param action what is done; the newest function given is the one that runs
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

/** @returns commands under their headings, each heading where it comes first. */
export function byGroup<Shown extends Command>(shown: readonly Shown[]): [string, Shown[]][] {
  const groups = new Map<string, Shown[]>();
  for (const command of shown) groups.set(command.group, [...(groups.get(command.group) ?? []), command]);
  return [...groups];
}

/** A command that has no key of its own: the palette offers it. */
export function useCommand(description: string, action: () => void, options?: Omit<CommandOptions, 'inPalette'>): void {
  useShortcut(null, description, action, options);
}

/** Listens for the keys of all commands; the page calls it once. Inside `[data-modal]` only the dialog's own keys work. */
export function useShortcutListener(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
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
