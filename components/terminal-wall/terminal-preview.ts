/** The live preview of one terminal on a canvas. Nothing here makes React render. */
import { type ITheme, Terminal } from '@xterm/xterm';
import { setTmuxWidths } from '@/components/terminal/tmux-widths';
import type { TerminalAct } from '@/lib/client/terminal-model';
import { paintScreen } from './paint-screen';

/** At most four pictures a second. */
const FRAME_INTERVAL_MS = 250;

interface Looks {
  theme: ITheme;
  fontFamily: string;
}

export class TerminalPreview {
  readonly #terminal = new Terminal({ scrollback: 0, allowProposedApi: true, logLevel: 'error' });
  readonly #canvas: HTMLCanvasElement;
  #looks: Looks;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isDisposed = false;
  #isEmpty = true;
  #pending: Promise<void> = Promise.resolve();

  constructor(canvas: HTMLCanvasElement, looks: Looks) {
    setTmuxWidths(this.#terminal);
    this.#canvas = canvas;
    this.#looks = looks;
  }

  draw(act: TerminalAct): void {
    // xterm.js writes later, but resets at once: one act after the other.
    this.#pending = this.#pending.then(() => this.#write(act));
  }

  setLooks(looks: Looks): void {
    this.#looks = looks;
    this.#plan();
  }

  /** The canvas has another size. */
  resized(): void {
    this.#plan();
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
    this.#terminal.dispose();
  }

  #write(act: TerminalAct): Promise<void> {
    if (this.#isDisposed) return Promise.resolve();
    if (act.kind === 'screen') {
      this.#terminal.reset();
      this.#terminal.resize(act.screen.columns, act.screen.rows);
    }
    const text = act.kind === 'screen' ? act.screen.content : act.content;
    return new Promise((resolve) =>
      this.#terminal.write(text, () => {
        this.#isEmpty = false;
        this.#plan();
        resolve();
      }),
    );
  }

  #plan(): void {
    if (this.#timer !== undefined || this.#isDisposed || this.#isEmpty) return;
    const wait = Math.max(0, this.#drawnAt + FRAME_INTERVAL_MS - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      requestAnimationFrame(() => this.#paint());
    }, wait);
  }

  #paint(): void {
    const canvas = this.#canvas;
    const context = canvas.getContext('2d');
    const { clientWidth: width, clientHeight: height } = canvas;
    if (this.#isDisposed || !context || width === 0 || height === 0) return;
    this.#drawnAt = performance.now();
    const scale = window.devicePixelRatio || 1;
    const [wide, high] = [Math.round(width * scale), Math.round(height * scale)];
    if (canvas.width !== wide || canvas.height !== high) {
      canvas.width = wide;
      canvas.height = high;
    }
    context.setTransform(scale, 0, 0, scale, 0, 0);
    paintScreen(this.#terminal, { context, width, height, ...this.#looks });
  }
}
