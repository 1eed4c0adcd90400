/** The screen of a pane, kept by an emulator: what it shows now, for viewers that come later. */
import { type IBuffer, newTerminal, type Terminal } from './emulator';
import type { ParseQueue } from './parse-queue';
import { styledLine } from './screen-cells';
import { cursorTo, extras } from './screen-extras';

/** Lines above the screen that are kept. */
export const MAX_EARLIER_LINES = 1000;

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
  /** The lines above the screen, then the screen, with attributes. */
  lines: readonly string[];
  cursor: { x: number; y: number };
  /** Sequences that set the modes of the pane. */
  modes: string;
}

export class ScreenModel {
  readonly size: ScreenSize;
  readonly #terminal: Terminal;
  readonly #serializer: ReturnType<typeof newTerminal>['serializer'];
  readonly #queue: ParseQueue;
  /** What came before the first screen is there; null after that. */
  #early: { text: string; done: () => void }[] | null = [];
  #earlyLetters = 0;
  title: string;

  /**
   * @param onReady called when the first screen is there
   * @param onBuffer called when the program switches between the normal and the alternate screen
   */
  constructor(first: FirstScreen, queue: ParseQueue, onReady: () => void, onBuffer: () => void) {
    const { columns, rows, lines, title } = first;
    this.size = { columns, rows };
    this.title = title;
    this.#queue = queue;
    // As tall as all lines, so that none scrolls while they are written: that would fill new lines with a colour.
    const created = newTerminal(columns, Math.max(rows, lines.length), MAX_EARLIER_LINES);
    this.#terminal = created.terminal;
    this.#serializer = created.serializer;
    const [normal, alternate] = first.alternate
      ? [[...lines.slice(0, -rows), ...Array<string>(rows).fill('')], lines.slice(-rows)]
      : [lines, []];
    this.#queue.add(this.#terminal, `${normal.join('\r\n')}\u001b[m`, () => {
      this.#terminal.resize(columns, rows);
      const screen = first.alternate ? `\u001b[?1049h\u001b[H${alternate.join('\r\n')}\u001b[m` : '';
      this.#queue.add(this.#terminal, `${screen}${first.modes}`, () => {
        // The letter before a cursor that waits behind the last column is known now.
        this.#queue.add(this.#terminal, cursorTo(this.#terminal, first.cursor.x, first.cursor.y), () => {
          this.#begin(onBuffer);
          onReady();
        });
      });
    });
  }

  #begin(onBuffer: () => void): void {
    this.#terminal.onTitleChange((changed) => {
      this.title = changed;
    });
    this.#terminal.buffer.onBufferChange(onBuffer);
    for (const { text, done } of this.#early?.splice(0) ?? []) this.#queue.add(this.#terminal, text, done);
    this.#early = null;
  }

  /** @param done called when the text, and all before it, is on the screen; never after `dispose` */
  write(text: string, done: () => void): void {
    if (this.#early === null) this.#queue.add(this.#terminal, text, done);
    else this.#early.push({ text, done });
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
    const options = { excludeModes: true, ...(!withEarlierLines && { scrollback: 0 }) };
    return `${this.#serializer.serialize(options)}${extras(this.#terminal)}`;
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
