/** Keys that are not sent to the terminal of an agent, by what a person presses. */

/** One press, as far as it matters. */
export interface KeyPress extends Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'metaKey' | 'shiftKey'> {
  /** AltGr is held, which makes other letters. */
  altGraph: boolean;
}

/** What the server takes, in the words of a keyboard (`TERMINAL_KEYS` of the contract). */
export const SENT_KEYS = 'text, Enter, Escape, Tab, Backspace, the arrows and Ctrl with C, D, L, R or U';

const PLAIN = new Set(['Enter', 'Escape', 'Tab', 'Backspace', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight']);
/** With a modifier they mean something else to a program, and nothing that could be sent. */
const NEVER = /^(?:Home|End|PageUp|PageDown|Insert|Delete|F\d{1,2})$/;
const CONTROL_LETTERS = 'cdlru';
/** The size of the page. */
const ZOOM = '+-=0';
const NAMES: Readonly<Record<string, string>> = {
  ' ': 'Space',
  PageUp: 'Page Up',
  PageDown: 'Page Down',
  ArrowUp: 'Up',
  ArrowDown: 'Down',
  ArrowLeft: 'Left',
  ArrowRight: 'Right',
};

/**
 * Whether a key press would be lost without a word, or mean something else than its key says: Shift+Enter would submit,
 * and Ctrl+3 is Escape to a terminal.
 *
 * @param isMac whether Option makes other letters, as on a Mac
 * @returns the name of the key; null for one that is sent, that the browser acts on, or that means nothing by itself
 */
export function unsentKey(press: KeyPress, isMac: boolean): string | null {
  const { key, metaKey } = press;
  if (metaKey) return null;
  const isLetter = [...key].length === 1;
  const isUnsent = isLetter ? isUnsentLetter(press, isMac) : isUnsentNamed(press);
  return isUnsent ? nameOf(press) : null;
}

function isUnsentLetter({ key, ctrlKey, altKey, shiftKey, altGraph }: KeyPress, isMac: boolean): boolean {
  if (altGraph) return false;
  if (altKey) return ctrlKey || !isMac;
  // With Shift they are the browser's.
  return ctrlKey && !shiftKey && !CONTROL_LETTERS.includes(key.toLowerCase()) && !ZOOM.includes(key);
}

function isUnsentNamed({ key, ctrlKey, altKey, shiftKey }: KeyPress): boolean {
  if (PLAIN.has(key)) return ctrlKey || altKey || (shiftKey && key !== 'Backspace');
  if (!NEVER.test(key)) return false;
  const isClipboard = /^(?:Insert|Delete)$/.test(key) && shiftKey !== ctrlKey && !altKey;
  const isScroll = /^Page/.test(key) && shiftKey && !ctrlKey && !altKey;
  return !isClipboard && !isScroll;
}

function nameOf({ key, ctrlKey, altKey, shiftKey }: KeyPress): string {
  const name = NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key);
  return [ctrlKey && 'Ctrl', altKey && 'Alt', shiftKey && 'Shift', name].filter(Boolean).join('+');
}
