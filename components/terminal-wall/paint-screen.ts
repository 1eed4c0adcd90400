/** Draws what a terminal shows onto a canvas: a preview of many terminals costs less so than elements for each character. */
import type { IBuffer, IBufferCell, ITheme, Terminal } from '@xterm/xterm';
import { readableColour } from './readable-colour';

const LINE_HEIGHT = 1.2;
/** Characters smaller than this are not read: a larger screen is cut instead, in CSS pixels. */
const MIN_FONT_SIZE = 7;
const MAX_FONT_SIZE = 12;

export interface Picture {
  context: CanvasRenderingContext2D;
  /** In CSS pixels. */
  width: number;
  height: number;
  theme: ITheme;
  fontFamily: string;
}

interface Style {
  foreground: string;
  background: string | null;
  font: string;
}

/** The colours 16 to 255 of a terminal: a cube of 6 x 6 x 6 and 24 greys. */
function extendedColour(index: number): string {
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return `rgb(${grey},${grey},${grey})`;
  }
  const [red, green, blue] = [36, 6, 1].map((step) => Math.floor((index - 16) / step) % 6);
  return `rgb(${[red, green, blue].map((level) => (level ? 55 + level * 40 : 0)).join()})`;
}

const BASIC = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;
const BRIGHT = [
  ...['brightBlack', 'brightRed', 'brightGreen', 'brightYellow'],
  ...['brightBlue', 'brightMagenta', 'brightCyan', 'brightWhite'],
] as readonly (keyof ITheme)[];

function colourOf(number: number, isPalette: boolean, theme: ITheme): string {
  if (!isPalette) return `#${number.toString(16).padStart(6, '0')}`;
  const name = number < 8 ? BASIC[number] : BRIGHT[number - 8];
  return name === undefined ? extendedColour(number) : String(theme[name] ?? theme.foreground);
}

function styleOf(cell: IBufferCell, { theme, fontFamily }: Picture, size: number): Style {
  const own = cell.isFgDefault() ? null : colourOf(cell.getFgColor(), cell.isFgPalette(), theme);
  const behind = cell.isBgDefault() ? null : colourOf(cell.getBgColor(), cell.isBgPalette(), theme);
  const [foreground, background] = [own ?? String(theme.foreground), behind];
  const isInverse = cell.isInverse() !== 0;
  const [shown, ground] = isInverse ? [background ?? String(theme.background), foreground] : [foreground, background];
  return {
    foreground: cell.isDim() && ground === null ? String(theme.brightBlack) : readable(shown, ground, theme),
    background: ground,
    font: `${cell.isItalic() ? 'italic ' : ''}${cell.isBold() ? 'bold ' : ''}${size}px ${fontFamily}`,
  };
}

const known = new Map<string, string>();
const MAX_KNOWN = 2000;

/** @returns the colour as far as it can be read; the same few pairs come again and again */
function readable(foreground: string, background: string | null, theme: ITheme): string {
  const behind = background ?? String(theme.background);
  const key = `${foreground} ${behind}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  if (known.size >= MAX_KNOWN) known.clear();
  const found = readableColour(foreground, behind);
  known.set(key, found);
  return found;
}

/** The part of a screen that a picture shows: all of it, or its lower left part where it would be too small to read. */
export interface Cut {
  fontSize: number;
  /** The first row, and how many. */
  top: number;
  rows: number;
  columns: number;
}

/**
 * @param advance the width of a character at a font size of one pixel
 * @param lastRow the last row with text, or with the cursor
 */
export function cutOf(
  picture: { width: number; height: number },
  screen: { columns: number; rows: number },
  { advance, lastRow }: { advance: number; lastRow: number },
): Cut {
  const whole = Math.min(
    picture.width / (screen.columns * advance),
    picture.height / (screen.rows * LINE_HEIGHT),
    MAX_FONT_SIZE,
  );
  const fontSize = Math.max(MIN_FONT_SIZE, whole);
  const rows = Math.min(screen.rows, Math.max(1, Math.floor(picture.height / (fontSize * LINE_HEIGHT))));
  const columns = Math.min(screen.columns, Math.ceil(picture.width / (fontSize * advance)));
  const top = Math.max(0, Math.min(screen.rows, lastRow + 1) - rows);
  return { fontSize, top, rows, columns };
}

/** Draws the screen as it is now. */
export function paintScreen(terminal: Terminal, picture: Picture): void {
  const { context, width, height, theme } = picture;
  const buffer = terminal.buffer.active;
  context.fillStyle = String(theme.background);
  context.fillRect(0, 0, width, height);
  context.textBaseline = 'alphabetic';
  context.font = `100px ${picture.fontFamily}`;
  const advance = context.measureText('M').width / 100;
  const screen = { columns: terminal.cols, rows: terminal.rows };
  const cut = cutOf(picture, screen, { advance, lastRow: lastRowOf(buffer, terminal.rows) });
  for (let row = 0; row < cut.rows; row += 1) paintRow(buffer, cut, row, { ...picture, advance });
}

function lastRowOf(buffer: IBuffer, rows: number): number {
  for (let row = rows - 1; row > buffer.cursorY; row -= 1) {
    const text = buffer.getLine(buffer.baseY + row)?.translateToString(true) ?? '';
    if (text.trim() !== '') return row;
  }
  return buffer.cursorY;
}

function paintRow(buffer: IBuffer, cut: Cut, row: number, picture: Picture & { advance: number }): void {
  const line = buffer.getLine(buffer.baseY + cut.top + row);
  if (!line) return;
  const { context, advance } = picture;
  const [cellWidth, cellHeight] = [advance * cut.fontSize, LINE_HEIGHT * cut.fontSize];
  const y = row * cellHeight;
  let run: { style: Style; text: string; column: number; cells: number } | null = null;
  const flush = () => {
    if (!run) return;
    const { style, text, column, cells } = run;
    const x = column * cellWidth;
    if (style.background !== null) {
      context.fillStyle = style.background;
      // A hair more than its cells: no gaps between rows.
      context.fillRect(x, y, cells * cellWidth + 0.5, cellHeight + 0.5);
    }
    if (text.trim() !== '') {
      context.fillStyle = style.foreground;
      context.font = style.font;
      context.fillText(text, x, y + cut.fontSize);
    }
    run = null;
  };
  for (let column = 0; column < cut.columns; column += 1) {
    const cell = line.getCell(column);
    if (!cell || cell.getWidth() === 0) continue;
    const style = styleOf(cell, picture, cut.fontSize);
    const text = cell.getChars() || ' ';
    // Wide characters, and those of other fonts, would push what follows them out of its cell.
    const isPlain = cell.getWidth() === 1 && text.length === 1 && text < '\u0100';
    if (run && (!isPlain || !isSame(run.style, style) || run.column + run.cells !== column)) flush();
    run = run ?? { style, text: '', column, cells: 0 };
    run.text += text;
    run.cells += cell.getWidth();
    if (!isPlain) flush();
  }
  flush();
}

function isSame(one: Style, other: Style): boolean {
  return one.foreground === other.foreground && one.background === other.background && one.font === other.font;
}
