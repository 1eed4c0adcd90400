/** Cells of the emulator: their attributes as control sequences, lines with them, and whether two screens are the same. */
import type { IBuffer, IBufferCell, IBufferLine } from './emulator';

/** What a cell and the pen of the emulator have in common. */
export type Style = Omit<
  IBufferCell,
  'getChars' | 'getCode' | 'getWidth' | 'isAttributeDefault' | 'isFgDefault' | 'getFgColorMode' | 'getBgColorMode'
>;

export const UNSTYLED = '0';
/** Attributes that have a code of their own; 6 is not among them. */
const FLAGS = ['isBold', 'isDim', 'isItalic', 'isUnderline', 'isBlink', null, 'isInverse', 'isInvisible'] as const;

/** @returns the codes of an `SGR` sequence, complete: they begin with a reset */
export function codesOf(style: Style): string {
  let codes = UNSTYLED;
  for (const [index, flag] of FLAGS.entries()) if (flag && style[flag]()) codes += `;${index + 1}`;
  if (style.isStrikethrough()) codes += ';9';
  if (style.isOverline()) codes += ';53';
  codes += colour(style.isFgRGB(), style.isFgPalette(), style.getFgColor(), 30);
  return codes + colour(style.isBgRGB(), style.isBgPalette(), style.getBgColor(), 40);
}

function colour(isRgb: boolean, isPalette: boolean, value: number, base: 30 | 40): string {
  if (isRgb) return `;${base + 8};2;${(value >>> 16) & 255};${(value >>> 8) & 255};${value & 255}`;
  if (!isPalette) return '';
  if (value < 8) return `;${base + value}`;
  return value < 16 ? `;${base + 52 + value}` : `;${base + 8};5;${value}`;
}

/** Gives the codes of one cell after another; most have those of the one before. */
class StyleReader {
  #known: { fg: unknown; bg: unknown; codes: string } | null = null;

  codes(cell: IBufferCell): string {
    if (cell.isAttributeDefault()) return UNSTYLED;
    // Everything about a cell is in these two, which the emulator does not name in its interface.
    const { fg, bg } = cell as { fg?: unknown; bg?: unknown };
    const known = this.#known;
    if (known && typeof fg === 'number' && known.fg === fg && known.bg === bg) return known.codes;
    const codes = codesOf(cell);
    this.#known = { fg, bg, codes };
    return codes;
  }
}

/** @returns what a cell shows. Half of a wide letter, of which the other half was overwritten, shows nothing */
function lettersOf(line: IBufferLine, x: number, cell: IBufferCell): string {
  if (cell.getWidth() === 2 && line.getCell(x + 1)?.getWidth() !== 0) return ' ';
  return cell.getChars() || ' ';
}

/** @returns whether a cell without a letter shows nothing, not even a colour */
function isEmpty(cell: IBufferCell, codes: string): boolean {
  return codes === UNSTYLED || (cell.isBgDefault() && !cell.isInverse() && !cell.isUnderline());
}

interface PrintedLine {
  /** It begins and ends without attributes. */
  text: string;
  /** Whether it reaches the last column. */
  isFull: boolean;
}

/** @param isWhole whether empty cells at its end are printed, too */
function printLine(line: IBufferLine | undefined, columns: number, isWhole: boolean): PrintedLine {
  const reader = new StyleReader();
  let [text, codes, empty] = ['', UNSTYLED, 0];
  let cell: IBufferCell | undefined;
  for (let x = 0; line && x < columns; x += 1) {
    cell = line.getCell(x, cell);
    if (!cell || cell.getWidth() === 0) continue;
    const own = reader.codes(cell);
    const letters = lettersOf(line, x, cell);
    if (letters === ' ' && isEmpty(cell, own)) {
      empty += 1;
      continue;
    }
    if (empty > 0 && codes !== UNSTYLED) {
      text += '\u001b[0m';
      codes = UNSTYLED;
    }
    if (empty > 0) text += ' '.repeat(empty);
    empty = 0;
    if (own !== codes) text += `\u001b[${own}m`;
    codes = own;
    text += letters;
  }
  if (codes !== UNSTYLED) text += '\u001b[0m';
  return isWhole ? { text: text + ' '.repeat(empty), isFull: true } : { text, isFull: empty === 0 };
}

/** @returns a line of the screen with its attributes, without what is empty at its end */
export function styledLine(buffer: IBuffer, y: number, columns: number): string {
  return printLine(buffer.getLine(buffer.baseY + y), columns, false).text;
}

/**
 * @param first the first line of the buffer that is wanted
 * @returns what prints the lines from there to the end, for a terminal whose cursor is at its beginning; a line that was
 *   wrapped is wrapped again
 */
export function printLines(buffer: IBuffer, first: number, columns: number): string {
  const parts: string[] = [];
  let wasWrapped = false;
  for (let y = first; y < buffer.length; y += 1) {
    // A wrapped line without a letter would not be begun.
    const next = buffer.getLine(y + 1);
    const wraps = next?.isWrapped === true && printLine(next, columns, false).text !== '';
    const { text, isFull } = printLine(buffer.getLine(y), columns, wraps);
    // Where a line was begun by a letter with a colour, the terminal may have filled it with that.
    parts.push(text, wasWrapped && !isFull ? '\u001b[K' : '', wraps || y === buffer.length - 1 ? '' : '\r\n');
    wasWrapped = wraps;
  }
  return parts.join('');
}

/** @returns what prints a cell again with its attributes, at a place */
export function printedCell(buffer: IBuffer, x: number, y: number): string {
  const line = buffer.getLine(buffer.baseY + y);
  const at = line?.getCell(x)?.getWidth() === 0 ? x - 1 : x;
  const shown = line?.getCell(at);
  return shown ? `\u001b[${y + 1};${at + 1}H\u001b[${codesOf(shown)}m${shown.getChars() || ' '}` : '';
}

/**
 * @returns the first place where two screens of one size differ, null if they are the same: letters everywhere,
 *   attributes where there is a letter
 */
export function findDifference(
  one: IBuffer,
  other: IBuffer,
  { columns, rows }: { columns: number; rows: number },
): { x: number; y: number } | null {
  const [mine, its] = [new StyleReader(), new StyleReader()];
  let [first, second]: (IBufferCell | undefined)[] = [];
  for (let y = 0; y < rows; y += 1) {
    const [line, otherLine] = [one.getLine(one.baseY + y), other.getLine(other.baseY + y)];
    for (let x = 0; x < columns; x += 1) {
      first = line?.getCell(x, first);
      second = otherLine?.getCell(x, second);
      if (!line || !otherLine || !first || !second) continue;
      const [letters, others] = [lettersOf(line, x, first), lettersOf(otherLine, x, second)];
      if (letters !== others) return { x, y };
      if (letters !== ' ' && mine.codes(first) !== its.codes(second)) return { x, y };
    }
  }
  return null;
}
