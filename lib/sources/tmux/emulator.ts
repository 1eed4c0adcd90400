/** The emulator of terminals, with the widths of letters that tmux has. */
import * as unicode from '@xterm/addon-unicode11';
import type { Terminal } from '@xterm/headless';
import * as headless from '@xterm/headless';

export type { IBuffer, IBufferCell, IBufferLine, Terminal } from '@xterm/headless';

/** Node gives the exports of these packages as one default export, bundlers by their names. */
function exportsOf<Module extends object>(module: Module): Module {
  return 'default' in module ? (module.default as Module) : module;
}

const { Unicode11Addon } = exportsOf(unicode);
const { Terminal: HeadlessTerminal } = exportsOf(headless);

/** @returns an emulator that draws nothing */
export function newTerminal(cols: number, rows: number, scrollback: number): Terminal {
  const terminal = new HeadlessTerminal({ cols, rows, scrollback, allowProposedApi: true });
  // The addon is made for the emulator of the browser, which has the same interface where it needs it.
  terminal.loadAddon(new Unicode11Addon() as never);
  terminal.unicode.activeVersion = '11';
  return terminal;
}
