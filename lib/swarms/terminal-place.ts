/** One viewer's place in the events of a terminal. */
import type { TerminalEvent, TerminalMode, TerminalState, TerminalView } from '../contract/terminal-schemas';
import type { AgentTerminal } from './agent-terminal';
import type { TerminalCursor } from './terminals';

export class TerminalPlace implements TerminalCursor {
  readonly #terminal: AgentTerminal;
  readonly #mode: TerminalMode;
  readonly #onMore: () => void;
  readonly #onClose: () => void;
  readonly #unfollow: () => void;
  #state: TerminalState | null = null;
  #view: TerminalView | null = null;
  /** What the viewer has of the pane with this epoch. */
  #epoch: string | null = null;
  #seq = 0;
  #preview = -1;
  #waits = false;
  #wakes = false;
  #closed = false;

  constructor(
    terminal: AgentTerminal,
    { mode, lastId, onMore }: { mode: TerminalMode; lastId: string | null; onMore: () => void },
    onClose: () => void,
  ) {
    this.#terminal = terminal;
    this.#mode = mode;
    this.#onMore = onMore;
    this.#onClose = onClose;
    const [, epoch, seq] = /^([0-9a-f]{1,32})\.(\d{1,15})$/.exec(lastId ?? '') ?? [];
    if (epoch !== undefined) {
      this.#epoch = epoch;
      this.#seq = Number(seq);
    }
    this.#unfollow = terminal.follow(() => this.#wake());
  }

  next(): TerminalEvent | null {
    const found = this.#closed ? null : (this.#nextState() ?? this.#nextOfPane() ?? this.#nextView());
    this.#waits = found === null;
    return found;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#unfollow();
    this.#onClose();
  }

  #nextState(): TerminalEvent | null {
    const { state } = this.#terminal;
    if (state === null || state === this.#state) return null;
    this.#state = state;
    // Viewers take nothing as certain after another state until the view follows.
    this.#view = null;
    return { event: 'state', id: null, data: state };
  }

  #nextOfPane(): TerminalEvent | null {
    if (this.#state === null) return null;
    return this.#mode === 'live' ? this.#nextOutput() : this.#nextPreview();
  }

  #nextOutput(): TerminalEvent | null {
    const { pane } = this.#terminal;
    if (pane === null) return null;
    if (pane.epoch === this.#epoch && pane.reaches(this.#seq)) {
      const part = pane.after(this.#seq);
      if (part === null) return null;
      this.#seq = part.seq;
      return { event: 'output', id: `${pane.epoch}.${part.seq}`, data: { content: part.text } };
    }
    return this.#nextScreen(true);
  }

  #nextPreview(): TerminalEvent | null {
    const { pane } = this.#terminal;
    if (pane === null || (pane.epoch === this.#epoch && pane.previews === this.#preview)) return null;
    // The last screen that is kept has been sent.
    const { previews } = pane;
    const screen = this.#nextScreen(false);
    if (screen) this.#preview = previews;
    return screen;
  }

  #nextScreen(withEarlierLines: boolean): TerminalEvent | null {
    const { pane } = this.#terminal;
    const shown = pane?.screen(withEarlierLines);
    if (!pane || !shown) return null;
    this.#epoch = pane.epoch;
    this.#seq = shown.seq;
    return { event: 'screen', id: `${pane.epoch}.${shown.seq}`, data: shown.screen };
  }

  #nextView(): TerminalEvent | null {
    const { view } = this.#terminal;
    if (view === null || this.#state === null || view === this.#view) return null;
    this.#view = view;
    return { event: 'view', id: null, data: view };
  }

  #hasMore(): boolean {
    const { state, view, pane } = this.#terminal;
    if (state !== null && state !== this.#state) return true;
    if (this.#state === null) return false;
    if (view !== null && view !== this.#view) return true;
    if (pane === null) return false;
    if (this.#mode === 'preview') return pane.model !== null && pane.previews !== this.#preview;
    const isBehind = pane.epoch !== this.#epoch || !pane.reaches(this.#seq);
    return isBehind ? pane.model !== null : pane.after(this.#seq) !== null;
  }

  /** In a turn of its own, since the caller may be in the middle of a change. */
  #wake(): void {
    if (!this.#waits || this.#wakes || this.#closed) return;
    this.#wakes = true;
    setImmediate(() => {
      this.#wakes = false;
      if (this.#closed || !this.#waits || !this.#hasMore()) return;
      this.#waits = false;
      this.#onMore();
    });
  }
}
