/** One terminal as xterm.js draws it into an element. Nothing here makes React render. */
import { SearchAddon } from '@xterm/addon-search';
import { type ITheme, Terminal } from '@xterm/xterm';
import type { TerminalAct } from '@/lib/client/terminal-model';
import { openStrictly } from './strict-elements';
import { refuseModes } from './terminal-modes';
import { MIN_CONTRAST } from './terminal-theme';
import { setTmuxWidths } from './tmux-widths';

/** Lines above the screen that stay readable. */
const SCROLLBACK = 5000;
/** Output that waits to be drawn; beyond it the whole screen is asked for instead. */
const MAX_WAITING_CHARACTERS = 4_000_000;

export interface DrawnTerminalOptions {
  theme: ITheme;
  fontFamily: string;
  fontSize: number;
  screenReader: boolean;
  /** What a key press means to a terminal, while typing is on. */
  onTyped: (data: string) => void;
  onPaste: (text: string) => void;
  /** @returns whether the key press is for the terminal */
  onKey: (event: KeyboardEvent) => boolean;
  /** The size of the screen or of a character has changed. */
  onSize: () => void;
  /** More arrived than can be drawn. */
  onBehind: () => void;
  onResults: (results: SearchResults) => void;
}

export interface SearchResults {
  /** The place of the chosen one, from 0; -1 for none. */
  index: number;
  count: number;
}

/** The size of a character at a font size of one pixel. */
export interface CharacterSize {
  width: number;
  height: number;
}

export class DrawnTerminal {
  readonly #terminal: Terminal;
  readonly #search = new SearchAddon({ highlightLimit: 500 });
  readonly #options: DrawnTerminalOptions;
  #queue: TerminalAct[] = [];
  #waiting = 0;
  #isDrawing = false;
  #isDisposed = false;

  constructor(place: HTMLElement, options: DrawnTerminalOptions) {
    this.#options = options;
    const terminal = new Terminal({
      ...{ theme: options.theme, fontFamily: options.fontFamily, fontSize: options.fontSize },
      ...{
        lineHeight: 1,
        minimumContrastRatio: MIN_CONTRAST,
        scrollback: SCROLLBACK,
        drawBoldTextInBrightColors: false,
      },
      ...{ disableStdin: true, cursorBlink: false, cursorInactiveStyle: 'outline', macOptionIsMeta: false },
      // The mouse selects and scrolls; it types nothing.
      altClickMovesCursor: false,
      ...{ screenReaderMode: options.screenReader },
      // For the marks of the search, and the widths of letters.
      allowProposedApi: true,
      // It would warn in the console whenever the computer is busy.
      logLevel: 'error',
    });
    this.#terminal = terminal;
    terminal.loadAddon(this.#search);
    setTmuxWidths(terminal);
    refuseModes(terminal);
    openStrictly(terminal, place);
    terminal.attachCustomKeyEventHandler((event) => options.onKey(event));
    // Over a screen without earlier lines xterm.js would make arrow keys of the wheel.
    terminal.attachCustomWheelEventHandler(() => terminal.buffer.active.type !== 'alternate');
    terminal.onData((data) => options.onTyped(data));
    terminal.textarea?.addEventListener('paste', (event) => this.#paste(event), true);
    this.#search.onDidChangeResults(({ resultIndex, resultCount }) =>
      options.onResults({ index: resultIndex, count: resultCount }),
    );
  }

  /** Draws after everything that was given before. */
  draw(act: TerminalAct): void {
    if (act.kind === 'screen') {
      this.#queue = [];
      this.#waiting = 0;
    }
    this.#queue.push(act);
    this.#waiting += act.kind === 'screen' ? act.screen.content.length : act.content.length;
    if (this.#waiting > MAX_WAITING_CHARACTERS && act.kind === 'output') {
      this.#queue = [];
      this.#waiting = 0;
      this.#options.onBehind();
      return;
    }
    this.#drawNext();
  }

  get columns(): number {
    return this.#terminal.cols;
  }

  get rows(): number {
    return this.#terminal.rows;
  }

  /** @returns the size of a character; null before anything is drawn */
  characterSize(): CharacterSize | null {
    const screen = this.#terminal.element?.querySelector<HTMLElement>('.xterm-screen');
    const { fontSize = 0 } = this.#terminal.options;
    if (!screen || screen.clientWidth === 0 || fontSize === 0) return null;
    return {
      width: screen.clientWidth / this.columns / fontSize,
      height: screen.clientHeight / this.rows / fontSize,
    };
  }

  setFontSize(size: number): void {
    if (this.#terminal.options.fontSize !== size) this.#terminal.options.fontSize = size;
  }

  setTheme(theme: ITheme): void {
    this.#terminal.options.theme = theme;
  }

  setScreenReader(on: boolean): void {
    this.#terminal.options.screenReaderMode = on;
  }

  /** While it is off, nothing of the browser's reaches `onTyped`. */
  setTyping(on: boolean): void {
    this.#terminal.options.disableStdin = !on;
    this.#terminal.options.cursorBlink = on;
  }

  focus(): void {
    this.#terminal.focus();
  }

  selectAll(): void {
    this.#terminal.selectAll();
  }

  get hasSelection(): boolean {
    return this.#terminal.hasSelection();
  }

  clearSelection(): void {
    this.#terminal.clearSelection();
  }

  scrollPages(count: number): void {
    this.#terminal.scrollPages(count);
  }

  scrollTo(end: 'top' | 'bottom'): void {
    if (end === 'top') this.#terminal.scrollToTop();
    else this.#terminal.scrollToBottom();
  }

  /** Marks all places of a text and goes to the next or previous one; an empty text removes the marks. */
  find(text: string, way: 'next' | 'previous', incremental = false): void {
    if (text === '') {
      this.#search.clearDecorations();
      this.#options.onResults({ index: -1, count: 0 });
      return;
    }
    const { theme } = this.#terminal.options;
    const mark = theme?.yellow ?? '#855300';
    const decorations = { matchBorder: mark, matchOverviewRuler: mark, activeMatchColorOverviewRuler: mark };
    const options = { incremental, decorations: { ...decorations, activeMatchBorder: theme?.red ?? mark } };
    if (way === 'next') this.#search.findNext(text, options);
    else this.#search.findPrevious(text, options);
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#queue = [];
    this.#terminal.dispose();
  }

  #drawNext(): void {
    if (this.#isDrawing || this.#isDisposed) return;
    const act = this.#queue.shift();
    if (act === undefined) return;
    this.#isDrawing = true;
    let text = act.kind === 'screen' ? act.screen.content : act.content;
    this.#waiting -= text.length;
    if (act.kind === 'screen') {
      // xterm.js writes later, but resets at once: so nothing else may be waiting in it.
      this.#terminal.reset();
      this.#terminal.resize(act.screen.columns, act.screen.rows);
    } else {
      while (this.#queue[0]?.kind === 'output') {
        const more = this.#queue.shift();
        if (more?.kind !== 'output') break;
        this.#waiting -= more.content.length;
        text += more.content;
      }
    }
    this.#terminal.write(text, () => {
      this.#isDrawing = false;
      if (act.kind === 'screen') this.#options.onSize();
      this.#drawNext();
    });
  }

  /** Everything that is pasted is shown before it is typed, where it has several lines. */
  #paste(event: ClipboardEvent): void {
    event.preventDefault();
    event.stopImmediatePropagation();
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (text !== '' && this.#terminal.options.disableStdin === false) this.#options.onPaste(text);
  }
}
