/** What programs ask of a terminal, and that one that is only watched must not do. */
import type { IDisposable, Terminal } from '@xterm/xterm';

/** Reports of the mouse and of the focus: with them nothing could be selected. */
const REPORT_MODES = new Set([9, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1015, 1016]);
/** Changes of colours, which belong to the page's theme, and links, which the page would open. */
const REFUSED_OSC = [4, 8, 10, 11, 12, 104, 110, 111, 112];

/** @returns what to dispose of with the terminal */
export function refuseModes(terminal: Terminal): IDisposable[] {
  const { parser } = terminal;
  const isReport = (parameters: (number | number[])[]) =>
    parameters.every((mode) => typeof mode === 'number' && REPORT_MODES.has(mode));
  return [
    parser.registerCsiHandler({ prefix: '?', final: 'h' }, isReport),
    ...REFUSED_OSC.map((number) => parser.registerOscHandler(number, () => true)),
  ];
}
