/** The terminal of one agent while somebody looks at it: which pane that is, its state, and what is certain from it. */
import type { Reach } from '../actions/messages/delivery';
import { foregroundOf } from '../actions/messages/pane-place';
import type { Foreground, TerminalState, TerminalView } from '../contract/terminal-schemas';
import { isTooLarge, type ListedPane, MAX_COLUMNS, MAX_ROWS } from '../sources/tmux/pane-list';
import { isPaneId } from '../sources/tmux/panes';
import { readTerminalView } from '../sources/tmux/screen-view';
import type { TmuxServer } from '../sources/tmux/tmux-server';
import type { WatchedPane } from '../sources/tmux/watched-pane';
import type { TerminalScreenLines } from './terminals';

export interface AgentTerminalOptions {
  /** @returns how the agent can be reached now; null if no such agent is known */
  reach: () => Reach | null;
  places: { ancestors(pid: number): readonly number[]; tmuxServer(pid: number): string | null };
  /** @returns the server with a socket, which lists its panes; null if that follows later */
  server: (socket: string) => TmuxServer | null;
  /** @returns whether one more pane may be watched */
  hasRoom: () => boolean;
}

/** Why an agent has no terminal. */
interface Lost {
  state: TerminalState['state'];
  detail: string;
  socket?: string;
}

/** The pane of an agent. */
interface Found {
  server: TmuxServer;
  socket: string;
  pane: ListedPane;
  foreground: Foreground;
}

/** Between two readings of the screen while it changes. */
const VIEW_INTERVAL_MS = 250;
const FULL = 'The dashboard watches as many terminals as it can; close others to see this one.';
const NO_WAY = 'No terminal in tmux is known that this dashboard can see.';

export class AgentTerminal {
  readonly #options: AgentTerminalOptions;
  readonly #listeners = new Set<() => void>();
  #state: TerminalState | null = null;
  #view: TerminalView | null = null;
  #server: TmuxServer | null = null;
  #pane: WatchedPane | null = null;
  /** Whether the pane is the agent's now, and not only what it showed last. */
  #isWatched = false;
  #unfollow = () => {};
  #viewTimer: NodeJS.Timeout | null = null;

  constructor(options: AgentTerminalOptions) {
    this.#options = options;
  }

  /** Null until tmux has answered. Another object whenever it has changed. */
  get state(): TerminalState | null {
    return this.#state;
  }

  /** Null while nothing is certain. Another object whenever it has changed. */
  get view(): TerminalView | null {
    return this.#view;
  }

  /** The pane that it shows, or showed last. */
  get pane(): WatchedPane | null {
    return this.#pane;
  }

  get isWatched(): boolean {
    return this.#isWatched;
  }

  get server(): TmuxServer | null {
    return this.#server;
  }

