/** Cells of the emulator: their attributes as control sequences, lines with them, and whether two screens are the same. */
import type { IBuffer, IBufferCell } from './emulator';

const UNSTYLED = '0';

/** @returns the codes of a `SGR` sequence for a cell, complete: they begin with a reset */
function codesOf(cell: IBufferCell): string {
  if (cell.isAttributeDefault()) return UNSTYLED;
  const codes = ['0'];
  const flags = [cell.isBold(), cell.isDim(), cell.isItalic(), cell.isUnderline(), cell.isBlink(), 0, cell.isInverse()];
  for (const [index, flag] of [...flags, cell.isInvisible(), cell.isStrikethrough()].entries()) {
    if (flag) codes.push(String(index + 1));
  }
  if (cell.isOverline()) codes.push('53');
  codes.push(...colour(cell.isFgRGB(), cell.isFgPalette(), cell.getFgColor(), 30));
  codes.push(...colour(cell.isBgRGB(), cell.isBgPalette(), cell.getBgColor(), 40));
  return codes.join(';');
}

function colour(isRgb: boolean, isPalette: boolean, value: number, base: 30 | 40): string[] {
  if (isRgb) return [`${base + 8};2;${(value >>> 16) & 255};${(value >>> 8) & 255};${value & 255}`];
  if (!isPalette) return [];
  if (value < 8) return [String(base + value)];
  return value < 16 ? [String(base + 52 + value)] : [`${base + 8};5;${value}`];
}

/** @returns a line of the screen with its attributes, without blank cells at its end, as `capture-pane -e` gives it */
export function styledLine(buffer: IBuffer, y: number, columns: number): string {
  const line = buffer.getLine(buffer.baseY + y);
  let [text, codes, blank] = ['', UNSTYLED, ''];
  let cell: IBufferCell | undefined;
  for (let x = 0; line && x < columns; x += 1) {
    cell = line.getCell(x, cell);
    if (!cell || cell.getWidth() === 0) continue;
    const own = codesOf(cell);
    if (own === codes && isBlank(cell)) {
      blank += ' ';
      continue;
    }
    const isPlain = isBlank(cell) && cell.isBgDefault() && !cell.isInverse() && !cell.isUnderline();
    if (isPlain) {
      blank += ' ';
      continue;
    }
    text += blank;
    blank = '';
    if (own !== codes) text += `\u001b[${own}m`;
    codes = own;
    text += cell.getChars() || ' ';
  }
  return codes === UNSTYLED ? text : `${text}\u001b[0m`;
}

function isBlank(cell: IBufferCell): boolean {
  const letters = cell.getChars();
  return letters === '' || letters === ' ';
}

/** @returns what prints a cell again with its attributes, at a place */
export function printedCell(buffer: IBuffer, x: number, y: number): string {
  const line = buffer.getLine(buffer.baseY + y);
  const cell = line?.getCell(x);
  const at = cell?.getWidth() === 0 ? x - 1 : x;
  const shown = at === x ? cell : line?.getCell(at);
  if (!shown) return '';
  return `\u001b[${y + 1};${at + 1}H\u001b[${codesOf(shown)}m${shown.getChars() || ' '}`;
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
  let [first, second]: (IBufferCell | undefined)[] = [];
  for (let y = 0; y < rows; y += 1) {
    const [mine, its] = [one.getLine(one.baseY + y), other.getLine(other.baseY + y)];
    for (let x = 0; x < columns; x += 1) {
      first = mine?.getCell(x, first);
      second = its?.getCell(x, second);
      if (first && second && !isSameCell(first, second)) return { x, y };
    }
  }
  return null;
}

function isSameCell(one: IBufferCell, other: IBufferCell): boolean {
  const [letters, others] = [one.getChars() || ' ', other.getChars() || ' '];
  if (letters !== others) return false;
  if (letters === ' ') return true;
  return one.getWidth() === other.getWidth() && codesOf(one) === codesOf(other);
}
