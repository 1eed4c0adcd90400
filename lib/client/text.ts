/** Values of the swarm's files as safe text: nothing invisible, bounded in length, never HTML. */

/**
 * Converts a value of any JSON type to text.
 *
 * @param value a value of a file; absent and null give the empty text
 * @returns strings unchanged, other values as JSON
 */
export function asText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '(a value nested too deeply to show)';
  }
}

/** A run of ordinary text, or one character that would be invisible or would reorder the text around it. */
export type Piece = { kind: 'text'; text: string } | { kind: 'mark'; text: string; name: string };

/** More combining marks on one letter than any script has; 50,000 of them block a browser for seconds. */
const MAX_COMBINING = 16;
/** Invisible characters in a row that are named one by one: each costs an element. */
const MAX_UNSEEN_RUN = 16;

// Controls except tab and line feed, format characters (bidirectional, zero-width, tags), separators that break lines
// unseen, lone surrogates, blank letters and variation selectors that can carry hidden text; combining marks beyond
// the bound, as one match.
const UNSEEN = new RegExp(
  `(?<=\\p{M}{${MAX_COMBINING}})\\p{M}+|` +
    '(?![\\t\\n])(?:[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\u115F\\u1160\\u3164\\uFFA0]|\\u034F|[\\u17B4\\u17B5]|[\\u{E0100}-\\u{E01EF}])',
  'gu',
);

const NAMES: Record<number, string> = {
  0: 'null',
  8: 'backspace',
  13: 'carriage return',
  27: 'escape',
  127: 'delete',
  173: 'soft hyphen',
  8203: 'zero width space',
  8204: 'zero width non-joiner',
  8205: 'zero width joiner',
  8206: 'left-to-right mark',
  8207: 'right-to-left mark',
  8232: 'line separator',
  8233: 'paragraph separator',
  8234: 'left-to-right embedding',
  8235: 'right-to-left embedding',
  8236: 'pop directional formatting',
  8237: 'left-to-right override',
  8238: 'right-to-left override',
  8288: 'word joiner',
  8294: 'left-to-right isolate',
  8295: 'right-to-left isolate',
  8296: 'first strong isolate',
  8297: 'pop directional isolate',
  65279: 'byte order mark',
};

/**
 * Splits text into pieces that may be shown as they are and characters that must be made visible.
 *
 * @param text any text
 * @returns pieces in order; a joiner inside an emoji and the carriage return of a line end stay in the text. Of a long
 *   run of invisible characters or combining marks, one mark counts those beyond the bound
 */
export function revealed(text: string): Piece[] {
  const pieces: Piece[] = [];
  let shown = 0;
  let run: Piece[] = [];
  const endRun = () => {
    pieces.push(...run.slice(0, MAX_UNSEEN_RUN));
    const left = run.length - MAX_UNSEEN_RUN;
    if (left > 0) pieces.push(moreMark(left, 'invisible character'));
    run = [];
  };
  for (const match of text.matchAll(UNSEEN)) {
    const [character] = match;
    if (belongs(text, match.index, character)) continue;
    if (match.index > shown) {
      endRun();
      pieces.push({ kind: 'text', text: text.slice(shown, match.index) });
    }
    if (/^\p{M}{2}/u.test(character)) {
      endRun();
      pieces.push(moreMark([...character].length, 'combining mark'));
    } else run.push(mark(character));
    shown = match.index + character.length;
  }
  endRun();
  if (shown < text.length) pieces.push({ kind: 'text', text: text.slice(shown) });
  return pieces;
}

/** Whether the character has its ordinary function: joining an emoji's parts, or ending a line before a line feed. */
function belongs(text: string, index: number, character: string): boolean {
  if (character === '\r') return text[index + 1] === '\n';
  if (character !== '\u200D') return false;
  const before = text.slice(Math.max(0, index - 4), index);
  const after = text.slice(index + 1, index + 3);
  // As one class (`[\p{...}\p{...}]`), V8 of Chromium 156 misses pairs of surrogates before the optional selector.
  return (
    /(?:\p{Extended_Pictographic}|\p{Emoji_Modifier})\uFE0F?$/u.test(before) &&
    /^\p{Extended_Pictographic}/u.test(after)
  );
}

