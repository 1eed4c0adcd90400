/** What a key press in a drawn terminal does on the page, and whether it is for the terminal's program. */
import { isComposing } from '@/lib/client/shortcuts';
import { type KeyPress, unsentKey } from '@/lib/client/unsent-keys';
import type { DrawnTerminal } from './drawn-terminal';

interface KeyActions {
  terminal: DrawnTerminal | null;
  typing: boolean;
  search: () => void;
  /** Says that a key is not sent. */
  refuse: (key: string) => void;
  /** Ends typing and brings the focus out of the terminal. */
  leave: () => void;
}

/**
 * Handles a key press. While typing is off every key keeps its meaning for the page, so that Tab goes on; the terminal
 * only scrolls and searches.
 *
 * @returns whether xterm.js makes a text of it for the program
 */
export function handleKey(event: KeyboardEvent, actions: KeyActions): boolean {
  if (event.type !== 'keydown') return actions.typing;
  if (isComposing(event)) return actions.typing;
  const withModifier = event.ctrlKey || event.metaKey;
  if (withModifier && !event.altKey && event.key.toLowerCase() === 'f') {
    event.preventDefault();
    event.stopPropagation();
    actions.search();
    return false;
  }
  return actions.typing ? whileTyping(event, actions) : whileWatching(event, actions);
}

function whileTyping(event: KeyboardEvent, { terminal, refuse, leave }: KeyActions): boolean {
  // The page's own shortcuts are typed, not run.
  event.stopPropagation();
  const { key, ctrlKey, metaKey, shiftKey } = event;
  if (ctrlKey && shiftKey && (key === 'Enter' || key === 'Escape')) {
    event.preventDefault();
    leave();
    return false;
  }
  const letter = key.toLowerCase();
  // The browser copies and pastes: without a selection Ctrl+C is for the program.
  if (letter === 'v' && (ctrlKey || metaKey)) return false;
  if (letter === 'c' && (metaKey || (ctrlKey && (shiftKey || terminal?.hasSelection)))) {
    if (ctrlKey && !shiftKey) setTimeout(() => terminal?.clearSelection());
    return false;
  }
  const unsent = unsentKey(pressOf(event), IS_MAC.test(navigator.platform));
  if (unsent === null) return true;
  event.preventDefault();
  refuse(unsent);
  return false;
}

const IS_MAC = /Mac|iPhone|iPad/;

function pressOf(event: KeyboardEvent): KeyPress {
  const { key, ctrlKey, altKey, metaKey, shiftKey } = event;
  return { key, ctrlKey, altKey, metaKey, shiftKey, altGraph: event.getModifierState('AltGraph') };
}

function whileWatching(event: KeyboardEvent, { terminal }: KeyActions): boolean {
  const scroll: Record<string, () => void> = {
    PageUp: () => terminal?.scrollPages(-1),
    PageDown: () => terminal?.scrollPages(1),
    Home: () => terminal?.scrollTo('top'),
    End: () => terminal?.scrollTo('bottom'),
  };
  const withModifier = event.ctrlKey || event.metaKey || event.altKey;
  const isSelectAll = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'a';
  const act = isSelectAll ? () => terminal?.selectAll() : scroll[event.key];
  if (act) {
    event.preventDefault();
    act();
  } else if (!withModifier && event.key.length === 1) passOn(event);
  return false;
}

/** Gives a key to the page, whose shortcuts take one that comes from a text field for a typed letter. */
function passOn(event: KeyboardEvent): void {
  event.stopPropagation();
  const again = new KeyboardEvent(event.type, { ...plain(event), bubbles: true, cancelable: true });
  if (!document.dispatchEvent(again)) event.preventDefault();
}

function plain({ key, code, shiftKey, repeat }: KeyboardEvent): KeyboardEventInit {
  return { key, code, shiftKey, repeat };
}
