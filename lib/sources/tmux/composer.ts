/**
 * Finds the composer of Claude Code 2.1.332 on a screen: a line that begins with `❯` and a no-break space between two
 * rules. Lines of the history begin with `❯` and a plain space, options of dialogs are indented.
 */
import { compactText } from '../compact-text';
import type { PaneView } from './panes';

/** `empty` also where it shows a dim hint. `absent`: a dialog, a menu, another view or another program. */
export type Composer = { kind: 'empty' } | { kind: 'text'; text: string; first: string } | { kind: 'absent' };

const PROMPT = '❯\u00a0';
const RULE = /^─{5,}/;
/** Where the cursor is in a composer without text. */
const FIRST_COLUMN = 2;
/** A composer grows with its text, but not beyond its terminal. */
const MAX_LINES = 500;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the attributes of a terminal begin with one
const ATTRIBUTES = /\u001b\[([0-9;:]*)m|\u001b\[[0-9;:?]*[A-Za-z]|\u001b[()][A-Z0-9]/g;

/** @returns a line without its attributes */
export function plainLine(line: string): string {
  return line.replace(ATTRIBUTES, '');
}

/** @returns the composer in which the cursor of a pane is */
export function findComposer({ lines, cursor }: Pick<PaneView, 'lines' | 'cursor'>): Composer {
  const plain = lines.map(plainLine);
  const top = promptLine(plain, cursor.y);
  const end = plain.findIndex((line, index) => index > cursor.y && RULE.test(line));
  if (top === null || end < 0) return { kind: 'absent' };
  const first = (plain[top] ?? '').slice(PROMPT.length).trimEnd();
  if (cursor.y === top && cursor.x === FIRST_COLUMN && (first === '' || isDim(lines[top] ?? ''))) {
    return { kind: 'empty' };
  }
  const others = plain.slice(top + 1, end).map((line) => line.replace(/^ {2}/, '').trimEnd());
  return { kind: 'text', text: [first, ...others].join('\n').trimEnd(), first };
}

/** @returns the line of the prompt above or at the cursor, below a rule; null if there is none */
function promptLine(plain: readonly string[], cursorY: number): number | null {
  for (let y = cursorY; y > 0 && y > cursorY - MAX_LINES; y -= 1) {
    const line = plain[y] ?? '';
    if (line.startsWith(PROMPT)) return RULE.test(plain[y - 1] ?? '') ? y : null;
    if (RULE.test(line)) return null;
  }
  return null;
}

/** Whether everything after the prompt is a hint: dim, after at most one inverse letter, which is the cursor. */
function isDim(line: string): boolean {
  let [dim, inverse, skipped] = [false, false, 0];
  let at = 0;
  const isHint = (text: string) => {
    for (const letter of text) {
      if (skipped < FIRST_COLUMN) skipped += 1;
      else if (letter.trim() !== '' && !dim && !inverse) return false;
    }
    return true;
  };
  for (const found of line.matchAll(ATTRIBUTES)) {
    if (!isHint(line.slice(at, found.index))) return false;
    at = found.index + found[0].length;
    // A colour such as 38;5;2 contains numbers that are no attributes.
    const codes = (found[1] ?? '').replace(/\b[34]8[;:](?:5[;:]\d+|2(?:[;:]\d*){3,4})/g, '').split(/[;:]/);
    for (const code of found[1] === undefined ? [] : codes) {
      if (code === '' || code === '0') [dim, inverse] = [false, false];
      else if (code === '2') dim = true;
      else if (code === '22') dim = false;
      else if (code === '7') inverse = true;
      else if (code === '27') inverse = false;
    }
  }
  return isHint(line.slice(at));
}

/** A long text is shown as such a word instead. */
const PASTED = /\[Pasted text #\d+/;
/** Fewer letters of a text that is cut off could be of another. */
const MIN_COMMON_LETTERS = 16;

/**
 * @param composer with a text
 * @returns whether it shows exactly a text that was pasted, or as much of it as fits on the screen
 */
export function showsText({ text }: { text: string }, pasted: string): boolean {
  if (PASTED.test(text) && compactText(text.replace(/\[Pasted text #\d+[^\]]*\]/, '')) === '') return true;
  const [shown, whole] = [compactText(text), compactText(pasted)];
  return shown === whole || (shown.length >= MIN_COMMON_LETTERS && whole.includes(shown));
}
