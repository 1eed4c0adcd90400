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
  const terminal = new HeadlessTerminal({ cols, rows, scrollback, allowProposedApi: true, logLevel: 'error' });
  // The addon is made for the emulator of the browser, which has the same interface where it needs it.
  terminal.loadAddon(new Unicode11Addon() as never);
  terminal.unicode.activeVersion = '11';
  return terminal;
}

/**
 * Parses output at once. The interface of the emulator only offers to do that in a later turn, where what it throws
 * would end the process; version 6.0.0 does throw for `CSI 1 J` in the last place of a screen.
 *
 * @returns false if the emulator failed: it must not be used any more
 */
export function parse(terminal: Terminal, text: string): boolean {
  try {
    (terminal as Terminal & { _core: { _inputHandler: { parse(text: string): void } } })._core._inputHandler.parse(
      text,
    );
    return true;
  } catch {
    return false;
  }
}
