/** Terminals that a test writes itself, in place of the server's: the page's WebSocket never reaches it. */
import type { Page, WebSocketRoute } from '@playwright/test';
import type { TerminalEvent, TerminalScreen, TerminalState, TerminalView } from '../lib/contract/terminal-schemas';

type Sent = { type: string; agent?: string; request_id?: string } & Record<string, unknown>;
type Answer = { outcome: string; detail: string } & Record<string, unknown>;

const OPEN: TerminalState = {
  ...{
    state: 'open',
    detail: 'Its pane is %3.',
    pane: '%3',
    server: '/tmp/tmux-0/default',
    command: 'claude',
    foreground: 'agent',
  },
};

/** What one agent's pane shows. */
interface Pane {
  state: TerminalState;
  screen: TerminalScreen;
  view: TerminalView | null;
  seq: number;
}

export class FakeTerminals {
  /** What the page sent, in order, over all its connections. */
  readonly sent: Sent[] = [];
  /** Answers the commands of the page. */
  answer: (command: Sent) => Answer = ({ type }) => ({
    ...{ outcome: type === 'keys' ? 'pressed' : 'typed', detail: 'Done.', pane: '%3' },
  });
  readonly #panes = new Map<string, Pane>();
  #sockets: WebSocketRoute[] = [];
  /** How often the page connected. */
  connections = 0;

  /** Call it before the page is opened. */
  async listen(page: Page): Promise<void> {
    await page.routeWebSocket(/\/api\/ws$/, (socket) => {
      this.connections += 1;
      this.#sockets.push(socket);
      socket.onMessage((text) => this.#receive(socket, JSON.parse(String(text)) as Sent));
      socket.onClose(() => {
        this.#sockets = this.#sockets.filter((open) => open !== socket);
      });
    });
  }

  /** Sets the screen of an agent from now on. */
  show(agent: string, content: string, more: Partial<TerminalScreen> & { state?: Partial<TerminalState> } = {}): void {
    const { state, ...own } = more;
    const screen = { columns: 80, rows: 24, title: '✳ Claude Code', alternate: false, content, ...own };
    const before = this.#panes.get(agent);
    const pane = { state: { ...OPEN, ...state }, screen, view: null, seq: (before?.seq ?? 0) + 1 };
    this.#panes.set(agent, pane);
    for (const event of eventsOf(pane)) this.#publish(agent, event);
  }

  /** Writes to the screen of an agent. */
  write(agent: string, content: string): void {
    const pane = this.#pane(agent);
    pane.seq += 1;
    pane.screen = { ...pane.screen, content: pane.screen.content + content };
    this.#publish(agent, { event: 'output', id: `e.${pane.seq}`, data: { content } });
  }

  /** What is certain from the screen of an agent. */
  view(agent: string, view: TerminalView): void {
    this.#pane(agent).view = view;
    this.#publish(agent, { event: 'view', id: null, data: view });
  }

  /** Ends the connections of the page, as a server that stops does. */
  async drop(): Promise<void> {
    const open = this.#sockets;
    this.#sockets = [];
    await Promise.all(open.map((socket) => socket.close({ code: 1001 })));
  }

  /** @returns the messages of one type */
  of(type: string): Sent[] {
    return this.sent.filter((message) => message.type === type);
  }

  #receive(socket: WebSocketRoute, message: Sent): void {
    this.sent.push(message);
    const { type, agent = '', request_id = null } = message;
    if (type === 'subscribe') {
      const pane = this.#panes.get(agent);
      if (pane) for (const event of eventsOf(pane)) this.#send(socket, agent, event);
    } else if (['input', 'keys', 'interrupt'].includes(type)) {
      const data = { request_id, type, agent, status: 200, answer: this.answer(message), problem: null };
      socket.send(JSON.stringify({ event: 'answer', data }));
    }
  }

  #publish(agent: string, event: TerminalEvent): void {
    for (const socket of this.#sockets) this.#send(socket, agent, event);
  }

  #send(socket: WebSocketRoute, agent: string, event: TerminalEvent): void {
    socket.send(JSON.stringify({ event: 'terminal', agent, id: event.id, data: event }));
  }

  #pane(agent: string): Pane {
    const pane = this.#panes.get(agent);
    if (!pane) throw new Error(`The test has shown nothing of ${agent} yet.`);
    return pane;
  }
}

function eventsOf({ state, screen, view, seq }: Pane): TerminalEvent[] {
  return [
    { event: 'state', id: null, data: state },
    ...(['no_pane', 'no_tmux', 'other_user', 'old_version'].includes(state.state)
      ? []
      : [{ event: 'screen' as const, id: `e.${seq}`, data: screen }]),
    ...(view ? [{ event: 'view' as const, id: null, data: view }] : []),
  ];
}

/** A screen of Claude Code in colours, with a dialog. */
export const DIALOG_SCREEN = [
  '\x1b[1m✳ Welcome to \x1b[38;5;173mClaude Code\x1b[0m',
  '',
  '\x1b[2m> fix the totals of the cart\x1b[0m',
  '',
  '\x1b[32m⏺\x1b[0m I will run the tests of \x1b[4msrc/cart/totals.ts\x1b[0m first.',
  '',
  '\x1b[38;2;255;215;0mBash command\x1b[0m',
  '  npm test -- totals',
  '',
  'Do you want to proceed?',
  '\x1b[36m ❯ 1. Yes\x1b[0m',
  "   2. Yes, and don't ask again for npm test",
  '   3. No, and tell Claude what to do differently',
].join('\r\n');
