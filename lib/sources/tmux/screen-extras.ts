/**
 * What the serialize addon of the emulator does not restore. Some of it is known to no public interface of the emulator:
 * it is read here only, and where a later version names it otherwise, that part is left out.
 */
import type { Terminal } from './emulator';
import { printedCell } from './screen-cells';

interface Core {
  coreService?: { isCursorHidden?: boolean };
  coreMouseService?: { activeEncoding?: string };
  buffer?: { scrollTop?: number; scrollBottom?: number; savedX?: number; savedY?: number };
}

const MOUSE = { none: '', x10: '\u001b[?9h', vt200: '\u001b[?1000h', drag: '\u001b[?1002h', any: '\u001b[?1003h' };

/** @returns sequences that complete a serialized screen without modes: modes, scroll region, places of the cursor */
export function extras(terminal: Terminal): string {
  const core = (terminal as Terminal & { _core?: Core })._core ?? {};
  return `${moded(terminal, core)}${region(terminal, core)}`;
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
  ];
  return set.filter(Boolean).join('');
}

/** The scroll region moves the cursor, so that its place is restored after it. */
function region(terminal: Terminal, { buffer: inner }: Core): string {
  const { rows, modes } = terminal;
  const { scrollTop = 0, scrollBottom = rows - 1, savedX = 0, savedY = 0 } = inner ?? {};
  const isWhole = scrollTop === 0 && scrollBottom === rows - 1;
  if (isWhole && savedX === 0 && savedY === 0 && !modes.originMode) return '';
  const buffer = terminal.buffer.active;
  const saved = Math.max(0, savedY - buffer.baseY);
  const parts = [`\u001b[${scrollTop + 1};${scrollBottom + 1}r`, cursorTo(terminal, savedX, saved), '\u001b7'];
  if (modes.originMode) parts.push('\u001b[?6h');
  const top = modes.originMode ? scrollTop : 0;
  return `${parts.join('')}${cursorTo(terminal, buffer.cursorX, buffer.cursorY - top)}`;
}

/** Where the cursor waits behind the last column, the last letter is printed again. */
export function cursorTo(terminal: Terminal, x: number, y: number): string {
  if (x >= terminal.cols) return `${printedCell(terminal.buffer.active, terminal.cols - 1, y)}\u001b[m`;
  return `\u001b[${y + 1};${x + 1}H`;
}