  follow(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  lines(): TerminalScreenLines | null {
    return this.#isWatched ? (this.#pane?.model?.text() ?? null) : null;
  }

  /** Finds its pane again. */
  locate(): void {
    const found = this.#find();
    if (found === null) return;
    if ('pane' in found) this.#show(found);
    else this.#lose(found);
  }

  /** @returns its pane, or why it has none; null while tmux has not answered */
  #find(): Found | Lost | null {
    const reach = this.#options.reach();
    if (reach === null) return { state: 'no_pane', detail: 'No agent with this id is listed.' };
    if (reach.gone !== null) return { state: this.#pane === null ? 'no_pane' : 'dead', detail: reach.gone };
    if (reach.pane === null) return { state: 'no_pane', detail: NO_WAY };
    const socket = this.#options.places.tmuxServer(reach.pane.pid);
    if (socket === null) {
      const detail = `${NO_WAY} Its process ${reach.pane.pid} names no tmux server, or belongs to another user.`;
      return { state: 'no_pane', detail };
    }
    const server = this.#options.server(socket);
    if (server === null) return null;
    if (server !== this.#server) this.#release(true);
    this.#server = server;
    if (!server.isKnown) return null;
    if (server.fault) return { state: server.fault.kind, detail: server.fault.detail, socket };
    const pane = this.#choose(reach.pane, server);
    if ('fault' in pane) return { state: 'gone', detail: pane.fault, socket };
    if (isTooLarge(pane)) {
      const detail = `Its pane has ${pane.columns} columns and ${pane.rows} rows; at most ${MAX_COLUMNS} x ${MAX_ROWS} are shown.`;
      return { state: 'unreachable', detail, socket };
    }
    if (!this.#isWatched && !this.#options.hasRoom()) return { state: 'unreachable', detail: FULL, socket };
    return { server, socket, pane, foreground: foregroundOf(pane.command, reach.claudePid) };
  }

  dispose(): void {
    this.#release(false);
    if (this.#viewTimer) clearTimeout(this.#viewTimer);
    this.#listeners.clear();
  }

  /** The process of the pane must be the agent's, or above it. A server never gives the id of a pane again. */
  #choose({ id, pid, within }: NonNullable<Reach['pane']>, server: TmuxServer): ListedPane | { fault: string } {
    const above = new Set([pid, ...this.#options.places.ancestors(pid)]);
    const own = [...server.list.panes.values()].filter((pane) => (within ? above.has(pane.pid) : pane.id === id));
    const named = own.find((pane) => pane.id === id);
    const found = named ?? (isPaneId(id) ? undefined : own[0]);
    if (found) return found;
    if (own[0]) return { fault: `It runs in the pane ${own[0].id} now, not in ${id} as it is listed.` };
    return { fault: `Its pane ${id ?? ''} is gone, or belongs to another process now.` };
  }

  #show({ server, socket, pane, foreground }: Found): void {
    const { id, dead, command, sessions } = pane;
    const place = { pane: id, server: socket, command };
    if (this.#pane?.id !== id || !this.#isWatched) {
      this.#release(false);
      this.#pane = server.watch(id);
      this.#isWatched = true;
      this.#unfollow = this.#pane.follow(() => {
        this.#viewSoon();
        this.#notify();
      });
      // Nothing of the pane before. A pane that somebody else watches already may stay as it is.
      this.#view = null;
      this.#viewSoon();
    }
    const unattachable = sessions.every((session) => server.list.fragile.has(session));
    if (unattachable) {
      const detail = 'tmux destroys its session (destroy-unattached) when a viewer leaves, so that it is not watched.';
      this.#setState({ state: 'unreachable', detail, ...place, foreground });
    } else if (dead) {
      const detail = 'The process of its pane has ended; this is its last screen.';
      this.#setState({ state: 'dead', detail, ...place, foreground: 'unknown' });
    } else {
      const detail = `Its process runs in the pane ${id} of the tmux server at ${socket}.`;
      this.#setState({ state: 'open', detail, ...place, foreground });
    }
  }

  /** It has no pane now. What it showed last stays. */
  #lose({ state, detail, socket }: Lost): void {
    this.#release(true);
    this.#view = null;
    const pane = this.#pane?.id ?? null;
    const server = socket ?? this.#state?.server ?? null;
    this.#setState({ state, detail, pane, server, command: null, foreground: 'unknown' });
  }

  #release(keepsScreen: boolean): void {
    const pane = this.#pane;
    if (pane === null) return;
    const isFree = !this.#isWatched || (this.#server?.unwatch(pane) ?? true);
    this.#isWatched = false;
    this.#unfollow();
    this.#unfollow = () => {};
    if (keepsScreen && isFree) return;
    if (isFree) pane.dispose();
    this.#pane = null;
  }

  #setState(state: TerminalState): void {
    if (JSON.stringify(state) === JSON.stringify(this.#state)) return;
    if (state.state !== this.#state?.state) {
      this.#view = null;
      this.#viewSoon();
    }
    this.#state = state;
    this.#notify();
  }

  #viewSoon(): void {
    if (this.#viewTimer) return;
    this.#viewTimer = setTimeout(() => {
      this.#viewTimer = null;
      const text = this.lines();
      const view = text && readTerminalView(text);
      if (view === null || JSON.stringify(view) === JSON.stringify(this.#view)) return;
      this.#view = view;
      this.#notify();
    }, VIEW_INTERVAL_MS);
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
