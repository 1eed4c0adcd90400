/**
 * What a screen is besides its letters. Some of it is known to no public interface of the emulator: it is read here
 * only, and where a later version names it otherwise, that part is left out.
 */
import type { Terminal } from './emulator';
import { codesOf, printedCell, type Style, UNSTYLED } from './screen-cells';

interface Core {
  _inputHandler?: { _curAttrData?: Style };
  coreService?: { isCursorHidden?: boolean };
  coreMouseService?: { activeEncoding?: string };
  buffer?: { scrollTop?: number; scrollBottom?: number; savedX?: number; savedY?: number; savedCurAttrData?: Style };
}

const MOUSE = { none: '', x10: '\u001b[?9h', vt200: '\u001b[?1000h', drag: '\u001b[?1002h', any: '\u001b[?1003h' };

/** What tmux tells nobody. */
export interface Carried {
  /** The place that a program saved, with its attributes; null for the first one without any. */
  saved: { x: number; y: number; pen: string } | null;
  /** The attributes of what comes next. */
  pen: string;
}

function coreOf(terminal: Terminal): Core {
  return (terminal as Terminal & { _core?: Core })._core ?? {};
}

export function carriedBy(terminal: Terminal): Carried {
  const { buffer, _inputHandler: input } = coreOf(terminal);
  const { savedX: x = 0, savedY = 0, savedCurAttrData } = buffer ?? {};
  const y = Math.max(0, savedY - terminal.buffer.active.baseY);
  const pen = penOf(savedCurAttrData);
  const isFirst = x === 0 && y === 0 && pen === penOf(undefined);
  return { saved: isFirst ? null : { x, y, pen }, pen: penOf(input?._curAttrData) };
}

function penOf(style: Style | undefined): string {
  return `\u001b[${style ? codesOf(style) : UNSTYLED}m`;
}

/** @returns what saves a place in a terminal that shows the letters already */
export function save(terminal: Terminal, { saved }: Carried): string {
  return saved === null ? '' : `${cursorTo(terminal, saved.x, saved.y)}${saved.pen}\u001b7`;
}

/** @returns sequences that give a terminal with the same letters all the rest: modes, scroll region, cursor, pen */
export function extras(terminal: Terminal): string {
  const core = coreOf(terminal);
  const { buffer, modes } = terminal;
  const top = modes.originMode ? (core.buffer?.scrollTop ?? 0) : 0;
  const carried = carriedBy(terminal);
  const cursor = cursorTo(terminal, buffer.active.cursorX, buffer.active.cursorY, top);
  return `${region(terminal, core)}${save(terminal, carried)}${moded(terminal, core)}${cursor}${carried.pen}`;
}

function moded({ modes }: Terminal, core: Core): string {
  const set = [
    modes.applicationCursorKeysMode && '\u001b[?1h',
    modes.applicationKeypadMode && '\u001b=',
    modes.bracketedPasteMode && '\u001b[?2004h',
    modes.insertMode && '\u001b[4h',
    modes.reverseWraparoundMode && '\u001b[?45h',
    modes.sendFocusMode && '\u001b[?1004h',
    !modes.wraparoundMode && '\u001b[?7l',
    MOUSE[modes.mouseTrackingMode],
    core.coreMouseService?.activeEncoding === 'SGR' && '\u001b[?1006h',
    core.coreService?.isCursorHidden === true && '\u001b[?25l',
    modes.originMode && '\u001b[?6h',
  ];
  return set.filter(Boolean).join('');
}

/** Moves the cursor, so that its place follows. */
function region({ rows }: Terminal, { buffer }: Core): string {
  const { scrollTop = 0, scrollBottom = rows - 1 } = buffer ?? {};
  return scrollTop === 0 && scrollBottom === rows - 1 ? '' : `\u001b[${scrollTop + 1};${scrollBottom + 1}r`;
}

/**
 * @param top the line from which places count
 * @returns what moves the cursor; where it waits behind the last column, the last letter is printed again
 */
export function cursorTo(terminal: Terminal, x: number, y: number, top = 0): string {
  if (x < terminal.cols) return `\u001b[${y - top + 1};${x + 1}H`;
  return `${printedCell(terminal.buffer.active, terminal.cols - 1, y)}\u001b[m`;
}
