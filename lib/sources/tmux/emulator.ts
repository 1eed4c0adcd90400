/** The emulator of terminals, with the widths of letters that tmux has. */
import * as serialize from '@xterm/addon-serialize';
import * as unicode from '@xterm/addon-unicode11';
import * as headless from '@xterm/headless';
import type { Terminal } from '@xterm/headless';

export type { IBuffer, IBufferCell, Terminal } from '@xterm/headless';

/** Node gives the exports of these packages as one default export, bundlers by their names. */
function exportsOf<Module extends object>(module: Module): Module {
  return 'default' in module ? (module.default as Module) : module;
}

const { SerializeAddon } = exportsOf(serialize);
const { Unicode11Addon } = exportsOf(unicode);
const { Terminal: HeadlessTerminal } = exportsOf(headless);

/** @returns an emulator, and what gives its screen as text */
export function newTerminal(
  cols: number,
  rows: number,
  scrollback: number,
): { terminal: Terminal; serializer: serialize.SerializeAddon } {
  const terminal = new HeadlessTerminal({ cols, rows, scrollback, allowProposedApi: true });
  // The addons are made for the emulator of the browser, which has the same interface where they need it.
  const serializer = new SerializeAddon();
  terminal.loadAddon(serializer as never);
  terminal.loadAddon(new Unicode11Addon() as never);
  terminal.unicode.activeVersion = '11';
  return { terminal, serializer };
}