function moreMark(count: number, what: string): Piece {
  return { kind: 'mark', text: `+${counting.format(count)}`, name: counted(count, `more ${what}`) };
}

function mark(character: string): Piece {
  const code = character.codePointAt(0) ?? 0;
  const number = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  const name = NAMES[code] ? `${number} ${NAMES[code]}` : number;
  // Unicode has a symbol for each C0 control and for delete; other characters are written as their number.
  if (code < 32) return { kind: 'mark', text: String.fromCodePoint(0x2400 + code), name };
  if (code === 127) return { kind: 'mark', text: '\u2421', name };
  return { kind: 'mark', text: number, name };
}

export interface Fold {
  /** The part that is shown while folded. */
  head: string;
  /** The number of lines of the whole text. */
  lines: number;
}

/**
 * Cuts a text that is too long to show at once.
 *
 * @param text any text
 * @param limits the number of lines and UTF-16 units that are shown
 * @returns the start of the text and its number of lines; null if the text is short enough to be shown whole
 */
export function folded(text: string, limits: { lines: number; length: number }): Fold | null {
  let breaks = 0;
  let end: number | undefined;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
    breaks += 1;
    if (breaks === limits.lines) end = at;
  }
  // A few more characters do not justify hiding anything.
  const lastShownLine = breaks >= limits.lines + 2 ? end : undefined;
  const tooLong = text.length > limits.length * 1.25;
  if (lastShownLine === undefined && !tooLong) return null;
  const head = truncated(text, Math.min(lastShownLine ?? text.length, tooLong ? limits.length : text.length));
  return { head, lines: breaks + 1 };
}

/**
 * Cuts a long text into pieces that are rendered one at a time, each as a block of its own.
 *
 * @param text any text
 * @param length the largest length of a piece in UTF-16 units
 * @returns the pieces in order, which together are the text; cut after a line feed where one is near, else after a
 *   blank, else between any two characters, but not inside a surrogate pair
 */
export function cutIntoPieces(text: string, length: number): string[] {
  const pieces: string[] = [];
  let from = 0;
  while (text.length - from > length) {
    const piece = truncated(text.slice(from, from + length + 1), length);
    const line = piece.lastIndexOf('\n') + 1;
    const blank = piece.lastIndexOf(' ') + 1;
    const end = line > length / 2 ? line : Math.max(line, blank > length / 2 ? blank : 0) || piece.length;
    pieces.push(piece.slice(0, end));
    from += end;
  }
  return [...pieces, text.slice(from)];
}

/** Text without a blank that is longer than this is broken up: a browser needs the square of its length to lay it out. */
const LONG_RUN = /\S{500,}/g;
// A combining mark and the joined part of an emoji stay with the character before them.
const RUN_PART = /[\s\S]{1,64}(?:\p{M}|\u200D[\s\S])*/gu;

/**
 * Splits a text where a line may be broken inside a long run without a blank. Text between two such places is short
 * enough to be laid out quickly.
 *
 * @returns the parts in order, which together are the text; one part for ordinary text
 */
export function breakableParts(text: string): string[] {
  const parts: string[] = [];
  let end = 0;
  for (const { index, 0: run } of text.matchAll(LONG_RUN)) {
    const [first = '', ...more] = run.match(RUN_PART) ?? [];
    parts.push(text.slice(end, index) + first, ...more);
    end = index + run.length;
  }
  if (end === 0) return [text];
  // What follows the last run belongs to its last part: there is a blank between them.
  parts[parts.length - 1] += text.slice(end);
  return parts;
}

/** @returns at most `length` UTF-16 units of the text, never half of a surrogate pair */
export function truncated(text: string, length: number): string {
  if (text.length <= length) return text;
  const splitsPair = /[\uD800-\uDBFF]/.test(text[length - 1] ?? '') && /[\uDC00-\uDFFF]/.test(text[length] ?? '');
  return text.slice(0, splitsPair ? length - 1 : length);
}

const counting = new Intl.NumberFormat('en-GB');

/** @returns a count with its noun: `1 lock`, `1,204 locks` */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${counting.format(count)} ${count === 1 ? one : many}`;
}

/** @returns a count with thousands separators */
export function formatCount(count: number): string {
  return counting.format(count);
}
