/** The screen of a pane, kept by an emulator: what it shows now, for viewers that come later. */
import { type IBuffer, newTerminal, type Terminal } from './emulator';
import type { ParseQueue } from './parse-queue';
import { printLines, styledLine } from './screen-cells';
import { type Carried, carriedBy, cursorTo, extras, save } from './screen-extras';

/** Lines above the screen that are kept. */
export const MAX_EARLIER_LINES = 1000;

/** No attributes, and the ordinary letters. */
const PLAIN = '\u001b[m\u001b(B';

export interface ScreenSize {
  columns: number;
  rows: number;
}

export interface ScreenText {
  lines: string[];
  cursor: { x: number; y: number };
}

/** What a model begins with. */
export interface FirstScreen extends ScreenSize {
  title: string;
  alternate: boolean;
  /** The lines above the screen, with attributes. */
  earlier: readonly string[];
  /** The screen, with attributes that go on from one line to the next. */
  lines: readonly string[];
  cursor: { x: number; y: number };
  /** The line from which places of the cursor count, in the mode of the pane. */
  top: number;
  /** Sequences that set the modes of the pane. */
  modes: string;
  /** What only an earlier model of the pane knows; null where there is none. */
  carried: Carried | null;
}

export interface ModelEvents {
  /** The first screen is there. */
  onReady(): void;
  /** The program has switched between the normal and the alternate screen. */
  onBuffer?(): void;
  /** The emulator failed: the model must be replaced. */
  onFault(): void;
}

export class ScreenModel {
  readonly size: ScreenSize;
  readonly #terminal: Terminal;
  readonly #queue: ParseQueue;
  /** What came before the first screen is there; null after that. */
  #early: { text: string; done: () => void; isMark: boolean }[] | null = [];
  #earlyLetters = 0;
  title: string;

  constructor(first: FirstScreen, queue: ParseQueue, { onReady, onBuffer, onFault }: ModelEvents) {
    const { columns, rows, earlier, lines, title } = first;
    this.size = { columns, rows };
    this.title = title;
    this.#queue = queue;
    // As tall as all lines, so that none scrolls while they are written: that would fill new lines with a colour.
    this.#terminal = newTerminal(columns, earlier.length + rows, MAX_EARLIER_LINES);
    // Without wrapping: a line that tmux measures otherwise must not move the lines below it.
    const screen = `\u001b[?7l${lines.join('\r\n')}${PLAIN}\u001b[?7h`;
    const blank = '\r\n'.repeat(rows - 1);
    const above = earlier.map((line) => `${line}\r\n`).join('');
    // Only a buffer with lines in it gets its new bounds: the other one is shown while the size changes.
    const normal = `\u001b[?7l${above}${PLAIN}\u001b[?7h${first.alternate ? blank : screen}\u001b[?1047h`;
    const other = `\u001b[?1047l${first.alternate ? `\u001b[?1049h\u001b[H${screen}` : ''}`;
    const complete = () => {
      // The letter before a cursor that waits behind the last column is known now.
      const { carried } = first;
      const saved = carried ? save(this.#terminal, carried) : '';
      const cursor = cursorTo(this.#terminal, first.cursor.x, first.cursor.y, first.top);
      this.#queue.add(this.#terminal, `${saved}${cursor}${carried?.pen ?? ''}`, () => {
        this.#begin(onBuffer);
        onReady();
      });
    };
    const resize = () => {
      this.#terminal.resize(columns, rows);
      this.#queue.add(this.#terminal, `${other}${first.modes}`, complete);
    };
    queue.register(this.#terminal, onFault);
    queue.add(this.#terminal, normal, resize);
  }

  #begin(onBuffer: () => void = () => {}): void {
    this.#terminal.onTitleChange((changed) => {
      this.title = changed;
    });
    this.#terminal.buffer.onBufferChange(onBuffer);
    for (const { text, done, isMark } of this.#early?.splice(0) ?? []) {
      this.#queue.add(this.#terminal, text, done, isMark);
    }
    this.#early = null;
  }

  /** @param done called when the text, and all before it, is on the screen; never after `dispose` */
  write(text: string, done: () => void): void {
    this.#write(text, done, false);
  }

  /** Calls back when everything so far is on the screen, with what another model must be given to go on from there. */
  atEnd(done: (carried: Carried) => void): void {
    this.#write('', () => done(carriedBy(this.#terminal)), true);
  }

  #write(text: string, done: () => void, isMark: boolean): void {
    if (this.#early === null) this.#queue.add(this.#terminal, text, done, isMark);
    else this.#early.push({ text, done, isMark });
    this.#earlyLetters += this.#early === null ? 0 : text.length;
  }

  /** How many letters are not on the screen yet. */
  get unread(): number {
    return this.#queue.lettersOf(this.#terminal) + (this.#early === null ? 0 : this.#earlyLetters);
  }

  get isAlternate(): boolean {
    return this.#terminal.buffer.active.type === 'alternate';
  }

  get buffer(): IBuffer {
    return this.#terminal.buffer.active;
  }

  /** @returns what gives a terminal of this size, that was reset, this screen */
  content(withEarlierLines: boolean): string {
    const { normal, alternate, active } = this.#terminal.buffer;
    const { columns } = this.size;
    const text = printLines(normal, withEarlierLines ? 0 : normal.baseY, columns);
    const other = active === alternate ? `\u001b[?1049h\u001b[H${printLines(alternate, 0, columns)}` : '';
    return `${text}${other}${extras(this.#terminal)}`;
  }

  /** @returns the lines of the screen with their attributes, and the cursor */
  text(): ScreenText {
    const { cursorX: x, cursorY: y } = this.buffer;
    const lines = Array.from({ length: this.size.rows }, (_, row) => styledLine(this.buffer, row, this.size.columns));
    return { lines, cursor: { x, y } };
  }

  /** @returns the lines of the screen without attributes */
  plainLines(): string[] {
    const { buffer } = this;
    return Array.from(
      { length: this.size.rows },
      (_, row) => buffer.getLine(buffer.baseY + row)?.translateToString(true) ?? '',
    );
  }

  dispose(): void {
    this.#queue.forget(this.#terminal);
    this.#terminal.dispose();
  }
}
