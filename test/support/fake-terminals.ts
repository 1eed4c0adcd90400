/** Terminals whose events a test decides. */
import type { TerminalEvent, TerminalMode, TerminalState } from '../../lib/contract/terminal-schemas';
import type { TerminalCursor, Terminals } from '../../lib/swarms/terminals';

export const OPEN_STATE: TerminalState = {
  state: 'open',
  detail: 'The pane %3 runs claude.',
  ...{ pane: '%3', server: '/tmp/tmux-1000/default', command: 'claude', foreground: 'agent' },
};
export const NO_PANE: TerminalState = {
  ...{
    state: 'no_pane',
    detail: 'No pane of it is known.',
    pane: null,
    server: null,
    command: null,
    foreground: 'unknown',
  },
};

/** @returns an event with what a pane wrote */
export function outputOf(seq: number, content: string): TerminalEvent {
  return { event: 'output', id: `e.${seq}`, data: { content } };
}

/** What one viewer has opened. */
interface FakeView {
  agentId: string;
  mode: TerminalMode;
  lastId: string | null;
  /** How many events it has taken. */
  taken: number;
  closed: boolean;
  /** Gives it further events. */
  publish(...events: TerminalEvent[]): void;
}

export class FakeTerminals implements Terminals {
  readonly views: FakeView[] = [];
  readonly #text: { text: string } | { state: TerminalState };

  constructor(text: { text: string } | { state: TerminalState } = { state: NO_PANE }) {
    this.#text = text;
  }

  /** The newest view. */
  get last(): FakeView {
    const view = this.views.at(-1);
    if (view === undefined) throw new Error('Nobody has opened a terminal.');
    return view;
  }

  open(agentId: string, mode: TerminalMode, lastId: string | null, onMore: () => void): TerminalCursor {
    const events: TerminalEvent[] = [{ event: 'state', id: null, data: OPEN_STATE }];
    const view: FakeView = {
      ...{ agentId, mode, lastId, taken: 0, closed: false },
      publish: (...more) => {
        events.push(...more);
        onMore();
      },
    };
    this.views.push(view);
    return {
      next: () => {
        const event = events.shift() ?? null;
        if (event !== null) view.taken += 1;
        return event;
      },
      close: () => {
        view.closed = true;
      },
    };
  }

  text(): Promise<{ text: string } | { state: TerminalState }> {
    return Promise.resolve(this.#text);
  }

  lines(): null {
    return null;
  }

  async stop(): Promise<void> {}
}
